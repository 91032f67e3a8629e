"""Forecast: labels until a target as a range, never for what cannot be reached, the same answer every time."""

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrating.forecasts import Answer, Run, answers, cases, score
from lamm_core.errors import InvalidAccuracy, InvalidInput
from lamm_core.model.forecast import FittedCurves, Forecast, fit_curves, forecast
from lamm_core.model.futures import split_labels
from lamm_core.model.learning_curve import CurvePoint

LANGUAGES = ("da", "de", "sk")
ITEMS = 400.0
POOL = dict.fromkeys(LANGUAGES, 2_000)


def rounds(
    curves: Mapping[str, tuple[float, float]], count: int = 8, items: float = ITEMS, step: int = 20
) -> tuple[CurvePoint, ...]:
    """Rounds of `step` labels for each language; accuracy is `plateau - drop / sqrt(labels of the language)`."""
    return tuple(
        CurvePoint(
            dict.fromkeys(curves, step * number),
            {name: plateau - drop / math.sqrt(step * number) for name, (plateau, drop) in curves.items()},
            dict.fromkeys(curves, items),
        )
        for number in range(1, count + 1)
    )


RISING = rounds({"da": (0.80, 1.0), "de": (0.90, 1.5), "sk": (0.70, 0.5)})


def flat(count: int, items: float = ITEMS) -> tuple[CurvePoint, ...]:
    return rounds(dict.fromkeys(LANGUAGES, (0.65, 0.0)), count, items)


_SHARES = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.5, 1.0]))
_NAMES = st.sampled_from(["da", "de", "sk", "uk"])
_POINTS = st.builds(
    lambda labels, accuracy, items: CurvePoint(labels, accuracy, dict.fromkeys(accuracy, items)),
    st.dictionaries(_NAMES, st.integers(0, 10**5)),
    st.dictionaries(_NAMES, _SHARES),
    st.floats(0.5, 1e6),
)
# Anything that points allow: languages missing anywhere, labels that shrink, accuracy that jumps, no pool left.
_HISTORIES = st.lists(_POINTS, max_size=20)
_POOLS = st.dictionaries(_NAMES, st.integers(0, 10**6))
_SPLITS = st.none() | st.dictionaries(_NAMES, st.floats(0, 1))
_YARDSTICKS = st.sampled_from(["truth", "check set", {"da": 50.0, "de": 3.0, "sk": 1e5, "uk": 1.0}])


def or_never(labels: int | None) -> float:
    return math.inf if labels is None else labels


@settings(deadline=None, max_examples=150)
@given(_HISTORIES, _POOLS, _SPLITS, _YARDSTICKS, _SHARES)
def test_ranges_are_ordered_and_within_the_pool(history, pool, split, yardstick, target):
    with np.errstate(all="raise", under="ignore"):
        said = forecast(history, dict.fromkeys(["da", "de", "sk", "uk"], target), pool, split, yardstick)
    for language, each in said.items():
        low, middle, high = or_never(each.low), or_never(each.middle), or_never(each.high)
        assert 0 <= low <= middle <= high
        assert all(labels <= sum(pool.values()) for labels in (low, middle, high) if labels < math.inf)
        assert 0 <= each.plateau[0] <= each.plateau[1] <= 1
        assert 0 <= each.chance <= 1
        for total, own in ((low, each.own_low), (middle, each.own_middle), (high, each.own_high)):
            assert (own is None) == (total == math.inf)
            assert own is None or 0 <= own <= min(total, pool.get(language, 0))


@settings(deadline=None, max_examples=60)
@given(_HISTORIES, _POOLS, _YARDSTICKS, st.lists(_SHARES, min_size=2, max_size=5))
def test_a_higher_target_never_needs_fewer_labels_and_is_never_likelier(history, pool, yardstick, targets):
    curves = fit_curves(history, pool, yardstick=yardstick)
    for language in curves.futures:
        said = [curves.forecast(language, target) for target in sorted(targets)]
        for name in ("low", "middle", "high"):
            times = [or_never(getattr(each, name)) for each in said]
            assert times == sorted(times)
        chances = [each.chance for each in said]
        assert chances == sorted(chances, reverse=True)


@settings(deadline=None, max_examples=40)
@given(_HISTORIES, _POOLS, st.randoms(use_true_random=False))
def test_neither_asking_again_nor_the_order_of_languages_changes_a_digit(history, pool, random):
    def shuffled(values):
        names = list(values)
        random.shuffle(names)
        return {name: values[name] for name in names}

    other = [CurvePoint(shuffled(each.labels), shuffled(each.accuracy), shuffled(each.effective)) for each in history]
    targets = dict.fromkeys(["uk", "sk", "de", "da"], 0.7)
    said = forecast(history, targets, pool)
    assert said == forecast(history, targets, pool)
    assert said == forecast(other, shuffled(targets), shuffled(pool))


def test_asking_fitted_curves_says_the_same_as_asking_at_once():
    targets = {"da": 0.75, "de": 0.85, "sk": 0.68}
    curves = fit_curves(RISING, POOL)
    assert {name: curves.forecast(name, target) for name, target in targets.items()} == forecast(RISING, targets, POOL)


def test_the_range_holds_what_the_curve_will_do():
    curves = fit_curves(rounds({"da": (0.80, 1.0), "de": (0.90, 1.5), "sk": (0.70, 0.5)}, items=4_000.0), POOL)
    # 0.9 - 1.5 / sqrt(m) is 0.82 at m = 352, of which 160 are there; the three languages get the same.
    said = curves.forecast("de", 0.82)
    truth = 3 * ((1.5 / 0.08) ** 2 - 160)
    assert said.low < truth < said.high
    assert said.middle == pytest.approx(truth, rel=0.35)
    assert said.own_middle == pytest.approx(said.middle / 3, abs=2)
    assert said.reachable


def test_a_target_far_above_a_flat_curve_is_never_reached():
    said = forecast(flat(12), dict.fromkeys(LANGUAGES, 0.85), POOL)["da"]
    assert (said.low, said.middle, said.high, said.own_low) == (None, None, None, None)
    assert said.chance < 0.02
    assert not said.reachable
    assert 0.55 < said.plateau[0] < said.plateau[1] < 0.75


def test_the_longer_a_curve_is_flat_the_lower_the_chance_to_rise_by_three_points():
    chances = [
        forecast(flat(count), {"da": 0.68}, POOL, yardstick="check set")["da"].chance for count in (3, 6, 12, 30)
    ]
    assert chances == sorted(chances, reverse=True)
    assert chances[-1] < 0.05 < chances[0]


def test_more_check_items_make_the_plateau_narrower():
    widths = [np.ptp(forecast(flat(12, items), {"da": 0.7}, POOL)["da"].plateau) for items in (50, 200, 2_000)]
    assert widths == sorted(widths, reverse=True)
    # What 50 items say of a share of 0.65 has a standard deviation of 0.067; the other languages tell a bit too.
    assert 0.08 < widths[0] < 2.56 * 0.067 + 0.05


def test_a_steep_language_reaches_the_same_rise_sooner():
    history = rounds({"da": (0.9, 2.5), "de": (0.75, 0.8)})
    now = history[-1].accuracy
    pool = {"da": 2_000, "de": 2_000}
    said = forecast(history, {name: now[name] + 0.02 for name in now}, pool, yardstick="check set")
    assert said["da"].middle < said["de"].middle


def test_on_the_check_set_a_target_that_is_reached_needs_no_labels():
    estimate = np.mean([each.accuracy["da"] for each in RISING[-3:]])
    curves = fit_curves(RISING, POOL, yardstick="check set")
    said = curves.forecast("da", float(estimate))
    assert (said.low, said.middle, said.high, said.own_high, said.chance) == (0, 0, 0, 0, 1.0)
    assert curves.forecast("da", float(estimate) + 0.01).low > 0


def test_for_the_true_accuracy_few_check_items_leave_open_whether_a_target_is_reached():
    few = rounds({"da": (0.8, 1.0), "de": (0.9, 1.5)}, items=40.0)
    said = forecast(few, {"da": few[-1].accuracy["da"] + 0.01}, POOL)["da"]
    assert said.low == 0
    assert said.high is None or said.high > 300


def test_the_smaller_the_sample_that_judges_the_wider_the_range():
    def chance_now(items: float) -> float:
        curves = fit_curves(RISING, POOL, yardstick=dict.fromkeys(LANGUAGES, items))
        return float((curves.times("sk", RISING[-1].accuracy["sk"] + 0.1) == 0).mean())

    assert chance_now(20) > chance_now(100) + 0.02 > chance_now(10_000) + 0.02


@pytest.mark.parametrize("yardstick", ["truth", "check set"])
@pytest.mark.parametrize("accuracy", [0.0, 1.0])
def test_accuracy_at_either_end_has_a_forecast(accuracy: float, yardstick):
    history = rounds({"da": (accuracy, 0.0), "de": (0.9, 1.0)})
    said = forecast(history, {"da": 0.5}, POOL, yardstick=yardstick)["da"]
    if accuracy == 1.0:
        assert (said.low, said.middle, said.chance) == (0, 0, 1.0)
    else:
        assert said.middle is None
    assert all(math.isfinite(each) for each in said.plateau)


def test_a_true_accuracy_of_1_is_never_reached():
    said = forecast(rounds({"da": (1.0, 0.0), "de": (0.99, 0.3)}), {"da": 1.0}, POOL)["da"]
    assert said.chance == 0
    assert said.low is None


def test_with_the_pool_used_up_what_is_not_reached_never_will_be():
    estimate = float(np.mean([each.accuracy["sk"] for each in RISING[-3:]]))
    curves = fit_curves(RISING, dict.fromkeys(LANGUAGES, 0), yardstick="check set")
    assert curves.forecast("sk", estimate).middle == 0
    assert curves.forecast("sk", estimate + 0.001).chance == 0


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_rounds_make_no_forecast(count: int):
    assert forecast(RISING[:count], dict.fromkeys(LANGUAGES, 0.9), POOL) == {}
    assert fit_curves(RISING[:count], POOL).forecast("da", 0.9) is None


def test_three_rounds_make_a_forecast():
    assert set(forecast(RISING[:3], dict.fromkeys(LANGUAGES, 0.9), POOL)) == set(LANGUAGES)


def test_a_language_that_is_not_measured_is_left_out_and_its_labels_still_count():
    def without(point: CurvePoint) -> CurvePoint:
        accuracy = {name: value for name, value in point.accuracy.items() if name != "da"}
        return CurvePoint(point.labels, accuracy, point.effective)

    history = [without(each) for each in RISING]
    targets = dict.fromkeys(LANGUAGES, 0.85)
    said = forecast(history, targets, POOL)
    assert set(said) == {"de", "sk"}
    assert said["de"].own_low < said["de"].low / 2


def test_the_split_decides_how_soon_a_language_gets_there():
    target = {"de": 0.82}
    much = forecast(RISING, target, POOL, {"de": 0.9, "da": 0.05, "sk": 0.05}, "check set")["de"]
    little = forecast(RISING, target, POOL, {"de": 0.1, "da": 0.45, "sk": 0.45}, "check set")["de"]
    assert much.middle < little.middle
    assert much.own_middle == pytest.approx(0.9 * much.middle, abs=1)


def test_labels_go_by_the_split_until_a_language_has_none_left():
    left, shares = np.array([10.0, 100.0, 50.0]), np.array([0.5, 0.5, 0.0])
    split = split_labels(left, shares, np.array([0.0, 10.0, 20.0, 60.0, 130.0, 160.0]))
    expected = [[0, 0, 0], [5, 5, 0], [10, 10, 0], [10, 50, 0], [10, 100, 20], [10, 100, 50]]
    np.testing.assert_allclose(split, expected)


@pytest.mark.parametrize("target", [-0.1, 1.1, math.nan])
def test_a_target_outside_0_to_1_is_refused(target: float):
    with pytest.raises(InvalidAccuracy, match="target"):
        forecast(RISING, {"da": target}, POOL)


def test_a_negative_pool_split_or_sample_is_refused():
    with pytest.raises(InvalidInput, match="available of 'da' is -1"):
        fit_curves(RISING, {"da": -1})
    with pytest.raises(InvalidInput, match=r"share of 'de' is -0.5"):
        fit_curves(RISING, POOL, {"de": -0.5})
    with pytest.raises(InvalidInput, match=r"'de' rests on 0.0 items"):
        fit_curves(RISING, POOL, yardstick={"da": 10.0})


def test_reachable_is_a_chance_of_at_least_a_tenth():
    def with_chance(chance: float) -> Forecast:
        return Forecast("da", 0.9, None, None, None, None, None, None, (0.7, 0.8), chance)

    assert with_chance(0.1).reachable
    assert not with_chance(0.099).reachable


def test_nothing_fitted_knows_no_language():
    assert isinstance(fit_curves([], {}), FittedCurves)
    assert fit_curves([], {}).futures == {}


def replay(test: np.ndarray) -> Run:
    """A replay of one language, 50 labels a round up to 600; the check set is right about the test set."""
    labels = np.arange(50, 650, 50)
    column = test[:, None]
    counts, hundred = labels[:, None], np.array([100])
    return Run("made up", ("da",), labels, counts, column, column, hundred, hundred, np.array([5_000]), labels, counts)


def test_the_outcome_of_a_backtest_is_when_the_average_of_three_rounds_reaches_the_target():
    test = np.array([0.5] * 6 + [0.56, 0.56, 0.56, 0.62, 0.56, 0.56])
    found = {(case.checkpoint, case.target): case for case in cases(replay(test))}
    assert {checkpoint for checkpoint, _ in found} == {300, 500}
    assert found[300, 0.525].outcome == 100  # 0.50, 0.56, 0.56
    assert found[300, 0.575].outcome == 200  # 0.56, 0.56, 0.62
    assert found[300, 0.6].outcome is None
    assert found[300, 0.6].end == 300
    assert (300, 0.5) not in found
    assert found[500, 0.6].estimate == pytest.approx(0.58)


def test_a_backtest_scores_what_the_forecast_said_with_the_past_alone():
    past = 0.7 - 1.5 / np.sqrt(np.arange(50, 350, 50))

    def said(future: float) -> list[Answer]:
        run = replay(np.append(past, np.full(6, future)))
        return [each for each in answers(run, "check set") if each.case.checkpoint == 300]

    low, high = said(0.65), said(0.9)
    assert [each.forecast for each in low] == [each.forecast for each in high]
    assert [each.case.outcome for each in low if each.case.target == 0.7] == [None]
    assert [each.case.outcome for each in high if each.case.target == 0.7] == [50]
    assert score(low).coverage > score(high).coverage
