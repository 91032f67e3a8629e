"""Figures of agreement: values from the literature, what must hold for all labels, and what cannot be told."""

import random
from collections.abc import Callable

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import cohen_kappa_score

from lamm_core.errors import InvalidInput
from lamm_core.model.agreement import (
    MISSING,
    Figure,
    Labels,
    Lack,
    Reading,
    against_rest,
    alpha,
    kappa,
    reading,
    same_share,
    share_with_others,
)
from lamm_core.model.intervals import wilson

# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section C: four observers, twelve units, gaps.
_GAPS = [
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
]


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def table(lines: list[str]) -> Labels:
    """Units by annotators, from a line an annotator."""
    return np.array([[MISSING if each == "." else int(each) for each in line.split()] for line in lines]).T


def counted(cells: list[list[int]]) -> Labels:
    """Labels of two annotators from how often each pair of classes occurs."""
    pairs = [(a, b) for a, row in enumerate(cells) for b, often in enumerate(row) for _ in range(often)]
    return np.array(pairs)


def by_the_package(labels: Labels) -> float:
    data = np.where(labels == MISSING, np.nan, labels.astype(float)).T
    return float(krippendorff.alpha(data, level_of_measurement="nominal"))


# known values


def test_alpha_of_krippendorffs_own_examples() -> None:
    # Section A: two observers, two classes, ten units; B: two observers, five classes, twelve units; C: see above.
    binary = table(["0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"])
    assert alpha(binary, rng()).estimate == pytest.approx(0.095, abs=5e-4)
    nominal = table(["0 0 1 1 3 2 2 2 4 3 3 0", "1 0 1 1 1 2 2 2 4 3 3 3"])
    assert alpha(nominal, rng()).estimate == pytest.approx(0.692, abs=5e-4)
    found = alpha(table(_GAPS), rng())
    assert found.estimate == pytest.approx(0.743, abs=5e-4)
    assert found.units == 11, "the unit that one observer alone coded is no unit"


def test_kappa_of_a_textbook_table() -> None:
    # Fleiss, Levin and Paik (2003), "Statistical Methods for Rates and Proportions", table 18.1.
    cells = counted([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
    found = kappa(cells[:, 0], cells[:, 1], rng())
    assert found.estimate == pytest.approx(0.676, abs=1e-3)
    # Their large-sample standard error, 0.087, makes nearly the same interval as the bootstrap.
    assert found.low == pytest.approx(0.676 - 1.96 * 0.087, abs=0.04)
    assert found.high == pytest.approx(0.676 + 1.96 * 0.087, abs=0.04)


def test_a_share_is_a_mean_over_units() -> None:
    labels = table(["0 0 0", "0 1 1", "0 1 .", "0 1 ."])
    assert same_share(labels, rng()).estimate == pytest.approx((1 + 3 / 6 + 0) / 3)
    others = [share_with_others(labels, column, rng()).estimate for column in range(4)]
    assert others == pytest.approx([1 / 3, (1 + 2 / 3 + 0) / 3, (1 + 2 / 3) / 2, (1 + 2 / 3) / 2])


def test_class_against_rest() -> None:
    labels = table(["0 1 2 2", "0 2 1 ."])
    assert against_rest(labels, 0).tolist() == [[1, 1], [0, 0], [0, 0], [0, MISSING]]
    assert alpha(against_rest(labels, 0), rng()).estimate == 1


@pytest.mark.parametrize(
    ("figure", "word"),
    [(1.0, Reading.GOOD), (0.8, Reading.GOOD), (0.799, Reading.FAIR), (0.667, Reading.FAIR), (0.6, Reading.POOR)],
)
def test_readings_are_krippendorffs(figure: float, word: Reading) -> None:
    assert reading(figure) is word
    assert Figure(9, figure, 0.0, 1.0).reading is word


# what holds for all labels

_tables = hnp.arrays(np.int64, st.tuples(st.integers(0, 12), st.integers(1, 5)), elements=st.integers(MISSING, 3))
_FIGURES: list[Callable[[Labels], Figure]] = [
    lambda labels: alpha(labels, rng()),
    lambda labels: same_share(labels, rng()),
    lambda labels: share_with_others(labels, 0, rng()),
    lambda labels: kappa(labels[:, 0], labels[:, -1], rng()) if labels.shape[1] > 1 else alpha(labels, rng()),
]
_quick = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize("figure_of", _FIGURES, ids=["alpha", "share", "others", "kappa"])
@_quick
@given(_tables)
def test_there_is_a_figure_in_its_interval_or_a_reason(figure_of: Callable[[Labels], Figure], labels: Labels) -> None:
    found = figure_of(labels)
    if found.lack:
        assert found.estimate is found.low is found.high is found.interval is found.reading is None
    else:
        assert -1 <= found.low <= found.estimate <= found.high <= 1
        assert found.interval == (found.low, found.high)
    assert (found.units > 1) >= (found.lack is None)


@_quick
@given(_tables)
def test_alpha_is_that_of_the_package(labels: Labels) -> None:
    found = alpha(labels, rng())
    if found.estimate is not None:
        assert found.estimate == pytest.approx(by_the_package(labels))


@_quick
@given(_tables)
def test_kappa_is_that_of_scikit_learn(labels: Labels) -> None:
    found = kappa(labels[:, 0], labels[:, -1], rng())
    if found.estimate is not None:
        both = labels[(labels[:, [0, -1]] != MISSING).all(axis=1)]
        assert found.estimate == pytest.approx(cohen_kappa_score(both[:, 0], both[:, -1]))


@_quick
@given(_tables, st.randoms(use_true_random=False))
def test_names_of_classes_and_the_order_of_people_and_units_do_not_matter(
    labels: Labels, chance: random.Random
) -> None:
    names = chance.sample(range(10), 4)
    renamed = np.where(labels == MISSING, MISSING, np.array([*names, 0])[labels])
    columns, rows = (chance.sample(range(size), size) for size in reversed(labels.shape))
    for figure_of in (alpha, same_share):
        found = figure_of(labels, rng())
        other = figure_of(renamed[rows][:, columns], rng())
        assert (other.units, other.lack) == (found.units, found.lack)
        assert other.estimate == pytest.approx(found.estimate)
    found, other = kappa(labels[:, 0], labels[:, -1], rng()), kappa(renamed[:, -1], renamed[:, 0], rng())
    assert (other.lack, other.estimate) == (found.lack, pytest.approx(found.estimate))


@_quick
@given(st.lists(st.integers(0, 3), min_size=2, max_size=30), st.integers(2, 5))
def test_identical_labels_agree(classes: list[int], annotators: int) -> None:
    labels = np.repeat(np.array(classes)[:, None], annotators, axis=1)
    assert same_share(labels, rng()).estimate == 1
    figures = (alpha(labels, rng()), kappa(labels[:, 0], labels[:, 1], rng()))
    if len(set(classes)) == 1:
        assert [each.lack for each in figures] == [Lack.ONE_CLASS, Lack.ONE_CLASS]
    else:
        assert [(each.estimate, each.high) for each in figures] == [(1, 1), (1, 1)]
        assert all(each.low < 1 for each in figures), "few units prove no perfect agreement"


def test_the_same_draws_give_the_same_interval() -> None:
    labels = table(_GAPS)
    assert alpha(labels, rng()) == alpha(labels, rng())
    assert alpha(labels, rng()).interval != alpha(labels, np.random.default_rng(1)).interval


# intervals


def _noisy(units: int, annotators: int, seed: int) -> Labels:
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, 4, (units, 1))
    labels = np.where(chance.random((units, annotators)) < 0.85, truth, chance.integers(0, 4, (units, annotators)))
    return np.where(chance.random((units, annotators)) < 0.2, MISSING, labels)


def test_the_interval_is_that_of_drawing_units_one_by_one() -> None:
    labels = _noisy(80, 3, 0)
    shared = labels[(labels != MISSING).sum(axis=1) > 1]
    chance = np.random.default_rng(9)
    drawn = [by_the_package(shared[chance.integers(0, len(shared), len(shared))]) for _ in range(1_000)]
    found = alpha(labels, rng(), 4_000)
    assert found.interval == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.025)


def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    """The truth is the figure of a sample so large that it hardly moves."""
    truth = alpha(_noisy(100_000, 3, 1), rng()).estimate
    found = [alpha(_noisy(150, 3, seed), np.random.default_rng(seed)) for seed in range(2, 202)]
    held = sum(each.low <= truth <= each.high for each in found)
    assert 180 <= held <= 200


@pytest.mark.parametrize("share", [0, 1])
def test_where_all_units_are_alike_wilson_says_how_sure_that_is(share: int) -> None:
    labels = np.column_stack([np.arange(6) % 2, (np.arange(6) + 1 - share) % 2])
    assert same_share(labels, rng()).interval == wilson(share, 6)
    for found in (alpha(labels, rng()), kappa(labels[:, 0], labels[:, 1], rng())):
        assert found.high - found.low > 0.5


def test_an_annotator_of_one_class_proves_no_kappa_of_zero() -> None:
    found = kappa(np.array([0, 1, 0, 1]), np.zeros(4, int), rng())
    assert found.estimate == 0
    assert found.low < -0.5
    assert found.high > 0.5


def test_more_units_make_narrower_intervals() -> None:
    widths = [np.diff(alpha(_noisy(units, 3, 3), rng()).interval)[0] for units in (30, 120, 480)]
    assert widths == sorted(widths, reverse=True)


# what cannot be told


@pytest.mark.parametrize(
    ("labels", "lack", "units"),
    [
        (np.empty((0, 0), int), Lack.ONE_ANNOTATOR, 0),
        (np.empty((0, 3), int), Lack.ONE_ANNOTATOR, 0),
        (table(["0 1 2"]), Lack.ONE_ANNOTATOR, 0),
        (table(["0 1 2", ". . ."]), Lack.ONE_ANNOTATOR, 0),
        (table(["0 1 .", ". . 2"]), Lack.NO_OVERLAP, 0),
        (table(["0 1 .", ". 1 2"]), Lack.ONE_UNIT, 1),
        (table(["1 1 1", "1 1 1"]), Lack.ONE_CLASS, 3),
    ],
)
def test_what_cannot_be_told_has_a_reason(labels: Labels, lack: Lack, units: int) -> None:
    found = alpha(labels, rng())
    assert (found.estimate, found.lack, found.units) == (None, lack, units)
    share = same_share(labels, rng())
    assert share.lack is (None if lack is Lack.ONE_CLASS else lack)
    if labels.shape[1] == 2:
        assert kappa(labels[:, 0], labels[:, 1], rng()).lack is lack
        assert share_with_others(labels, 0, rng()).lack is share.lack


def test_an_annotator_who_shares_nothing_has_no_share_with_others() -> None:
    labels = table(["0 1 . .", "0 0 . .", ". . 1 ."])
    assert share_with_others(labels, 2, rng()) == Figure(0, lack=Lack.NO_OVERLAP)
    assert share_with_others(labels, 0, rng()).estimate == 0.5


def test_too_few_resamples_and_labels_of_another_shape_are_refused() -> None:
    with pytest.raises(InvalidInput, match="999 resamples are too few"):
        alpha(table(_GAPS), rng(), 999)
    with pytest.raises(InvalidInput, match="these have 1 dimensions"):
        alpha(np.array([0, 1]), rng())
