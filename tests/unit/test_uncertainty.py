"""Scores of single items: known values, bounds, and what a function given by the caller may return."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lamm_core.errors import InvalidScores, UnknownStrategy
from lamm_core.selection import UNCERTAINTIES, entropy, gibbs_error, least_confidence, margin, ratio
from lamm_core.selection.uncertainty import find_uncertainty, uncertainty_scores

TABLE = np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.2, 0.3, 0.5]])


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    shape = (draw(st.integers(1, 12)), draw(st.integers(1, 6)))
    positive = draw(hnp.arrays(np.float64, shape, elements=st.floats(1e-6, 1)))
    zero = draw(hnp.arrays(np.bool_, shape))
    zero[:, 0] = False
    raw = np.where(zero, 0.0, positive)
    return raw / raw.sum(axis=1, keepdims=True)


def test_entropy_of_known_rows():
    expected = [math.log(2), 0.0, -(0.2 * math.log(0.2) + 0.3 * math.log(0.3) + 0.5 * math.log(0.5))]
    np.testing.assert_allclose(entropy(TABLE), expected, rtol=1e-12)


def test_entropy_of_a_certain_item_is_zero_without_a_minus():
    assert not np.signbit(entropy(np.array([[1.0, 0.0], [0.0, 1.0]]))).any()


def test_margin_of_known_rows():
    np.testing.assert_allclose(margin(TABLE), [1.0, 0.0, 0.8], rtol=1e-12, atol=1e-15)


def test_margin_of_one_class_counts_the_missing_second_class_as_zero():
    assert margin(np.ones((2, 1))).tolist() == [0.0, 0.0]


def test_least_confidence_of_known_rows():
    np.testing.assert_allclose(least_confidence(TABLE), [0.5, 0.0, 0.5], rtol=1e-12)


def test_ratio_of_known_rows():
    np.testing.assert_allclose(ratio(TABLE), [1.0, 0.0, 0.6], rtol=1e-12)
    assert ratio(np.ones((2, 1))).tolist() == [0.0, 0.0]


def test_gibbs_error_of_known_rows():
    np.testing.assert_allclose(gibbs_error(TABLE), [0.5, 0.0, 0.62], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", sorted(UNCERTAINTIES))
@settings(deadline=None, max_examples=50)
@given(table=tables())
def test_every_uncertainty_is_largest_for_even_odds_and_smallest_for_certainty(name: str, table: np.ndarray):
    score = UNCERTAINTIES[name]
    classes = table.shape[1]
    even = score(np.full((1, classes), 1 / classes))[0]
    certain = score(np.eye(classes))
    scores = score(table)
    assert scores.shape == (len(table),)
    assert (scores <= even + 1e-9).all()
    assert (scores >= certain.max() - 1e-9).all()


@pytest.mark.parametrize("name", sorted(UNCERTAINTIES))
@settings(deadline=None, max_examples=50)
@given(table=tables(), seed=st.integers(0, 2**32 - 1))
def test_every_uncertainty_ignores_the_order_of_the_classes(name: str, table: np.ndarray, seed: int):
    mixed = np.random.default_rng(seed).permuted(table, axis=1)
    np.testing.assert_allclose(UNCERTAINTIES[name](mixed), UNCERTAINTIES[name](table), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", sorted(UNCERTAINTIES))
def test_every_uncertainty_takes_an_empty_table(name: str):
    assert uncertainty_scores(name, np.empty((0, 3))).shape == (0,)


@pytest.mark.parametrize(
    "returned",
    [
        np.zeros(2),
        np.zeros((3, 1)),
        np.float64(1.0),
        np.array([0.1, np.nan, 0.2]),
        np.array([0.1, np.inf, 0.2]),
        np.array(["a", "b", "c"]),
        np.array([1j, 2j, 3j]),
        [None, 1, 2],
    ],
    ids=["too few", "column", "scalar", "nan", "inf", "text", "complex", "none"],
)
def test_a_function_that_does_not_return_one_finite_number_an_item_is_refused(returned: object):
    with pytest.raises(InvalidScores, match="3 items"):
        uncertainty_scores(lambda table: returned, TABLE)


@pytest.mark.parametrize("kind", [np.bool_, np.uint8, np.int32, np.float32])
def test_scores_of_a_function_come_back_as_numbers_that_can_be_negated(kind: type):
    scores = uncertainty_scores(lambda table: np.array([0, 1, 1], dtype=kind), TABLE)
    assert (-scores).tolist() == [0, -1, -1]


def test_a_function_may_return_a_plain_list():
    assert uncertainty_scores(lambda table: [1.0, 2.0, 3.0], TABLE).tolist() == [1.0, 2.0, 3.0]


def test_an_unknown_uncertainty_names_the_known_ones():
    with pytest.raises(UnknownStrategy, match=r"'entropie'.*entropy, gibbs-error, least-confidence, margin, ratio"):
        find_uncertainty("entropie")
