"""What labels cost, as exact fractions: a batch never costs a hundredth more than its budget."""

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from numbers import Real

from lamm_core.errors import InvalidBudget, InvalidCosts


def check_money(budget: float) -> Fraction:
    """The budget as an exact amount.

    Raises:
        InvalidBudget: it is not a finite number above 0.
    """
    if not _is_above_zero(budget):
        raise InvalidBudget(f"The budget is {budget}; where labels have costs it must be a finite number above 0.")
    return Fraction(repr(float(budget)))


def exact_costs(costs: Mapping[str, float], languages: Iterable[str]) -> dict[str, Fraction]:
    """Exact price of a label in each of these languages.

    Raises:
        InvalidCosts: a language has no cost, or a cost is not a finite number above 0.
    """
    for language, cost in costs.items():
        if not _is_above_zero(cost):
            raise InvalidCosts(f"A label of {language!r} costs {cost}; it must be a finite number above 0.")
    missing = sorted(set(languages) - set(costs))
    if missing:
        raise InvalidCosts(f"{len(missing)} languages with items have no cost of a label: {', '.join(missing)}.")
    return {language: Fraction(repr(float(costs[language]))) for language in languages}


def most_labels(money: Fraction, prices: Mapping[str, Fraction]) -> int:
    """How many labels the money buys at the lowest of the prices; 0 where there are none."""
    return math.floor(money / min(prices.values())) if prices else 0


def affordable(prices: Sequence[Fraction], money: Fraction) -> list[int]:
    """Places of the items that are bought by who walks down the list and takes whatever the money still buys."""
    cheapest = min(prices, default=money)
    bought = []
    for place, price in enumerate(prices):
        if money < cheapest:
            break
        if price <= money:
            bought.append(place)
            money -= price
    return bought


def _is_above_zero(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value) and float(value) > 0
