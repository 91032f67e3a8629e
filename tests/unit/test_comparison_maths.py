"""Whether a difference can be told, what it is worth in labels, and how it is said."""

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.comparison import Compared, ComparedStrategy, Difference, Line
from lamm_core.comparison_words import headline, interval, notes, short_verdict, verdict
from lamm_core.experiments.compared import point_of_comparison
from lamm_core.experiments.differences import difference, labels_to_reach
from lamm_core.experiments.resampling import resampled_curves

LABELS = (40, 60, 80, 100)
CODES = np.repeat([0, 1], [60, 20])


def answers(shares: list[float], seeds: int = 6, seed: int = 0, items: np.ndarray = CODES) -> np.ndarray:
    """`(seeds, rounds, t)`: each row right with the share of its round, independent of all others."""
    rng = np.random.default_rng(seed)
    return rng.random((seeds, len(shares), len(items))) < np.array(shares)[None, :, None]


def mean_curve(right: np.ndarray) -> np.ndarray:
    return np.mean([right[:, :, code == CODES].mean(axis=(0, 2)) for code in (0, 1)], axis=0)


def told(own: np.ndarray, other: np.ndarray) -> Difference:
    draws = resampled_curves([own, other], CODES, np.random.default_rng(1))
    return difference("random", mean_curve(own), mean_curve(other), draws[0], draws[1], LABELS, 1)


# the bootstrap


def test_draws_lie_around_the_curve_with_the_spread_that_theory_gives() -> None:
    right = answers([0.6, 0.8], seeds=8)
    draws = resampled_curves([right], CODES, np.random.default_rng(1), draws=4_000)[0]
    np.testing.assert_allclose(draws.mean(axis=0), mean_curve(right), atol=0.005)
    # Rows and seeds are independent here, so the spread is that of the two means added up.
    by_seed = np.mean([right[:, :, code == CODES].mean(axis=2) for code in (0, 1)], axis=0).var(axis=0, ddof=1) / 8
    by_row = sum(
        right[:, :, code == CODES].mean(axis=0).var(axis=1, ddof=1) / (code == CODES).sum() / 4 for code in (0, 1)
    )
    spread = draws.var(axis=0)
    assert (spread > 0.9 * (by_seed + by_row)).all()
    assert (spread < 1.6 * (by_seed + by_row)).all()


def test_equal_strategies_have_no_difference_in_any_draw() -> None:
    right = answers([0.5, 0.6, 0.7, 0.7])
    draws = resampled_curves([right, right.copy()], CODES, np.random.default_rng(1), draws=50)
    np.testing.assert_array_equal(draws[0], draws[1])


def test_each_language_counts_the_same_whatever_its_number_of_items() -> None:
    right = np.zeros((3, 1, len(CODES)), dtype=bool)
    right[:, :, CODES == 1] = True
    np.testing.assert_allclose(resampled_curves([right], CODES, np.random.default_rng(0), draws=20), 0.5)


# differences


def test_a_clear_difference_is_shown_and_counted_in_labels() -> None:
    found = told(answers([0.6, 0.8, 0.85, 0.9], seed=1), answers([0.6, 0.65, 0.7, 0.9], seed=2))
    assert found.shown
    assert 0 < found.low < found.area < found.high
    low, high = found.more_labels or (0, 0)
    assert 5 < low < 27 < high <= 40  # 27 by the two curves themselves


def test_a_clear_difference_the_other_way_round_is_negative() -> None:
    found = told(answers([0.6, 0.65, 0.7, 0.9], seed=2), answers([0.6, 0.8, 0.85, 0.9], seed=1))
    assert found.shown
    assert found.low < found.area < found.high < 0
    assert found.more_labels is not None


def test_what_chance_alone_makes_is_not_shown() -> None:
    shown = [told(answers([0.7] * 4, seed=seed), answers([0.7] * 4, seed=100 + seed)).shown for seed in range(20)]
    assert sum(shown) <= 3


def test_few_check_items_leave_open_what_many_show() -> None:
    """The same gap on every seed; what differs is how many check items it rests on."""

    def one(count: int) -> Difference:
        codes = np.repeat([0, 1], count)
        own = np.tile(np.arange(2 * count) % 10 < 7, (6, 4, 1))
        other = np.tile((np.arange(2 * count) * 3) % 10 < 6, (6, 4, 1))
        draws = resampled_curves([own, other], codes, np.random.default_rng(1))
        return difference("random", own.mean(axis=(0, 2)), other.mean(axis=(0, 2)), *draws, LABELS, 1)

    assert one(10).area == pytest.approx(one(400).area)
    assert not one(10).shown
    assert one(400).shown


def test_a_strategy_that_never_gets_there_has_no_upper_end() -> None:
    found = told(answers([0.6, 0.9, 0.9, 0.9], seed=1), answers([0.6] * 4, seed=2))
    assert found.more_labels == (40.0, None)
    assert "at least 40 more labels" in short_verdict(found)


@pytest.mark.parametrize(
    ("level", "expected"), [(0.4, 40), (0.5, 40), (0.55, 50), (0.6, 60), (0.7, 90), (0.8, 100), (0.9, math.inf)]
)
def test_labels_are_read_off_the_line_between_two_rounds(level: float, expected: float) -> None:
    assert labels_to_reach(np.array([0.5, 0.6, 0.6, 0.8]), LABELS, level) == pytest.approx(expected)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=4, max_size=4), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_level_never_takes_fewer_labels(curve: list[float], one: float, other: float) -> None:
    low, high = sorted((one, other))
    values = np.array(curve)
    assert labels_to_reach(values, LABELS, low) <= labels_to_reach(values, LABELS, high)


def test_accuracies_are_told_at_the_round_closest_to_half_of_the_pool() -> None:
    assert point_of_comparison((40, 60, 80, 100), 150) == 2
    assert point_of_comparison((40, 60, 80, 100), 130) == 1


# words


def compared(**change: object) -> Compared:
    line = Line((0.5, 0.74), (0.01, 0.01))
    other = Line((0.5, 0.71), (0.01, 0.01))
    plain = Compared(
        labels=(100, 400),
        point=1,
        targets={"en": 0.9, "de": 0.8},
        check_items={"en": 30, "de": 20},
        left_out={},
        strategies=(
            ComparedStrategy("lamm", line, {"en": line, "de": line}, 390.0, 0.62),
            ComparedStrategy("lc", other, {"en": other, "de": other}, None, 0.61),
            ComparedStrategy("random", other, {"en": other, "de": other}, None, 0.61),
        ),
        differences=(
            Difference("lc", 0.012, -0.003, 0.027, False, None),
            Difference("random", 0.02, 0.01, 0.03, True, (118.0, 183.0)),
        ),
    )
    return dataclasses.replace(plain, **change)  # type: ignore[arg-type]


def test_the_headline_says_where_random_would_be_and_what_it_costs() -> None:
    assert headline(compared()) == (
        "With random you would be here: 71.0% on average after 400 labels instead of 74.0%. "
        "To get there, random needs 120 to 180 more labels."
    )


def test_an_undecided_comparison_says_so_with_its_interval() -> None:
    found = compared()
    assert verdict(found, found.differences[0]) == (
        "Between lamm and lc there is no difference that these labels can show: 74.0% and 71.0% on average after 400 "
        "labels. Over the whole replay the difference is +1.2 (−0.3 to +2.7) points."
    )
    assert headline(compared(differences=found.differences[:1])).startswith("Between lamm and lc")


def test_a_better_strategy_is_called_better() -> None:
    found = compared(differences=(Difference("random", -0.02, -0.03, -0.01, True, (0.0, 12.0)),))
    assert headline(found) == (
        "With random you would be further: 71.0% on average after 400 labels instead of 74.0%. "
        "To get there, lamm needs up to 10 more labels."
    )
    assert short_verdict(found.differences[0]) == "better: yours needs up to 10 more labels"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ((31.0, 44.0), "needs 30 to 45 more labels"),
        ((119.0, 121.0), "needs about 120 more labels"),
        ((0.0, 0.0), "needs fewer than 5 more labels"),
        ((0.0, None), "needs more labels than there are here"),
        ((1_234.0, 5_678.0), "needs 1,230 to 5,680 more labels"),
    ],
)
def test_labels_are_said_in_round_numbers(more: tuple[float, float | None], words: str) -> None:
    assert short_verdict(Difference("random", 0.1, 0.05, 0.15, True, more)) == f"worse: {words}"


def test_an_interval_has_signs() -> None:
    assert interval(Difference("lc", -0.013, -0.039, 0.011, False, None)) == "−1.3 (−3.9 to +1.1)"


def test_languages_that_were_left_out_are_named() -> None:
    assert notes(compared(left_out={"sw": "4 check items, fewer than 10"}))[-1] == (
        "Left out: Swahili (4 check items, fewer than 10)."
    )
    assert len(notes(compared())) == 2


def test_a_result_comes_back_from_json_as_it_was() -> None:
    found = compared()
    assert Compared.from_json(json.loads(json.dumps(found.as_json(), allow_nan=False))) == found
