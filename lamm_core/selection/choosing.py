"""From scores and weights to positions: inside each language, or from the whole pool at once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lamm_core.selection.allocation import allocate
from lamm_core.selection.arrays import FloatArray, IntArray
from lamm_core.selection.candidates import Candidates, filled_up
from lamm_core.selection.costs import affordable, check_money, exact_costs, most_labels
from lamm_core.selection.diversity import Diversity, choose_items, design_batch


@dataclass(frozen=True, eq=False)
class LanguagesOf:
    """The languages of n candidates.

    Attributes:
        available: language to its number of candidates, in the order of the alphabet.
        codes: `(n,)` language of each candidate, as a position in `available`.
    """

    available: dict[str, int]
    codes: IntArray

    def each(self, of_language: Mapping[str, float]) -> FloatArray:
        """`(languages,)` figure of each language."""
        return np.array([of_language[name] for name in self.available], dtype=np.float64)


def best_of_each_language(
    diversity: Diversity,
    candidates: Candidates,
    languages: LanguagesOf,
    quota: Mapping[str, int],
    rng: np.random.Generator,
) -> IntArray:
    """Each language's quota, interleaved: the r-th of a quota q stands at (r + 1/2) / q of the batch."""
    parts = []
    for code, name in enumerate(languages.available):
        if quota[name] > 0:
            rows = np.flatnonzero(languages.codes == code)
            parts.append(rows[choose_items(diversity, candidates.take(rows), quota[name], rng)])
    if not parts:
        return np.empty(0, dtype=np.intp)
    place = np.concatenate([(np.arange(len(part)) + 0.5) / len(part) for part in parts])
    return np.concatenate(parts)[np.argsort(place, kind="stable")]


def best_of_the_pool(
    diversity: Diversity,
    candidates: Candidates,
    languages: LanguagesOf,
    weights: Mapping[str, float],
    count: int,
    rng: np.random.Generator,
) -> IntArray:
    """The whole batch at once, best first: by design, or as if all items were of one language."""
    if diversity.whole_batch:
        # Without weights every item counts alike, so a language counts as much as it has items.
        of_language = languages.each(weights or languages.available)
        return design_batch(diversity, candidates, languages.codes, of_language, count, rng)
    return choose_items(diversity, candidates, count, rng)


def choose_batch(
    diversity: Diversity,
    candidates: Candidates,
    languages: LanguagesOf,
    weights: Mapping[str, float],
    splits_budget: bool,
    budget: float,
    costs: Mapping[str, float] | None,
    rng: np.random.Generator,
) -> IntArray:
    """Positions of the batch, within the budget.

    Args:
        diversity: tells the items apart.
        candidates: n items to choose from, in the order that settles ties.
        languages: their languages.
        weights: weight of each language; empty where languages do not count.
        splits_budget: every language gets its part of the budget beforehand.
        budget: number of items, or with costs the money to spend.
        costs: price of one label per language; None counts labels.
        rng: source of chance.
    """
    if splits_budget:
        quota = allocate(weights, budget, languages.available, costs)
        return best_of_each_language(diversity, candidates, languages, quota, rng)
    if costs is None:
        return best_of_the_pool(diversity, candidates, languages, weights, int(budget), rng)

    # Down the batch, and then down the other scores, taking whatever the money still buys.
    prices = exact_costs(costs, [name for name, count in languages.available.items() if count])
    money = check_money(budget)
    first = best_of_the_pool(diversity, candidates, languages, weights, most_labels(money, prices), rng)
    ranked = filled_up(first.tolist(), candidates, len(candidates))
    names = list(languages.available)
    return ranked[affordable([prices[names[code]] for code in languages.codes[ranked].tolist()], money)]
