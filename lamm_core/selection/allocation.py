"""Split a budget over languages: whole numbers, exact, and independent of the order of the languages."""

import math
from collections.abc import Mapping
from fractions import Fraction
from numbers import Real

from lamm_core.errors import InvalidBudget, InvalidWeights
from lamm_core.selection.costs import check_money, exact_costs

_ONE = Fraction(1)


def allocate(
    weights: Mapping[str, float],
    budget: float,
    available: Mapping[str, int],
    costs: Mapping[str, float] | None = None,
) -> dict[str, int]:
    """Quota of each language: the budget split in proportion to the weights, by largest remainder.

    A language with fewer items than its share gives the surplus to the others by weight. When every language that
    still has items has weight zero, those languages share equally. Equal remainders go to the larger weight, then
    to the language that comes first in the alphabet. Shares are exact fractions of the weights as they are written
    in decimals, so that neither float rounding nor the order of the languages decides.

    With costs the budget is money. It is the money that is split in proportion to the weights w, which maximises
    `sum w ln q` over the quotas q that it buys: a language whose labels cost twice as much gets half as many. Shares
    are rounded down to whole labels. What is left buys one label at a time, always the affordable one that adds most
    to that sum for its price (a first label before all others); equals go to the larger weight, the cheaper label,
    then by the alphabet. Where all labels cost the same, the split is the one without costs.

    Args:
        weights: language to weight, 0 or more. A language missing here has weight 0.
        budget: number of labels to split, at least 1; with costs the money to spend, above 0.
        available: language to number of items that can be chosen, 0 or more.
        costs: language to the price of one label, above 0, in the unit of the budget; None counts labels.

    Returns:
        language to quota for every language in `weights` or `available`; sums to `min(budget, sum(available))`. With
        costs it never costs more than the budget, and what is left buys no further label of any language that had a
        share.

    Raises:
        InvalidBudget: the budget is not a whole number of at least 1; with costs, not a finite number above 0.
        InvalidWeights: a weight is negative or not finite, or an availability is not a whole number from 0.
        InvalidCosts: a language with items has no cost, or a cost is not a finite number above 0.
    """
    exact_budget = Fraction(check_budget(budget)) if costs is None else check_money(budget)
    _check_weights(weights, available)
    quota = dict.fromkeys(sorted({*weights, *available}), 0)
    # 0.3 must be three times 0.1, as on paper, or a tie between remainders would go to the rounding of the floats.
    exact = {language: Fraction(repr(float(weight))) for language, weight in weights.items()}
    rooms = {language: int(available[language]) for language in quota if available.get(language, 0) > 0}
    prices = dict.fromkeys(rooms, _ONE) if costs is None else exact_costs(costs, rooms)
    alike = len(set(prices.values())) <= 1
    if alike:
        # One price for all: count labels, so that the largest remainders decide as they do without costs.
        exact_budget = Fraction(exact_budget // next(iter(prices.values()), _ONE))
        prices = dict.fromkeys(rooms, _ONE)
    left = min(exact_budget, sum((rooms[language] * prices[language] for language in rooms), Fraction(0)))

    while left > 0:
        shares = _shares(exact, set(rooms), left)
        full = {language for language, share in shares.items() if share >= rooms[language] * prices[language]}
        if not full:
            if alike:
                _add_rounded(quota, shares, exact, int(left))
            else:
                _buy(quota, shares, rooms, prices, left)
            break
        for language in full:
            quota[language] = rooms.pop(language)
            left -= quota[language] * prices[language]
    return quota


def check_budget(budget: float) -> int:
    """The budget as an int.

    Raises:
        InvalidBudget: it is not a whole number of at least 1.
    """
    if not is_whole(budget) or budget < 1:
        raise InvalidBudget(f"The budget is {budget}; it must be a whole number of at least 1.")
    return int(budget)


def is_whole(value: object) -> bool:
    """Whether the value is a whole number, of any kind of number but a boolean."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    return math.isfinite(value) and value == math.floor(value)


def check_weight(language: str, weight: float) -> None:
    """Raise InvalidWeights unless the weight is a finite number from 0."""
    if not isinstance(weight, Real) or not math.isfinite(weight) or weight < 0:
        raise InvalidWeights(f"The weight of {language!r} is {weight}; it must be a finite number from 0.")


def _check_weights(weights: Mapping[str, float], available: Mapping[str, int]) -> None:
    for language, weight in weights.items():
        check_weight(language, weight)
    for language, count in available.items():
        if not is_whole(count) or count < 0:
            raise InvalidWeights(f"{language!r} has {count} items available; it must be a whole number from 0.")


def _shares(weights: Mapping[str, Fraction], languages: set[str], left: Fraction) -> dict[str, Fraction]:
    """Exact share of `left` for each language; equal shares where no weight is positive."""
    total = sum((weights.get(language, Fraction(0)) for language in languages), Fraction(0))
    if total == 0:
        return dict.fromkeys(languages, left / len(languages))
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


def _buy(
    quota: dict[str, int],
    shares: Mapping[str, Fraction],
    rooms: Mapping[str, int],
    prices: Mapping[str, Fraction],
    left: Fraction,
) -> None:
    """Buy whole labels for the shares of money, then one at a time what adds most for its price, into `quota`."""
    for language, share in shares.items():
        quota[language] = math.floor(share / prices[language])
        left -= quota[language] * prices[language]

    def merit(language: str) -> tuple[float, Fraction, Fraction, str]:
        # Shares are proportional to the weights, so they stand in for them.
        count = quota[language]
        gain = float(shares[language] / prices[language]) * math.log1p(1 / count) if count else math.inf
        return -gain, -shares[language], prices[language], language

    while affordable := [each for each in shares if prices[each] <= left and quota[each] < rooms[each]]:
        best = min(affordable, key=merit)
        quota[best] += 1
        left -= prices[best]
