"""The one public call that chooses a batch; everything else in LAMM goes through it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lamm_core.errors import InvalidInput, InvalidProbabilities, MissingTarget
from lamm_core.selection.allocation import allocate, check_budget
from lamm_core.selection.arrays import FloatArray, IntArray
from lamm_core.selection.strategies import Strategy, find_strategy
from lamm_core.selection.uncertainty import Uncertainty, uncertainty_scores
from lamm_core.selection.weights import language_weights

_SUM_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Selection:
    """A chosen batch.

    Attributes:
        indices: `(m,)` positions in the input, m = min(budget, n). Inside a language the highest score comes first.
            Where the budget is split, languages are interleaved so that every beginning of the batch is split about
            like the whole; where it is not, the highest score of all comes first.
        quota: number of items chosen per language, for every language with a target.
        weights: the weights that split the budget, equal ones when no language has a gap; empty where the strategy
            chooses from the whole pool.
        scores: `(m,)` score of each chosen item, in the order of `indices`; larger means label sooner.
        unmeasured: languages with a target but no accuracy yet, sorted; they counted as accuracy 0.
        all_targets_met: no language with a target has a gap.
    """

    indices: IntArray
    quota: dict[str, int]
    weights: dict[str, float]
    scores: FloatArray
    unmeasured: tuple[str, ...]
    all_targets_met: bool

    def __len__(self) -> int:
        return len(self.indices)


def select_batch(
    probabilities: ArrayLike,
    languages: Sequence[str] | NDArray[np.str_],
    accuracy: Mapping[str, float],
    targets: Mapping[str, float],
    budget: int,
    strategy: str | Strategy = "lamm",
    uncertainty: str | Uncertainty = "entropy",
    ids: ArrayLike | None = None,
    rng: np.random.Generator | None = None,
) -> Selection:
    """Choose the next items to label.

    Args:
        probabilities: `(n, k)` class probabilities of the pool; rows sum to 1.
        languages: `(n,)` language of each item.
        accuracy: current accuracy per language, 0 to 1; a language without one counts as 0.
        targets: accuracy to reach per language, 0 to 1; every language of the pool needs one.
        budget: number of items to choose, at least 1.
        strategy: a name in `STRATEGIES`, or a `Strategy`.
        uncertainty: a name in `UNCERTAINTIES`, or a function `(n, k) -> (n,)`; ignored by random strategies.
        ids: `(n,)` identifiers that order exact ties, and that make random choices independent of the order of the
            rows; without them ties go by position.
        rng: source of chance for random strategies; None takes fresh entropy.

    Returns:
        A `Selection` of min(budget, n) items.

    Raises:
        InvalidProbabilities: not `(n, k)`, not finite, negative, or a row that does not sum to 1 within 1e-3.
        InvalidBudget, InvalidAccuracy, InvalidScores, UnknownStrategy: see the message.
        MissingTarget: a language of the pool has no target.
        InvalidInput: `languages` or `ids` do not have one entry for each item.

    Source: LAMM (CIKM 2023), section 3, Eq. (1) and the split of B in proportion to L.
    """
    chosen_strategy = find_strategy(strategy)
    whole_budget = check_budget(budget)
    accuracy, targets = dict(accuracy), dict(targets)
    table = _checked_probabilities(probabilities)
    n = len(table)
    language_of = _one_each("languages", np.asarray(languages, dtype=str), n)
    tie_order = _tie_order(ids, n)
    available = _count_languages(language_of, targets)
    gaps = language_weights(accuracy, targets)

    by_chance = chosen_strategy.random_scores
    scores = _random_scores(tie_order, rng) if by_chance else uncertainty_scores(uncertainty, table)

    if chosen_strategy.weighting is None:
        weights: dict[str, float] = {}
        indices = _top(scores, tie_order, np.arange(n), whole_budget)
        quota = _count_languages(language_of[indices], targets)
    else:
        weights = _or_equal(chosen_strategy.weighting(accuracy, targets), available)
        quota = allocate(weights, whole_budget, available)
        indices = _top_of_each_language(scores, tie_order, language_of, quota)

    return Selection(
        indices=indices,
        quota=quota,
        weights=weights,
        scores=scores[indices],
        unmeasured=tuple(sorted(set(targets) - set(accuracy))),
        all_targets_met=not any(gaps.values()),
    )


def _checked_probabilities(probabilities: ArrayLike) -> FloatArray:
    try:
        table = np.asarray(probabilities)
    except ValueError as error:
        raise InvalidProbabilities(f"Probabilities must be a table of (items, classes): {error}.") from error
    if table.ndim != 2 or table.shape[1] == 0 or table.dtype.kind not in "fiu":
        raise InvalidProbabilities(
            f"Probabilities must be numbers of shape (items, classes); got {table.dtype} of shape {table.shape}."
        )
    if table.dtype.kind != "f" or table.dtype.itemsize < 4:
        table = table.astype(np.float64)
    # One memory layout: sums over a row differ in the last digit between layouts, and ties would break differently.
    table = np.ascontiguousarray(table)
    finite = np.isfinite(table).all(axis=1)
    if not finite.all():
        raise InvalidProbabilities(
            f"{np.count_nonzero(~finite)} of {len(table)} items have probabilities that are not finite, "
            f"the first at position {np.argmin(finite)}."
        )
    if len(table) and table.min() < 0:
        position = int(np.argmax((table < 0).any(axis=1)))
        raise InvalidProbabilities(f"The item at position {position} has the negative probability {table.min()}.")
    sums = table.sum(axis=1)
    off = np.abs(sums - 1) > _SUM_TOLERANCE
    if off.any():
        position = int(np.argmax(off))
        raise InvalidProbabilities(
            f"The probabilities of {np.count_nonzero(off)} of {len(table)} items do not sum to 1 within "
            f"{_SUM_TOLERANCE}; the first, at position {position}, sums to {sums[position]:.6g}."
        )
    return table


def _one_each(name: str, values: NDArray[np.generic], n: int) -> NDArray[np.generic]:
    if values.shape != (n,):
        raise InvalidInput(f"There must be one entry in {name} for each of the {n} items; got shape {values.shape}.")
    return values


def _tie_order(ids: ArrayLike | None, n: int) -> IntArray:
    """`(n,)` rank of each item among equals: by id, then by position."""
    if ids is None:
        return np.arange(n)
    order = np.argsort(_one_each("ids", np.asarray(ids), n), kind="stable")
    rank = np.empty(n, dtype=np.intp)
    rank[order] = np.arange(n)
    return rank


def _count_languages(language_of: NDArray[np.generic], targets: Mapping[str, float]) -> dict[str, int]:
    """Number of items per language, zero for languages with a target and no item."""
    names, counts = np.unique(language_of, return_counts=True)
    missing = sorted(set(names.tolist()) - set(targets))
    if missing:
        number = int(counts[np.isin(names, missing)].sum())
        raise MissingTarget(f"{number} items of the pool are in languages without a target: {', '.join(missing)}.")
    return dict.fromkeys(sorted(targets), 0) | dict(zip(names.tolist(), counts.tolist(), strict=True))


def _or_equal(weights: dict[str, float], available: Mapping[str, int]) -> dict[str, float]:
    """The weights; where all are zero, equal weights for the languages that have items."""
    if any(weights.values()):
        return weights
    return {language: float(available.get(language, 0) > 0) for language in weights}


def _random_scores(tie_order: IntArray, rng: np.random.Generator | None) -> FloatArray:
    """One number per item, drawn in the order of the ids and not of the rows."""
    generator = rng if rng is not None else np.random.default_rng()
    return generator.random(len(tie_order))[tie_order]


def _top(scores: FloatArray, tie_order: IntArray, positions: IntArray, count: int) -> IntArray:
    """The `count` positions with the highest scores, highest first, exact ties by `tie_order`.

    A partition finds the threshold in linear time; only the winners are sorted.
    """
    count = min(count, len(positions))
    if count == 0:
        return np.empty(0, dtype=np.intp)
    here = scores[positions]
    threshold = np.partition(here, len(here) - count)[len(here) - count]
    above = positions[here > threshold]
    level = positions[here == threshold]
    level = level[np.argsort(tie_order[level])][: count - len(above)]
    winners = np.concatenate([above, level])
    return winners[np.lexsort((tie_order[winners], -scores[winners]))]


def _top_of_each_language(
    scores: FloatArray, tie_order: IntArray, language_of: NDArray[np.generic], quota: Mapping[str, int]
) -> IntArray:
    """The top of each language, interleaved: the r-th of a quota q stands at (r + 1/2) / q of the batch."""
    parts = [
        _top(scores, tie_order, np.flatnonzero(language_of == language), count)
        for language, count in sorted(quota.items())
        if count > 0
    ]
    if not parts:
        return np.empty(0, dtype=np.intp)
    place = np.concatenate([(np.arange(len(part)) + 0.5) / len(part) for part in parts])
    return np.concatenate(parts)[np.argsort(place, kind="stable")]
