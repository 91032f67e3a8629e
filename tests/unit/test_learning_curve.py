"""Learning curves: what the rounds tell about level, slope, bend and transfer, and what languages lend each other."""

import numpy as np
import pytest

from lamm_core.errors import InvalidAccuracy, InvalidInput
from lamm_core.model.curve_grid import BENDS, STEEPNESSES, TRANSFERS, WALKS, effective_labels, pooled_weights, rise
from lamm_core.model.learning_curve import CurvePoint, PossibleCurves, possible_curves

ITEMS = 2_000.0


def history_of(accuracy: np.ndarray, labels: np.ndarray, items: float = ITEMS) -> list[CurvePoint]:
    """Rounds of languages named a, b, c ...; both arrays are `(rounds, languages)`."""
    names = [chr(ord("a") + column) for column in range(accuracy.shape[1])]
    return [
        CurvePoint(
            dict(zip(names, count, strict=True)), dict(zip(names, row, strict=True)), dict.fromkeys(names, items)
        )
        for row, count in zip(accuracy.tolist(), labels.astype(int).tolist(), strict=True)
    ]


def mean_of(curves: PossibleCurves, values: np.ndarray, axis: int) -> float:
    others = tuple(each for each in range(4) if each != axis)
    return float(curves.weight.sum(axis=others) @ values)


def steepness(curves: PossibleCurves) -> float:
    return mean_of(curves, STEEPNESSES, 3)


def alternating(rounds: int = 16) -> np.ndarray:
    """Labels that go to one language for four rounds, then to the other."""
    grows = np.array([[40, 0] if number // 4 % 2 == 0 else [0, 40] for number in range(rounds)])
    return 20 + np.cumsum(grows, axis=0)


def test_the_level_is_the_measured_accuracy_and_its_doubt_shrinks_with_rounds():
    labels = np.arange(1, 21)[:, None] * np.array([20, 20])
    accuracy = np.full((20, 2), 0.7)
    long = possible_curves(history_of(accuracy, labels), ["a"])["a"]
    short = possible_curves(history_of(accuracy[:3], labels[:3]), ["a"])["a"]
    assert (long.weight * long.level).sum() == pytest.approx(0.7, abs=0.005)
    assert (long.weight * long.deviation).sum() < (short.weight * short.deviation).sum() < 0.01


def test_weights_sum_to_1_for_every_language():
    rng = np.random.default_rng(3)
    labels = np.cumsum(rng.integers(0, 30, (10, 4)), axis=0)
    curves = possible_curves(history_of(rng.uniform(0.2, 0.9, (10, 4)), labels), list("abcd"))
    shape = (len(WALKS), len(TRANSFERS), len(BENDS), len(STEEPNESSES))
    for each in curves.values():
        assert each.weight.shape == each.level.shape == each.deviation.shape == shape
        assert each.weight.sum() == pytest.approx(1)
        assert (each.weight >= 0).all()


def test_a_curve_that_rises_more_is_steeper():
    labels = np.arange(1, 13)[:, None] * np.array([20, 20])
    accuracy = 0.7 + np.log(np.arange(1, 13) / 12)[:, None] * np.array([0.01, 0.06])
    curves = possible_curves(history_of(accuracy, labels), ["a", "b"])
    assert steepness(curves["a"]) < 0.6 * steepness(curves["b"])


def test_where_accuracy_follows_own_labels_only_transfer_is_low_and_where_all_labels_high():
    labels = alternating()
    own = 0.8 - 1.0 / np.sqrt(labels)
    of_all = np.repeat(0.8 - 1.0 / np.sqrt(labels.sum(axis=1, keepdims=True)), 2, axis=1)
    transfer = [
        mean_of(possible_curves(history_of(each, labels, 20_000.0), ["a", "b"])["a"], TRANSFERS, 1)
        for each in (own, of_all)
    ]
    assert transfer[0] < 0.2
    assert transfer[1] > 0.5


def test_the_bend_of_a_curve_that_flattens_soon_is_told_from_that_of_one_that_goes_on():
    labels = np.arange(1, 25)[:, None] * np.array([20, 20])
    since_now = np.log(labels / labels[-1])

    def bend(true: float) -> float:
        accuracy = 0.7 + 0.03 * rise(since_now, np.array(true))
        return mean_of(possible_curves(history_of(accuracy, labels, 20_000.0), ["a"])["a"], BENDS, 2)

    assert bend(0.25) == pytest.approx(0.25, abs=0.1)
    assert bend(0.9) == pytest.approx(0.9, abs=0.25)


def test_a_language_with_three_rounds_borrows_its_steepness_from_the_others():
    labels = np.arange(1, 13)[:, None] * np.array([20] * 4)

    def borrowed(slope: float) -> float:
        accuracy = np.repeat(0.7 + slope * np.log(np.arange(1, 13) / 12)[:, None], 4, axis=1)
        accuracy[:, 3] = 0.7
        history = history_of(accuracy, labels)
        history[:-3] = [
            CurvePoint(each.labels, {name: each.accuracy[name] for name in "abc"}, each.effective)
            for each in history[:-3]
        ]
        return steepness(possible_curves(history, list("abcd"))["d"])

    assert borrowed(0.1) > 1.5 * borrowed(0.005)


def test_a_zigzag_is_taken_for_error_of_single_rounds():
    labels = np.arange(1, 21)[:, None] * np.array([20, 20])
    zigzag = 0.7 + 0.01 * (-1) ** np.arange(20)[:, None] * np.ones(2)
    quiet = possible_curves(history_of(np.full((20, 2), 0.7), labels), ["a", "b"])["a"]
    loud = possible_curves(history_of(zigzag, labels), ["a", "b"])["a"]
    assert loud.around.own_error > 10 * quiet.around.own_error
    assert loud.measured.common_variance == pytest.approx(0.21 / ITEMS, rel=0.01)


def test_rounds_on_fewer_check_items_count_for_less():
    labels = np.arange(1, 9)[:, None] * np.array([20, 20])
    accuracy = np.full((8, 2), 0.6)
    accuracy[-4:] = 0.7
    sure = history_of(accuracy, labels)
    unsure = [CurvePoint(each.labels, each.accuracy, dict.fromkeys("ab", 20.0)) for each in sure[:4]] + sure[4:]
    assert steepness(possible_curves(unsure, ["a"])["a"]) < steepness(possible_curves(sure, ["a"])["a"])


def test_languages_measured_in_fewer_than_three_rounds_have_no_curves():
    history = history_of(np.full((5, 2), 0.6), np.arange(1, 6)[:, None] * np.array([20, 20]))
    history[:3] = [CurvePoint(each.labels, {"a": 0.6}, each.effective) for each in history[:3]]
    assert set(possible_curves(history, ["a", "b", "c"])) == {"a"}


def test_the_rise_has_slope_1_now_and_ends_at_1_over_the_bend():
    step = np.array([1e-6, 200.0])
    np.testing.assert_allclose(rise(step[:1], BENDS) / step[0], 1, rtol=1e-5)
    np.testing.assert_allclose(rise(step[1:], BENDS), 1 / BENDS)


def test_effective_labels_count_those_of_others_in_part():
    effective = effective_labels(np.array([10.0]), np.array([110.0]))
    np.testing.assert_allclose(np.diff(effective[:, 0]), 100 * np.diff(TRANSFERS))
    assert effective[-1, 0] == pytest.approx(110 + effective_labels(np.zeros(1), np.zeros(1))[0, 0])


def test_rounds_that_say_nothing_leave_every_language_the_same_weights():
    weights = pooled_weights(np.zeros((3, len(WALKS), len(TRANSFERS), len(BENDS), len(STEEPNESSES))))
    np.testing.assert_allclose(weights[0], weights[1])
    np.testing.assert_allclose(weights.sum(axis=(1, 2, 3, 4)), 1)


def test_likelihoods_far_apart_do_not_divide_by_nothing():
    likelihood = np.zeros((2, len(WALKS), len(TRANSFERS), len(BENDS), len(STEEPNESSES)))
    likelihood[0, 0], likelihood[1, 1:] = -1e9, -1e9
    weights = pooled_weights(likelihood)
    assert np.isfinite(weights).all()
    np.testing.assert_allclose(weights.sum(axis=(1, 2, 3, 4)), 1)


def test_a_point_that_makes_no_sense_is_refused():
    with pytest.raises(InvalidAccuracy, match=r"1\.2"):
        CurvePoint({"a": 3}, {"a": 1.2}, {"a": 10.0})
    with pytest.raises(InvalidInput, match="labels of 'a' is -3"):
        CurvePoint({"a": -3}, {"a": 0.2}, {"a": 10.0})
    with pytest.raises(InvalidInput, match=r"'a' rests on 0.0 items"):
        CurvePoint({"a": 3}, {"a": 0.2}, {})
