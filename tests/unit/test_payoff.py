"""Accuracy, recall and macro-F1, and what every answer adds to them."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, recall_score

from lamm_core.model.payoff import PayoffOf, accuracy, macro_f1, recall_of

CLASSES = 4
PAIRS = st.lists(st.tuples(st.integers(0, CLASSES - 1), st.integers(0, CLASSES - 1)), min_size=1, max_size=60)
METRICS: dict[str, PayoffOf] = {"accuracy": accuracy, "recall": recall_of(1), "macro-F1": macro_f1}
EPSILON = 1e-6


def confusion_of(pairs: list[tuple[int, int]]) -> np.ndarray:
    """Texts by [predicted, true] class."""
    confusion = np.zeros((CLASSES, CLASSES))
    for predicted, true in pairs:
        confusion[predicted, true] += 1
    return confusion


@settings(deadline=None)
@given(PAIRS)
def test_accuracy_is_that_of_scikit_learn(pairs: list[tuple[int, int]]):
    predicted, true = zip(*pairs, strict=True)
    found = accuracy(confusion_of(pairs))
    assert found.value == pytest.approx(accuracy_score(true, predicted))
    assert (found.right, found.counted, found.effective) == (
        sum(each == other for each, other in pairs),
        len(pairs),
        len(pairs),
    )


@settings(deadline=None)
@given(PAIRS, st.integers(0, CLASSES - 1))
def test_recall_is_that_of_scikit_learn(pairs: list[tuple[int, int]], code: int):
    predicted, true = zip(*pairs, strict=True)
    found = recall_of(code)(confusion_of(pairs))
    assert found.counted == found.effective == true.count(code)
    if found.counted:
        (expected,) = recall_score(true, predicted, labels=[code], average=None)
        assert found.value == pytest.approx(expected)
        assert found.right == pairs.count((code, code))
    else:
        assert found.value is None


@settings(deadline=None)
@given(PAIRS)
def test_macro_f1_is_that_of_scikit_learn(pairs: list[tuple[int, int]]):
    predicted, true = zip(*pairs, strict=True)
    found = macro_f1(confusion_of(pairs))
    # Without a list of labels scikit-learn too counts the classes that are predicted or true.
    assert found.value == pytest.approx(f1_score(true, predicted, average="macro", zero_division=0.0))
    assert found.counted == len(pairs)


def of_shares(metric: PayoffOf, pairs: list[tuple[int, int]]) -> tuple[np.ndarray, Callable[[np.ndarray], float]]:
    """The shares of all pairs, and the metric as a function of shares."""
    confusion = confusion_of(pairs)
    return confusion / confusion.sum(), lambda shares: float(metric(shares).value or 0.0)


@pytest.mark.parametrize("name", ["recall", "macro-F1"])
@settings(deadline=None)
@given(pairs=PAIRS)
def test_the_table_says_how_far_a_little_more_of_an_answer_moves_the_figure(name: str, pairs: list[tuple[int, int]]):
    metric = METRICS[name]
    shares, value_of = of_shares(metric, pairs)
    found = metric(confusion_of(pairs))
    if found.value is None:
        return
    seen = shares.sum(axis=0) + shares.sum(axis=1) > 0
    for cell in np.ndindex(shares.shape):
        if not seen[list(cell)].all():
            continue  # an answer of a new class changes what macro-F1 is the mean of
        more = shares * (1 - EPSILON)
        more[cell] += EPSILON
        assert (value_of(more) - found.value) / EPSILON == pytest.approx(found.table[cell], abs=1e-3)


@settings(deadline=None)
@given(PAIRS)
def test_the_table_of_accuracy_has_the_accuracy_as_its_mean(pairs: list[tuple[int, int]]):
    found = accuracy(confusion_of(pairs))
    assert (found.table * confusion_of(pairs)).sum() / len(pairs) == pytest.approx(found.value)


@pytest.mark.parametrize("name", ["recall", "macro-F1"])
@settings(deadline=None)
@given(pairs=PAIRS)
def test_the_other_tables_have_a_mean_of_0(name: str, pairs: list[tuple[int, int]]):
    confusion = confusion_of(pairs)
    assert (METRICS[name](confusion).table * confusion).sum() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", METRICS)
def test_nothing_is_measured_without_texts(name: str):
    found = METRICS[name](np.zeros((CLASSES, CLASSES)))
    assert (found.value, found.effective, found.right, found.counted) == (None, 0.0, 0, 0)


def test_texts_of_other_classes_say_nothing_about_the_recall_of_one_that_is_absent():
    found = recall_of(3)(confusion_of([(3, 0), (3, 1), (2, 2)]))
    assert found.value is None
    assert not found.table.any()


def test_a_class_that_never_occurs_changes_nothing():
    pairs = [(0, 0), (1, 0), (1, 1), (1, 1)]
    narrow, wide = macro_f1(confusion_of(pairs)[:2, :2]), macro_f1(confusion_of(pairs))
    assert (narrow.value, narrow.effective) == pytest.approx((wide.value, wide.effective))
    np.testing.assert_allclose(wide.table[:2, :2], narrow.table)


def test_a_class_that_is_only_ever_predicted_counts_as_0():
    assert macro_f1(confusion_of([(0, 0), (1, 0)])).value == pytest.approx((2 / 3 + 0) / 2)


@settings(deadline=None)
@given(PAIRS)
def test_macro_f1_is_never_more_certain_than_so_many_texts(pairs: list[tuple[int, int]]):
    assert 0 < macro_f1(confusion_of(pairs)).effective <= len(pairs)


def test_a_rare_class_makes_macro_f1_uncertain_even_where_all_is_right():
    even = macro_f1(confusion_of([(0, 0)] * 100 + [(1, 1)] * 100))
    uneven = macro_f1(confusion_of([(0, 0)] * 198 + [(1, 1)] * 2))
    assert even.value == uneven.value == 1.0
    assert uneven.effective < even.effective / 4


def test_macro_f1_is_as_certain_as_repeated_samples_show():
    rng = np.random.default_rng(4)
    chances = np.array([[0.4, 0.05, 0.02], [0.05, 0.25, 0.03], [0.02, 0.03, 0.15]])
    samples = rng.multinomial(300, chances.ravel(), size=4000).reshape(-1, 3, 3)
    found = [macro_f1(each.astype(np.float64)) for each in samples]
    values = np.array([each.value for each in found])
    truth = macro_f1(chances * 1e6).value
    spread = float(np.sqrt(truth * (1 - truth) / np.mean([each.effective for each in found])))
    assert values.mean() == pytest.approx(truth, abs=0.005)
    assert values.std() == pytest.approx(spread, rel=0.08)
