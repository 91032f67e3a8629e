"""Met, missed, unproven, out of reach: what may be said of a figure, and what would settle it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.model.forecast import Forecast
from lamm_core.model.intervals import wilson
from lamm_core.model.measuring import UNMEASURED, Measurement
from lamm_core.model.verdict import labels_to_settle, verdict, worst
from lamm_core.records import LanguageState

MET, MISSED, UNPROVEN = LanguageState.MET, LanguageState.MISSED, LanguageState.UNPROVEN
OUT_OF_REACH, NOT_MEASURED = LanguageState.OUT_OF_REACH, LanguageState.UNMEASURED
ORDER = [OUT_OF_REACH, MISSED, UNPROVEN, NOT_MEASURED, MET]


def figure(estimate: float, effective: float = 100, checked: int = 100, errors: float = 2.4) -> Measurement:
    low, high = wilson(estimate, effective)
    proven = wilson(estimate, effective, errors)
    return Measurement(round(estimate * checked), checked, estimate, effective, low, high, *proven)


def bounds(low: float, estimate: float, high: float) -> Measurement:
    return Measurement(8, 10, estimate, 10.0, low, high, low, high)


def chance_of(chance: float) -> Forecast:
    return Forecast("da", 0.9, None, None, None, None, None, None, (0.5, 0.6), chance)


@pytest.mark.parametrize(
    ("low", "estimate", "high", "state"),
    [
        (0.90, 0.93, 0.96, MET),
        (0.91, 0.93, 0.96, MET),
        (0.89, 0.93, 0.96, UNPROVEN),  # over the target, but nobody knows
        (0.80, 0.85, 0.90, UNPROVEN),
        (0.80, 0.85, 0.89, MISSED),
        (0.00, 0.50, 1.00, UNPROVEN),
    ],
)
def test_only_what_is_proven_is_said(low: float, estimate: float, high: float, state: LanguageState):
    assert verdict(bounds(low, estimate, high), 0.9) is state


def test_the_bounds_of_all_rounds_decide_and_not_those_of_the_newest():
    wide = Measurement(95, 100, 0.95, 100.0, 0.91, 0.99, 0.88, 0.995)
    assert verdict(wide, 0.9) is UNPROVEN
    narrow = Measurement(95, 100, 0.85, 100.0, 0.8, 0.89, 0.78, 0.91)
    assert verdict(narrow, 0.9) is UNPROVEN


def test_without_a_measurement_nothing_is_said():
    assert verdict(UNMEASURED, 0.0) is NOT_MEASURED
    assert verdict(UNMEASURED, 0.9, chance_of(0.0)) is NOT_MEASURED


@pytest.mark.parametrize(
    ("low", "estimate", "high", "chance", "state"),
    [
        (0.5, 0.55, 0.6, 0.01, OUT_OF_REACH),
        (0.5, 0.55, 0.6, 0.5, MISSED),
        (0.5, 0.85, 0.95, 0.01, OUT_OF_REACH),
        (0.8, 0.92, 0.95, 0.01, UNPROVEN),  # it is there already
        (0.91, 0.92, 0.95, 0.01, MET),
    ],
)
def test_a_target_is_out_of_reach_only_while_it_is_not_reached(
    low: float, estimate: float, high: float, chance: float, state: LanguageState
):
    assert verdict(bounds(low, estimate, high), 0.9, chance_of(chance)) is state


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(1, 1e5), st.floats(0, 1))
def test_the_nearer_the_bounds_the_more_is_settled(estimate: float, effective: float, target: float):
    wide, narrow = verdict(figure(estimate, effective), target), verdict(figure(estimate, 4 * effective), target)
    assert wide in (narrow, UNPROVEN)


# several targets of a language


@settings(deadline=None)
@given(st.lists(st.sampled_from(ORDER), min_size=1))
def test_the_worst_of_several_counts(states: list[LanguageState]):
    assert worst(states) is min(states, key=ORDER.index)


def test_a_language_is_met_only_where_all_its_targets_are():
    assert worst([MET, MET]) is MET
    assert all(worst([MET, state, MET]) is state for state in ORDER)


# what would settle it


@settings(deadline=None)
@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.integers(5, 2_000), st.floats(0.5, 4))
def test_so_many_labels_settle_it_and_hardly_fewer(estimate: float, target: float, checked: int, worth: float):
    now = figure(estimate, checked * worth, checked)
    further = labels_to_settle(now, target)
    if further is None:
        # a difference that 100,000 plain labels would not show
        assert verdict(figure(estimate, 100_000), target) is UNPROVEN
        return
    if further == 0:
        assert verdict(now, target) is not UNPROVEN
        return
    assert verdict(figure(estimate, (checked + further) * worth), target) is not UNPROVEN
    assert verdict(figure(estimate, (checked + further) * worth * 0.99 - worth - 1), target) is UNPROVEN


def test_labels_that_tell_more_settle_it_sooner():
    plain, assisted = (labels_to_settle(figure(0.85, effective, 100), 0.9) for effective in (100, 200))
    assert plain is not None
    assert assisted is not None
    assert 0 < assisted < plain / 1.9


def test_bounds_that_were_paid_for_more_looks_leave_something_to_do():
    # Proven after one look, as far as the figures go, but not after so many.
    careful = figure(0.95, 150, errors=4)
    assert verdict(careful, 0.9) is UNPROVEN
    assert labels_to_settle(careful, 0.9) >= 1


def test_nothing_settles_what_was_not_measured_or_is_at_its_target():
    assert labels_to_settle(UNMEASURED, 0.9) is None
    assert labels_to_settle(figure(0.9), 0.9) is None
    assert labels_to_settle(figure(0.901), 0.9) is None


def test_what_is_settled_needs_no_labels():
    assert labels_to_settle(figure(0.6, 1_000), 0.9) == 0
    assert labels_to_settle(figure(0.95, 1_000), 0.9) == 0
