"""Split a budget over languages: whole numbers, exact, and independent of the order of the languages."""

import math
from collections.abc import Mapping
from fractions import Fraction
from numbers import Real

from lamm_core.errors import InvalidBudget, InvalidWeights


def allocate(weights: Mapping[str, float], budget: int, available: Mapping[str, int]) -> dict[str, int]:
    """Quota of each language: the budget split in proportion to the weights, by largest remainder.

    A language with fewer items than its share gives the surplus to the others by weight. When every language that
    still has items has weight zero, those languages share equally. Equal remainders go to the larger weight, then
    to the language that comes first in the alphabet. Shares are exact fractions of the weights as they are written
    in decimals, so that neither float rounding nor the order of the languages decides.

    Args:
        weights: language to weight, 0 or more. A language missing here has weight 0.
        budget: number of labels to split, at least 1.
        available: language to number of items that can be chosen, 0 or more.

    Returns:
        language to quota for every language in `weights` or `available`; sums to `min(budget, sum(available))`.

    Raises:
        InvalidBudget: the budget is not a whole number of at least 1.
        InvalidWeights: a weight is negative or not finite, or an availability is not a whole number from 0.
    """
    whole_budget = check_budget(budget)
    _check_weights(weights, available)
    quota = dict.fromkeys(sorted({*weights, *available}), 0)
    # 0.3 must be three times 0.1, as on paper, or a tie between remainders would go to the rounding of the floats.
    exact = {language: Fraction(repr(float(weight))) for language, weight in weights.items()}
    open_languages = {language for language in quota if available.get(language, 0) > 0}
    left = min(whole_budget, sum(int(count) for count in available.values()))

    while left > 0:
        shares = _shares(exact, open_languages, left)
        full = {language for language, share in shares.items() if share >= available[language]}
        if not full:
            _add_rounded(quota, shares, exact, left)
            break
        for language in full:
            quota[language] = int(available[language])
            left -= int(available[language])
        open_languages -= full
    return quota


def check_budget(budget: int) -> int:
    """The budget as an int.

    Raises:
        InvalidBudget: it is not a whole number of at least 1.
    """
    if not _is_whole(budget) or budget < 1:
        raise InvalidBudget(f"The budget is {budget}; it must be a whole number of at least 1.")
    return int(budget)


def _is_whole(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    return math.isfinite(value) and value == math.floor(value)


def _check_weights(weights: Mapping[str, float], available: Mapping[str, int]) -> None:
    for language, weight in weights.items():
        if not isinstance(weight, Real) or not math.isfinite(weight) or weight < 0:
            raise InvalidWeights(f"The weight of {language!r} is {weight}; it must be a finite number from 0.")
    for language, count in available.items():
        if not _is_whole(count) or count < 0:
            raise InvalidWeights(f"{language!r} has {count} items available; it must be a whole number from 0.")


def _shares(weights: Mapping[str, Fraction], languages: set[str], left: int) -> dict[str, Fraction]:
    """Exact share of `left` for each language; equal shares where no weight is positive."""
    total = sum((weights.get(language, Fraction(0)) for language in languages), Fraction(0))
    if total == 0:
        return dict.fromkeys(languages, Fraction(left, len(languages)))
    return {language: left * weights[language] / total for language in languages if weights.get(language)}


def _add_rounded(
    quota: dict[str, int], shares: Mapping[str, Fraction], weights: Mapping[str, Fraction], left: int
) -> None:
    """Round the shares to whole numbers that sum to `left`, by largest remainder, into `quota`."""
    floors = {language: math.floor(share) for language, share in shares.items()}
    by_remainder = sorted(
        shares,
        key=lambda language: (floors[language] - shares[language], -weights.get(language, Fraction(0)), language),
    )
    seats = left - sum(floors.values())
    for language in shares:
        quota[language] = floors[language]
    for language in by_remainder[:seats]:
        quota[language] += 1
