"""The split of a budget, against a slow reference that tries every split."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lamm_core.errors import InvalidBudget, InvalidWeights
from lamm_core.selection import allocate

LANGUAGES = "abcde"
DECIMALS = st.one_of(st.just(0.0), st.integers(1, 20).map(lambda tenths: tenths / 10), st.floats(1e-6, 1e6))


def reference_shares(weights: dict[str, Fraction], budget: int, caps: dict[str, int]) -> dict[str, Fraction]:
    """Real-valued shares: the water level at which everything is shared out, found among all points where it bends."""
    share = dict.fromkeys(weights, Fraction(0))
    first = [language for language in weights if weights[language] > 0]
    rest = [language for language in weights if weights[language] == 0]
    left = Fraction(budget)
    for group, weight in ((first, weights), (rest, dict.fromkeys(rest, Fraction(1)))):
        room = sum(caps[language] for language in group)
        if left >= room:
            for language in group:
                share[language] = Fraction(caps[language])
            left -= room
            continue
        level = Fraction(0)
        for bend in sorted({Fraction(caps[language]) / weight[language] for language in group}):
            if sum(min(Fraction(caps[language]), bend * weight[language]) for language in group) > left:
                break
            level = bend
        full = [language for language in group if level * weight[language] >= caps[language]]
        others = [language for language in group if language not in full]
        level = (left - sum(caps[language] for language in full)) / sum(weight[language] for language in others)
        for language in group:
            share[language] = min(Fraction(caps[language]), level * weight[language])
        break
    return share


def reference_allocate(weights: dict[str, float], budget: int, available: dict[str, int]) -> dict[str, int]:
    """Of all whole-number splits within the caps, the one nearest to the shares; ties to weight, then alphabet."""
    languages = sorted({*weights, *available})
    exact = {language: Fraction(str(weights.get(language, 0.0))) for language in languages}
    caps = {language: available.get(language, 0) for language in languages}
    total = min(budget, sum(caps.values()))
    shares = reference_shares(exact, total, caps)
    by_preference = sorted(languages, key=lambda language: (-exact[language], language))
    best = min(
        (
            split
            for split in itertools.product(*(range(min(caps[language], total) + 1) for language in by_preference))
            if sum(split) == total
        ),
        key=lambda split: (
            sum((count - shares[language]) ** 2 for language, count in zip(by_preference, split, strict=True)),
            [-count for count in split],
        ),
    )
    return dict(zip(by_preference, best, strict=True))


@st.composite
def situations(draw: st.DrawFn, most: int = 12) -> tuple[dict[str, float], int, dict[str, int]]:
    languages = LANGUAGES[: draw(st.integers(1, 4))]
    weights = {language: draw(DECIMALS) for language in languages}
    available = {language: draw(st.integers(0, 7)) for language in languages}
    return weights, draw(st.integers(1, most)), available


@settings(deadline=None, max_examples=150)
@given(situations())
def test_the_split_is_the_one_that_a_search_over_all_splits_finds(situation):
    assert allocate(*situation) == reference_allocate(*situation)


@settings(deadline=None)
@given(situations(most=1000))
def test_quotas_sum_to_the_budget_or_to_what_there_is_and_stay_within_it(situation):
    weights, budget, available = situation
    quota = allocate(weights, budget, available)
    assert sum(quota.values()) == min(budget, sum(available.values()))
    assert all(type(count) is int and 0 <= count <= available[language] for language, count in quota.items())


@settings(deadline=None)
@given(situations(most=1000), st.randoms(use_true_random=False))
def test_the_order_of_the_languages_never_matters(situation, random):
    weights, budget, available = situation
    mixed_weights, mixed_available = list(weights.items()), list(available.items())
    random.shuffle(mixed_weights)
    random.shuffle(mixed_available)
    expected = allocate(weights, budget, available)
    mixed = allocate(dict(mixed_weights), budget, dict(mixed_available))
    assert mixed == expected
    assert list(mixed) == list(expected)


@settings(deadline=None)
@given(situations(most=200), st.floats(0, 100))
def test_a_larger_weight_never_gives_a_language_less(situation, more):
    weights, budget, available = situation
    before = allocate(weights, budget, available)["a"]
    assert allocate(weights | {"a": weights["a"] + more}, budget, available)["a"] >= before


@settings(deadline=None)
@given(situations(most=200))
def test_without_caps_the_larger_weight_never_gets_less(situation):
    weights, budget, _ = situation
    assume(any(weights.values()))
    quota = allocate(weights, budget, dict.fromkeys(weights, budget))
    for one, other in itertools.combinations(weights, 2):
        if weights[one] > weights[other]:
            assert quota[one] >= quota[other]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(LANGUAGES), st.integers(1, 50), min_size=1), st.integers(1, 20))
def test_a_budget_that_divides_is_split_exactly_in_proportion(parts, times):
    weights = {language: part / 10 for language, part in parts.items()}
    expected = {language: part * times for language, part in parts.items()}
    assert allocate(weights, sum(parts.values()) * times, expected) == expected
    plenty = dict.fromkeys(parts, 10_000)
    assert allocate(weights, sum(parts.values()) * times, plenty) == expected


@settings(deadline=None)
@given(situations(), st.integers(-8, 8))
def test_only_the_ratio_of_the_weights_counts(situation, power):
    weights, budget, available = situation
    whole = {language: float(round(weight)) for language, weight in weights.items()}
    scaled = {language: weight * 2.0**power for language, weight in whole.items()}
    assert allocate(scaled, budget, available) == allocate(whole, budget, available)


@pytest.mark.parametrize("budget", [1, 2, 5, 10, 20, 30, 100])
def test_decimal_weights_are_split_as_on_paper(budget):
    quota = allocate({"a": 0.1, "b": 0.2, "c": 0.7}, budget, dict.fromkeys("abc", 1000))
    assert quota == allocate({"a": 1, "b": 2, "c": 7}, budget, dict.fromkeys("abc", 1000))
    if budget % 10 == 0:
        assert quota == {"a": budget // 10, "b": budget // 5, "c": 7 * budget // 10}


def test_remainders_that_are_equal_on_paper_go_to_the_larger_weight():
    # As floats, 0.1 lies a little above one tenth and 0.3 a little below three.
    assert allocate({"a": 0.1, "b": 0.3}, 2, {"a": 9, "b": 9}) == {"a": 0, "b": 2}


def test_equal_remainders_of_equal_weights_go_to_the_first_in_the_alphabet():
    assert allocate({"c": 1, "b": 1, "a": 1}, 4, dict.fromkeys("abc", 9)) == {"a": 2, "b": 1, "c": 1}


def test_a_language_with_fewer_items_gives_its_surplus_to_the_others_by_weight():
    assert allocate({"a": 6, "b": 3, "c": 1}, 100, {"a": 20, "b": 500, "c": 500}) == {"a": 20, "b": 60, "c": 20}


def test_surplus_reaches_languages_of_weight_zero_only_when_the_others_are_empty():
    assert allocate({"a": 1, "b": 0, "c": 0}, 10, {"a": 4, "b": 9, "c": 9}) == {"a": 4, "b": 3, "c": 3}
    assert allocate({"a": 1, "b": 0, "c": 0}, 4, {"a": 4, "b": 9, "c": 9}) == {"a": 4, "b": 0, "c": 0}


def test_all_weights_zero_share_equally_among_the_languages_that_have_items():
    assert allocate({"a": 0, "b": 0, "c": 0}, 10, {"a": 50, "b": 0, "c": 50}) == {"a": 5, "b": 0, "c": 5}


def test_a_language_known_to_one_side_only_has_no_weight_or_no_items():
    assert allocate({"a": 1, "x": 5}, 3, {"a": 9, "b": 9}) == {"a": 3, "b": 0, "x": 0}


def test_an_empty_pool_gives_zero_to_everyone():
    assert allocate({"a": 1.0}, 5, {"a": 0}) == {"a": 0}
    assert allocate({}, 5, {}) == {}


def test_weights_of_very_different_size_neither_overflow_nor_lose_a_seat():
    quota = allocate({"a": 1e-300, "b": 1e300, "c": 5e-324}, 7, {"a": 9, "b": 5, "c": 9})
    assert quota == {"a": 2, "b": 5, "c": 0}


def test_numpy_numbers_are_numbers():
    quota = allocate({"a": np.float32(0.5), "b": np.int64(1)}, np.int64(3), {"a": np.int32(5), "b": np.int64(5)})
    assert quota == {"a": 1, "b": 2}
    assert all(type(count) is int for count in quota.values())


@pytest.mark.parametrize("budget", [0, -3, 2.5, float("nan"), float("inf"), True, np.True_, None, "10"])
def test_a_budget_that_is_no_whole_number_from_one_is_refused(budget):
    with pytest.raises(InvalidBudget, match=f"The budget is {budget};"):
        allocate({"a": 1.0}, budget, {"a": 5})


@pytest.mark.parametrize("weight", [-0.1, float("nan"), float("inf"), None, "1"])
def test_a_weight_that_is_no_finite_number_from_zero_is_refused(weight):
    with pytest.raises(InvalidWeights, match=f"weight of 'a' is {weight};"):
        allocate({"a": weight}, 1, {"a": 5})


@pytest.mark.parametrize("count", [-1, 1.5, float("nan"), None])
def test_an_availability_that_is_no_whole_number_is_refused(count):
    with pytest.raises(InvalidWeights, match=f"'a' has {count} items"):
        allocate({"a": 1.0}, 1, {"a": count})
