"""Gain: labels go where they are expected to close gaps, and every language gets its part of them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.selection import Observation, Standing
from lamm_core.selection.gain import effective_labels, gain_weights, learning_curves

LANGUAGES = ("da", "de", "sk")
_EQUAL_PART = 0.35
_HEAD_START, _TRANSFER = 10, 0.1  # what the module takes where the rounds tell nothing


def standing_of(
    accuracy: dict[str, float],
    labels: dict[str, int] | None = None,
    history: tuple[Observation, ...] = (),
    target: float = 0.9,
    languages: tuple[str, ...] = LANGUAGES,
) -> Standing:
    return Standing(
        accuracy=accuracy,
        targets=dict.fromkeys(languages, target),
        available=dict.fromkeys(languages, 100),
        labels={} if labels is None else labels,
        history=history,
    )


def curves(rise: dict[str, float], rounds: int = 8, final: float = 0.6, step: int = 20) -> tuple[Observation, ...]:
    """Rounds in which accuracy climbs by `rise` for each doubling of labels and ends at `final` everywhere."""
    return tuple(
        Observation(
            dict.fromkeys(rise, step * number),
            {name: final - each * math.log2(rounds / number) for name, each in rise.items()},
        )
        for number in range(1, rounds + 1)
    )


_SHARES = st.one_of(
    st.floats(0, 1), st.tuples(st.integers(0, 60), st.integers(1, 60)).map(lambda each: min(each) / max(1, *each))
)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """Anything that a standing allows: languages missing anywhere, labels that shrink, accuracy that jumps."""
    names = ["da", "de", "sk", "uk"]
    present = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    some_labels = st.dictionaries(st.sampled_from(names), st.integers(0, 10**6))
    some_accuracy = st.dictionaries(st.sampled_from(names), _SHARES)
    full_accuracy = st.fixed_dictionaries(dict.fromkeys(names, _SHARES))
    observations = st.builds(Observation, some_labels, st.one_of(some_accuracy, full_accuracy))
    return Standing(
        accuracy=draw(some_accuracy),
        targets={name: draw(_SHARES) for name in present},
        available=dict.fromkeys(present, 1),
        labels=draw(some_labels),
        history=tuple(draw(st.lists(observations, max_size=14))),
    )


@settings(deadline=None, max_examples=400)
@given(standings())
def test_weights_are_finite_sum_to_1_and_leave_every_language_its_part_of_an_equal_share(standing: Standing):
    with np.errstate(all="raise", under="ignore"):
        weights = gain_weights(standing)
    assert list(weights) == list(standing.targets)
    assert all(math.isfinite(weight) for weight in weights.values())
    assert sum(weights.values()) == pytest.approx(1)
    assert min(weights.values()) >= _EQUAL_PART / len(weights) - 1e-12


@settings(deadline=None, max_examples=200)
@given(standings())
def test_slopes_and_their_doubts_are_finite_and_the_transfer_is_a_share(standing: Standing):
    names = list(standing.targets)
    found = learning_curves(standing.history, names)
    assert found.slope.shape == found.doubt.shape == (len(names),)
    assert np.isfinite(found.slope).all()
    assert np.isfinite(found.doubt).all()
    assert (found.doubt >= 0).all()
    assert 0 < found.transfer <= 1


def test_without_languages_there_are_no_weights():
    assert gain_weights(Standing({}, {}, {})) == {}


@pytest.mark.parametrize("history", [(), curves({"da": 0.0, "de": 0.05, "sk": 0.1}, final=0.95)])
def test_where_no_language_has_a_gap_all_get_the_same(history: tuple[Observation, ...]):
    standing = standing_of(dict.fromkeys(LANGUAGES, 0.9), {"da": 500, "de": 3, "sk": 0}, history)
    assert gain_weights(standing) == pytest.approx(dict.fromkeys(LANGUAGES, 1 / 3))


def test_one_language_gets_everything():
    history = curves({"da": 0.05})
    assert gain_weights(standing_of({"da": 0.6}, {"da": 160}, history, languages=("da",))) == {"da": 1.0}


@pytest.mark.parametrize("rounds", [0, 1, 2])
def test_before_the_third_round_the_gap_counts_over_the_effective_labels(rounds: int):
    accuracy, labels = {"da": 0.3, "de": 0.6, "sk": 0.9}, {"da": 40, "de": 200, "sk": 10}
    history = curves({"da": 0.0, "de": 0.05, "sk": 0.1}, final=0.9)[:rounds]
    gap = {"da": 0.6, "de": 0.3, "sk": 0.0}
    need = {name: gap[name] / (labels[name] + _TRANSFER * (250 - labels[name]) + _HEAD_START) for name in LANGUAGES}
    expected = {name: (1 - _EQUAL_PART) * need[name] / sum(need.values()) + _EQUAL_PART / 3 for name in LANGUAGES}
    assert gain_weights(standing_of(accuracy, labels, history)) == pytest.approx(expected)


def test_a_third_round_makes_the_curves_count():
    history = curves({"da": 0.0, "de": 0.05, "sk": 0.1})
    standing = {
        rounds: standing_of(dict.fromkeys(LANGUAGES, 0.6), dict.fromkeys(LANGUAGES, 160), history[:rounds])
        for rounds in (2, 3)
    }
    assert gain_weights(standing[2]) == pytest.approx(dict.fromkeys(LANGUAGES, 1 / 3))
    assert gain_weights(standing[3]) != pytest.approx(dict.fromkeys(LANGUAGES, 1 / 3), abs=0.01)


def test_a_language_whose_curve_is_flat_gets_less_than_one_with_the_same_gap_whose_curve_rises():
    history = curves({"da": 0.0, "de": 0.06, "sk": 0.12})
    weights = gain_weights(standing_of(dict.fromkeys(LANGUAGES, 0.6), dict.fromkeys(LANGUAGES, 160), history))
    assert weights["da"] < weights["de"] < weights["sk"]
    assert weights["da"] < 0.8 / 3


def test_of_two_languages_that_learn_alike_the_larger_gap_gets_more():
    history = curves(dict.fromkeys(LANGUAGES, 0.05))
    accuracy = {"da": 0.8, "de": 0.7, "sk": 0.5}
    weights = gain_weights(standing_of(accuracy, dict.fromkeys(LANGUAGES, 160), history))
    assert weights["da"] < weights["de"] < weights["sk"]


def test_of_two_languages_with_the_same_gap_the_one_with_fewer_labels_gets_more():
    weights = gain_weights(standing_of(dict.fromkeys(LANGUAGES, 0.6), {"da": 500, "de": 100, "sk": 0}))
    assert weights["da"] < weights["de"] < weights["sk"]


def test_where_accuracy_falls_with_more_labels_the_languages_are_taken_to_learn_alike():
    falling = learning_curves(curves({"da": -0.1, "de": -0.05, "sk": 0.01}), list(LANGUAGES))
    np.testing.assert_array_equal(falling.slope, np.ones(3))
    np.testing.assert_array_equal(falling.doubt, np.zeros(3))


def test_one_language_whose_accuracy_falls_gets_no_less_than_its_equal_part():
    history = curves({"da": -0.1, "de": 0.1, "sk": 0.1})
    weights = gain_weights(standing_of(dict.fromkeys(LANGUAGES, 0.6), dict.fromkeys(LANGUAGES, 160), history))
    assert _EQUAL_PART / 3 <= weights["da"] < weights["de"]


def test_slopes_are_told_as_shares_of_the_mean_one():
    rise = {"da": 0.02, "de": 0.06, "sk": 0.10}
    found = learning_curves(curves(rise), list(LANGUAGES))
    assert found.slope.mean() == pytest.approx(1, abs=0.05)
    assert found.slope.tolist() == pytest.approx([1 / 3, 1, 5 / 3], abs=0.1)


def noisy_curves() -> tuple[Observation, ...]:
    rng = np.random.default_rng(3)
    return tuple(
        Observation(each.labels, {name: value + rng.uniform(-0.15, 0.15) for name, value in each.accuracy.items()})
        for each in curves({"da": 0.0, "de": 0.06, "sk": 0.12})
    )


def test_noise_widens_the_doubt_about_the_slopes():
    sure = learning_curves(curves({"da": 0.0, "de": 0.06, "sk": 0.12}), list(LANGUAGES))
    unsure = learning_curves(noisy_curves(), list(LANGUAGES))
    assert (unsure.doubt > sure.doubt).all()
    assert np.ptp(sure.slope) > 1.5
    assert unsure.doubt.max() <= 1


def test_slopes_are_those_of_a_regression_that_is_drawn_towards_the_mean_slope():
    """Each language by least squares, with one more row that says: the slope is the mean one, give or take itself."""
    history, rounds = noisy_curves(), 8
    found = learning_curves(history, list(LANGUAGES))
    labels = np.array([[each.labels[name] for name in LANGUAGES] for each in history], dtype=float)
    accuracy = np.array([[each.accuracy[name] for name in LANGUAGES] for each in history])
    logarithm = np.log(effective_labels(labels, found.transfer))
    x, y = logarithm - logarithm.mean(axis=0), accuracy - accuracy.mean(axis=0)
    mean = np.linalg.lstsq(x.reshape(-1, 1), y.ravel(), rcond=None)[0][0]
    own = [np.linalg.lstsq(x[:, [place]], y[:, place], rcond=None) for place in range(3)]
    deviation = math.sqrt(sum(float(each[1][0]) for each in own) / ((rounds - 2) * 3))
    for place in range(3):
        rows = np.append(x[:, place] / deviation, 1 / mean)
        slope = np.linalg.lstsq(rows[:, None], np.append(y[:, place] / deviation, 1.0), rcond=None)[0][0]
        assert found.slope[place] == pytest.approx(slope / mean)
        assert found.doubt[place] == pytest.approx(1 / np.linalg.norm(rows) / mean)
        assert abs(slope - mean) < abs(own[place][0][0] - mean)


def test_the_weights_are_the_gaps_times_slope_and_doubt_over_the_effective_labels():
    accuracy, labels = {"da": 0.3, "de": 0.6, "sk": 0.8}, {"da": 160, "de": 90, "sk": 20}
    found = learning_curves(noisy_curves(), list(LANGUAGES))
    effective = effective_labels(np.array([[160.0, 90.0, 20.0]]), found.transfer)[0]
    need = np.array([0.6, 0.3, 0.1]) * (found.slope + found.doubt) / effective
    weights = gain_weights(standing_of(accuracy, labels, noisy_curves()))
    expected = (1 - _EQUAL_PART) * need / need.sum() + _EQUAL_PART / 3
    np.testing.assert_allclose(list(weights.values()), expected)


def test_the_transfer_is_the_one_that_explains_the_rounds():
    """One language gets all the labels; whether the others learn from them decides."""

    def history(learns_from_others: bool) -> tuple[Observation, ...]:
        labels = [{"da": 50 * number, "de": 20, "sk": 20} for number in range(1, 9)]
        rows = np.array([[each[name] for name in LANGUAGES] for each in labels], dtype=float)
        effective = effective_labels(rows, 1.0 if learns_from_others else 0.02)
        return tuple(
            Observation(count, dict(zip(LANGUAGES, (0.3 + 0.08 * np.log(row / 30)).tolist(), strict=True)))
            for count, row in zip(labels, effective, strict=True)
        )

    assert learning_curves(history(learns_from_others=True), list(LANGUAGES)).transfer == 1.0
    assert learning_curves(history(learns_from_others=False), list(LANGUAGES)).transfer == 0.02


def test_effective_labels_are_those_of_the_language_and_a_part_of_the_others():
    found = effective_labels(np.array([[0.0, 30.0, 70.0], [0.0, 0.0, 0.0]]), 0.1)
    np.testing.assert_allclose(found, [[20, 47, 83], [10, 10, 10]])


def test_rounds_that_did_not_measure_every_language_are_left_out():
    whole = curves({"da": 0.0, "de": 0.05, "sk": 0.1})
    broken = Observation({"da": 1, "de": 1, "sk": 1}, {"da": 0.1})
    expected, found = (learning_curves(history, list(LANGUAGES)) for history in (whole, (broken, *whole, broken)))
    np.testing.assert_array_equal(found.slope, expected.slope)
    only_broken = learning_curves((broken,) * 9, list(LANGUAGES))
    np.testing.assert_array_equal(only_broken.slope, np.ones(3))


def test_only_the_last_ten_rounds_are_looked_at():
    old = tuple(Observation(dict.fromkeys(LANGUAGES, 5), dict.fromkeys(LANGUAGES, 0.0)) for _ in range(20))
    new = curves({"da": 0.0, "de": 0.05, "sk": 0.1}, rounds=10)
    accuracy, labels = dict.fromkeys(LANGUAGES, 0.6), dict.fromkeys(LANGUAGES, 200)
    assert gain_weights(standing_of(accuracy, labels, old + new)) == gain_weights(standing_of(accuracy, labels, new))


def test_languages_without_any_label_or_accuracy_are_weighed_all_the_same():
    weights = gain_weights(standing_of({}))
    assert weights == pytest.approx(dict.fromkeys(LANGUAGES, 1 / 3))
    history = curves({"da": 0.0, "de": 0.05, "sk": 0.1}, step=0)  # labels that nobody counted
    assert gain_weights(standing_of({}, history=history)) == pytest.approx(dict.fromkeys(LANGUAGES, 1 / 3))
