"""How many check labels are needed, and which language gets the next ones."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.errors import InvalidInput
from lamm_core.model.check_plan import labels_for_width, plan_check_labels, spread_of
from lamm_core.model.intervals import half_width

NAMES = ("de", "en", "fi", "sw")
counts = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 60))
spreads = st.dictionaries(st.sampled_from(NAMES), st.floats(0, 0.5))
plans = {
    "budget": st.integers(0, 50),
    "labelled": counts,
    "under_way": counts,
    "reserve": counts,
    "spread": spreads,
    "wanted": counts,
}


@settings(deadline=None)
@given(**plans)
def test_no_language_gets_more_than_its_reserve_or_than_it_wants(
    budget: int,
    labelled: dict[str, int],
    under_way: dict[str, int],
    reserve: dict[str, int],
    spread: dict[str, float],
    wanted: dict[str, int],
) -> None:
    found = plan_check_labels(budget, labelled, under_way, reserve, spread, wanted)
    room = {name: max(0, min(reserve[name], wanted.get(name, 0) - under_way.get(name, 0))) for name in reserve}
    assert sum(found.values()) == min(budget, sum(room.values()))
    for name, labels in found.items():
        assert 0 < labels <= room[name]


@settings(deadline=None)
@given(**plans)
def test_a_larger_budget_takes_nothing_away(
    budget: int,
    labelled: dict[str, int],
    under_way: dict[str, int],
    reserve: dict[str, int],
    spread: dict[str, float],
    wanted: dict[str, int],
) -> None:
    smaller = plan_check_labels(budget, labelled, under_way, reserve, spread, wanted)
    larger = plan_check_labels(budget + 1, labelled, under_way, reserve, spread, wanted)
    assert all(larger[name] >= labels for name, labels in smaller.items())


@settings(deadline=None)
@given(**plans)
def test_no_label_would_narrow_more_in_another_language(
    budget: int,
    labelled: dict[str, int],
    under_way: dict[str, int],
    reserve: dict[str, int],
    spread: dict[str, float],
    wanted: dict[str, int],
) -> None:
    found = plan_check_labels(budget, labelled, under_way, reserve, spread, wanted)

    def narrowing(name: str, labels: int) -> float:
        n = labelled.get(name, 0) + under_way.get(name, 0) + labels
        return math.inf if n == 0 else spread.get(name, 0.5) * (n**-0.5 - (n + 1) ** -0.5)

    open_to_more = [
        name
        for name in reserve
        if found.get(name, 0) < min(reserve[name], wanted.get(name, 0) - under_way.get(name, 0))
    ]
    for name in open_to_more:
        for other, labels in found.items():
            assert narrowing(other, labels - 1) >= narrowing(name, found.get(name, 0)) - 1e-12


def test_labels_go_to_the_widest_interval_and_ties_to_the_first_name() -> None:
    plenty = dict.fromkeys(NAMES, 100)
    assert plan_check_labels(4, {}, {}, plenty, {}, plenty) == dict.fromkeys(NAMES, 1)
    assert plan_check_labels(1, {}, {}, plenty, {}, plenty) == {"de": 1}
    few = {"de": 40, "en": 40, "fi": 9, "sw": 40}
    assert plan_check_labels(3, few, {}, plenty, {}, plenty) == {"fi": 3}
    known = {"de": 0.1, "en": 0.5, "fi": 0.1, "sw": 0.1}
    assert plan_check_labels(3, dict.fromkeys(NAMES, 40), {}, plenty, known, plenty) == {"en": 3}


def test_items_that_are_under_way_count_as_if_they_were_labelled() -> None:
    plenty = {"de": 100, "en": 100}
    assert plan_check_labels(2, {"de": 10, "en": 10}, {"de": 20}, plenty, {}, plenty) == {"en": 2}
    assert plan_check_labels(9, {}, {"de": 5}, plenty, {}, {"de": 7, "en": 1}) == {"de": 2, "en": 1}


@settings(deadline=None)
@given(estimate=st.floats(0, 1), effective=st.floats(0.2, 5), width=st.floats(0.02, 0.49))
def test_the_labels_for_a_width_are_enough_and_no_more_than_that(
    estimate: float, effective: float, width: float
) -> None:
    labels = labels_for_width(estimate, effective, width)
    assert half_width(estimate, labels * effective) <= width + 1e-9
    plain = labels_for_width(estimate, 1.0, width)
    assert plain == 0 or half_width(estimate, plain - 1) > width
    assert labels == math.ceil(plain / effective)


def test_an_unknown_figure_needs_the_most_labels() -> None:
    # Wilson's half-width at a half is z / (2 sqrt(n + z^2)).
    assert labels_for_width(None, 1.0, 0.05) == math.ceil(1.959964**2 / (4 * 0.05**2) - 1.959964**2) == 381
    assert labels_for_width(0.9, 1.0, 0.05) < labels_for_width(0.7, 1.0, 0.05) < 381
    assert labels_for_width(None, 2.0, 0.05) == 191
    assert labels_for_width(None, 1.0, 0.5) == 0
    assert spread_of(None) == spread_of(0.5) == 0.5
    assert spread_of(0.9, 4.0) == pytest.approx(0.15)


@pytest.mark.parametrize(("effective", "width"), [(0.0, 0.05), (math.inf, 0.05), (math.nan, 0.05), (1.0, 0.0)])
def test_a_width_or_a_worth_of_nothing_is_refused(effective: float, width: float) -> None:
    with pytest.raises(InvalidInput, match="must be over 0"):
        labels_for_width(0.5, effective, width)
