"""The one public call that chooses a batch; everything else in LAMM goes through it."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lamm_core.selection.allocation import check_budget
from lamm_core.selection.allocations import checked_weights, combined_scores, find_allocation, or_equal
from lamm_core.selection.arrays import FloatArray
from lamm_core.selection.candidates import Candidates, in_order
from lamm_core.selection.checks import (
    checked_labelled_vectors,
    checked_languages,
    checked_probabilities,
    checked_vectors,
    count_languages,
    tie_order,
)
from lamm_core.selection.choosing import LanguagesOf, choose_batch
from lamm_core.selection.costs import check_money
from lamm_core.selection.diversity import find_diversity
from lamm_core.selection.selected import Selection
from lamm_core.selection.standing import Observation, Standing
from lamm_core.selection.strategies import Strategy, find_strategy
from lamm_core.selection.uncertainty import Uncertainty, uncertainty_scores
from lamm_core.selection.weights import language_weights


def select_batch(
    probabilities: ArrayLike,
    languages: Sequence[str] | NDArray[np.str_],
    accuracy: Mapping[str, float],
    targets: Mapping[str, float],
    budget: float,
    strategy: str | Strategy = "lamm",
    uncertainty: str | Uncertainty = "entropy",
    ids: ArrayLike | None = None,
    rng: np.random.Generator | None = None,
    *,
    vectors: ArrayLike | None = None,
    labelled_vectors: ArrayLike | None = None,
    labels: Mapping[str, int] | None = None,
    checked: Mapping[str, int] | None = None,
    history: Sequence[Observation] = (),
    costs: Mapping[str, float] | None = None,
) -> Selection:
    """Choose the next items to label.

    Args:
        probabilities: `(n, k)` class probabilities of the pool; rows sum to 1.
        languages: `(n,)` language of each item.
        accuracy: current accuracy per language, 0 to 1; a language without one counts as 0.
        targets: accuracy to reach per language, 0 to 1; every language of the pool needs one.
        budget: number of items to choose, at least 1; with `costs` the money to spend, above 0.
        strategy: a name in `STRATEGIES`, a composed one such as `lamm+margin+k-means` (see `find_strategy`), or a
            `Strategy`.
        uncertainty: a name in `UNCERTAINTIES`, or a function `(n, k) -> (n,)`; ignored by strategies that name one
            of their own, or that score by chance.
        ids: `(n,)` identifiers that order exact ties, and that make random choices independent of the order of the
            rows; without them ties go by position.
        rng: source of chance; None takes fresh entropy.
        vectors: `(n, d)` embeddings; only strategies that tell items apart by them look at them.
        labelled_vectors: `(m, d)` embeddings of the items labelled so far; likewise.
        labels: labels so far per language.
        checked: check items per language behind its accuracy.
        history: rounds so far, oldest first; the last one is that behind `accuracy`.
        costs: price of one label per language, above 0; None counts every label as one.

    Returns:
        A `Selection` of min(budget, n) items; with costs of as many as the money buys.

    Raises:
        InvalidProbabilities: not `(n, k)`, not finite, negative, or a row that does not sum to 1 within 1e-3.
        InvalidBudget, InvalidAccuracy, InvalidWeights, InvalidScores, InvalidCosts, UnknownStrategy: see the message.
        MissingTarget: a language of the pool has no target.
        MissingVectors: the strategy needs embeddings, and none were given.
        InvalidInput: an array does not have one entry for each item, embeddings are not finite, or a count is no
            whole number from 0.

    Source: LAMM (CIKM 2023), section 3, Eq. (1) and the split of B in proportion to L.
    """
    parts = find_strategy(strategy)
    allocation, diversity = find_allocation(parts.allocation), find_diversity(parts.diversity)
    check_budget(budget) if costs is None else check_money(budget)
    generator = np.random.default_rng() if rng is None else rng
    accuracy, targets = dict(accuracy), dict(targets)

    table = checked_probabilities(probabilities)
    language_of = checked_languages(languages, len(table))
    order = tie_order(ids, len(table))
    available = count_languages(language_of, targets)
    points, labelled = None, None
    if diversity.needs_vectors:
        points = checked_vectors(diversity.name, vectors, len(table))
        labelled = checked_labelled_vectors(labelled_vectors, points)

    standing = Standing(
        accuracy,
        targets,
        available,
        {} if labels is None else labels,
        {} if checked is None else checked,
        tuple(history),
    )
    weights = or_equal(checked_weights(allocation, standing), available)

    # From here on items stand in the order that settles ties, so that the order of the rows decides nothing.
    place = np.searchsorted(np.asarray(list(available), dtype=str), language_of)
    languages_of = LanguagesOf(available, place[order])
    if parts.random_scores:
        scores: FloatArray = generator.random(len(table))
    else:
        scores = uncertainty_scores(parts.uncertainty or uncertainty, table)[order]
    if weights:
        scores = combined_scores(allocation, scores, languages_of.each(weights)[languages_of.codes])
    candidates = Candidates(
        scores, in_order(table, order), in_order(points, order), labelled, tie_order=np.arange(len(table))
    )
    chosen = choose_batch(diversity, candidates, languages_of, weights, parts.splits_budget, budget, costs, generator)
    return Selection(
        indices=order[chosen],
        quota=count_languages(language_of[order[chosen]], targets),
        weights=weights,
        scores=scores[chosen],
        unmeasured=tuple(sorted(set(targets) - set(accuracy))),
        all_targets_met=not any(language_weights(accuracy, targets).values()),
    )
