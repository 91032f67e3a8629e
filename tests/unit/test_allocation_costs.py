"""The split of money over languages whose labels cost different amounts."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.errors import InvalidBudget, InvalidCosts
from lamm_core.selection import allocate

LANGUAGES = "abcd"
PRICES = st.integers(1, 400).map(lambda cents: cents / 100)


@st.composite
def situations(draw: st.DrawFn) -> tuple[dict[str, float], float, dict[str, int], dict[str, float]]:
    languages = LANGUAGES[: draw(st.integers(1, 4))]
    weights = {language: draw(st.integers(0, 10)) / 10 for language in languages}
    available = {language: draw(st.integers(0, 30)) for language in languages}
    money = draw(st.integers(1, 5000)) / 100
    return weights, money, available, {language: draw(PRICES) for language in languages}


def exact(number: float) -> Fraction:
    return Fraction(str(number))


def left_over(quota: dict[str, int], money: float, costs: dict[str, float]) -> Fraction:
    return exact(money) - sum(exact(costs[language]) * count for language, count in quota.items())


@settings(deadline=None, max_examples=300)
@given(situations())
def test_the_money_is_never_overspent_and_buys_all_that_it_can(situation):
    weights, money, available, costs = situation
    quota = allocate(weights, money, available, costs)
    left = left_over(quota, money, costs)
    assert left >= 0
    assert all(0 <= count <= available[language] for language, count in quota.items())
    open_languages = [language for language, count in quota.items() if count < available[language]]
    weighty = [language for language in open_languages if weights[language] > 0]
    for language in weighty or open_languages:
        assert exact(costs[language]) > left


@settings(deadline=None)
@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_the_languages_never_matters(situation, random):
    weights, money, available, costs = situation

    def mixed(values: dict) -> dict:
        return dict(random.sample(list(values.items()), len(values)))

    expected = allocate(weights, money, available, costs)
    assert allocate(mixed(weights), money, mixed(available), mixed(costs)) == expected


@settings(deadline=None)
@given(situations(), st.integers(1, 60), st.sampled_from([1, 1.0, 0.5, 2, 0.1, 3]))
def test_labels_of_one_price_are_split_as_without_costs(situation, labels, price):
    weights, _, available, _ = situation
    money = float(exact(price) * labels)
    costs = dict.fromkeys(available, price)
    assert allocate(weights, money, available, costs) == allocate(weights, labels, available)


@settings(deadline=None)
@given(situations(), st.integers(1, 9))
def test_the_unit_of_the_money_does_not_matter(situation, factor):
    weights, money, available, costs = situation
    dearer = {language: float(exact(cost) * factor) for language, cost in costs.items()}
    assert allocate(weights, float(exact(money) * factor), available, dearer) == allocate(
        weights, money, available, costs
    )


@settings(deadline=None, max_examples=200)
@given(situations())
def test_every_language_gets_at_least_the_whole_labels_of_its_share_of_the_money(situation):
    weights, money, _, costs = situation
    total = sum(exact(weight) for weight in weights.values())
    quota = allocate(weights, money, dict.fromkeys(weights, 100_000), costs)
    for language, weight in weights.items():
        share = exact(weight) / total if total else Fraction(1, len(weights))
        assert quota[language] >= math.floor(share * exact(money) / exact(costs[language]))
        if total and weight == 0:
            assert quota[language] == 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=2, max_size=3), st.integers(50, 200))
def test_no_exchange_of_one_label_for_another_is_better(languages, factor):
    """The split is a maximum of sum w ln q: with shares that come out whole, moving money elsewhere loses."""
    weights = {LANGUAGES[i]: float(weight) for i, (weight, _) in enumerate(languages)}
    costs = {LANGUAGES[i]: float(cost) for i, (_, cost) in enumerate(languages)}
    whole = math.lcm(*(int(cost) for cost in costs.values()))
    money = float(sum(weights.values()) * whole * factor)
    quota = allocate(weights, money, dict.fromkeys(weights, 10**7), costs)
    assert quota == {each: int(weights[each] * whole * factor / costs[each]) for each in weights}

    def value(split: dict[str, int]) -> float:
        return sum(weights[each] * math.log(split[each]) for each in split)

    for giver in quota:
        for taker in set(quota) - {giver}:
            given_up = math.ceil(costs[taker] / costs[giver])
            moved = quota | {giver: quota[giver] - given_up, taker: quota[taker] + 1}
            assert value(moved) <= value(quota)


def test_a_language_of_twice_the_price_gets_half_the_labels():
    assert allocate({"a": 1, "b": 1}, 40, dict.fromkeys("ab", 99), {"a": 1, "b": 2}) == {"a": 20, "b": 10}


def test_what_is_left_buys_a_first_label_before_all_others():
    # Shares of 9 and 1: nine labels of a, and none of b, which costs 2; the 1 left over is too little for it.
    assert allocate({"a": 9, "b": 1}, 10, dict.fromkeys("ab", 99), {"a": 1, "b": 2}) == {"a": 10, "b": 0}
    # Shares of 16.8 and 2.1: six labels of a and none of b; the 3.3 left over buys a label of either.
    assert allocate({"a": 8, "b": 1}, 18.9, dict.fromkeys("ab", 99), {"a": 2.6, "b": 2.5}) == {"a": 6, "b": 1}


def test_what_is_left_goes_to_the_larger_weight_then_the_cheaper_label_then_the_alphabet():
    # Nobody's share buys a label.
    assert allocate({"a": 1, "b": 2}, 3, dict.fromkeys("ab", 9), {"a": 2, "b": 2.5}) == {"a": 0, "b": 1}
    assert allocate({"a": 1, "b": 1}, 3, dict.fromkeys("ab", 9), {"a": 2.5, "b": 2}) == {"a": 0, "b": 1}
    assert allocate({"c": 1, "b": 1, "a": 1}, 3.5, dict.fromkeys("abc", 9), {"a": 2, "b": 2, "c": 3}) == {
        "a": 1,
        "b": 0,
        "c": 0,
    }


def test_surplus_money_of_a_language_with_few_items_goes_to_the_others_by_weight():
    quota = allocate({"a": 6, "b": 3, "c": 1}, 100, {"a": 10, "b": 500, "c": 500}, {"a": 2, "b": 1, "c": 4})
    assert quota == {"a": 10, "b": 60, "c": 5}


def test_a_budget_below_the_lowest_price_buys_nothing():
    assert allocate({"a": 1, "b": 1}, 0.5, dict.fromkeys("ab", 9), {"a": 1, "b": 2}) == {"a": 0, "b": 0}
    assert allocate({"a": 1}, 0.5, {"a": 9}, {"a": 1}) == {"a": 0}


def test_a_language_without_items_needs_no_price():
    assert allocate({"a": 1, "b": 1}, 4.5, {"a": 9, "b": 0}, {"a": 1.5}) == {"a": 3, "b": 0}


def test_cents_are_counted_exactly():
    # As floats, ten times 0.1 is a little below 1.
    assert allocate({"a": 1, "b": 1}, 2, dict.fromkeys("ab", 99), {"a": 0.1, "b": 0.2}) == {"a": 10, "b": 5}


@pytest.mark.parametrize("money", [0, -1.0, float("nan"), float("inf"), True, None, "5"])
def test_money_that_is_no_finite_amount_above_zero_is_refused(money):
    with pytest.raises(InvalidBudget, match=f"The budget is {money};"):
        allocate({"a": 1}, money, {"a": 5}, {"a": 1})


@pytest.mark.parametrize("cost", [0, -0.1, float("nan"), float("inf"), None, "1"])
def test_a_cost_that_is_no_finite_number_above_zero_is_refused(cost):
    with pytest.raises(InvalidCosts, match=f"A label of 'a' costs {cost};"):
        allocate({"a": 1}, 1, {"a": 5}, {"a": cost})


def test_languages_with_items_and_no_cost_are_named():
    with pytest.raises(InvalidCosts, match="2 languages with items have no cost of a label: b, c"):
        allocate({"a": 1}, 1, {"a": 5, "c": 1, "b": 2}, {"a": 1})
