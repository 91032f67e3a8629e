"""Accuracy per language and its interval."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.errors import InvalidInput
from lamm_core.model.evaluation import LanguageAccuracy, accuracy_by_language, measured


@pytest.mark.parametrize(
    ("correct", "checked", "low", "high"),
    [
        # the first four: Newcombe (1998), "Two-sided confidence intervals for the single proportion", Table I
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (8, 10, 0.4902, 0.9433),
        (20, 20, 0.8389, 1.0),
        (1, 1, 0.2065, 1.0),
    ],
)
def test_the_interval_has_the_published_values(correct: int, checked: int, low: float, high: float):
    assert LanguageAccuracy(correct, checked).interval == pytest.approx((low, high), abs=5e-5)


@settings(deadline=None)
@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_wilsons_formula(case: tuple[int, int]):
    correct, n = case
    z = 1.959963984540054
    p = correct / n
    middle = p + z**2 / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    expected = ((middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n))
    assert LanguageAccuracy(correct, n).interval == pytest.approx(expected, abs=1e-12)


def test_without_check_items_nothing_is_known():
    empty = LanguageAccuracy(0, 0)
    assert empty.accuracy is None
    assert empty.interval == (0.0, 1.0)


def test_all_right_and_all_wrong_stay_within_0_and_1():
    right, wrong = LanguageAccuracy(50, 50), LanguageAccuracy(0, 50)
    assert (right.accuracy, wrong.accuracy) == (1.0, 0.0)
    assert right.interval[1] == 1.0
    assert wrong.interval[0] == 0.0
    assert right.interval[0] == pytest.approx(1 - wrong.interval[1])


@settings(deadline=None)
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_accuracy_and_narrows_with_more_items(case: tuple[int, int]):
    correct, checked = case
    figure = LanguageAccuracy(correct, checked)
    low, high = figure.interval
    assert 0 <= low <= figure.accuracy <= high <= 1
    wider = LanguageAccuracy(10 * correct, 10 * checked).interval
    assert wider[1] - wider[0] < high - low


def test_right_predictions_are_counted_per_language():
    figures = accuracy_by_language(["a", "b", "b", "a", "a"], ["a", "b", "a", "a", "b"], ["de", "de", "da", "da", "de"])
    assert figures == {"da": LanguageAccuracy(1, 2), "de": LanguageAccuracy(2, 3)}
    assert list(figures) == ["da", "de"]
    assert all(type(name) is str for name in figures)
    assert all(type(figure.correct) is int and type(figure.checked) is int for figure in figures.values())


def test_no_check_items_give_no_languages():
    assert accuracy_by_language([], [], []) == {}


@pytest.mark.parametrize("sizes", [(1, 3, 3), (3, 1, 3), (3, 3, 2), (3, 2, 3), (3, 3, 1), (0, 1, 1)])
def test_columns_of_different_length_are_never_stretched_to_fit(sizes: tuple[int, int, int]):
    told = f"{sizes[0]} predictions, {sizes[1]} classes and {sizes[2]} languages"
    with pytest.raises(InvalidInput, match=told):
        accuracy_by_language(*(["a"] * size for size in sizes))


def test_only_languages_with_check_items_are_measured():
    assert measured({"da": LanguageAccuracy(1, 4), "de": LanguageAccuracy(0, 0)}) == {"da": 0.25}
