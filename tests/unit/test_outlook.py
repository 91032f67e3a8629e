"""Labels, hours and cost until a target."""

from dataclasses import replace
from statistics import median
from typing import Any

import pytest
from sqlalchemy import update
from support import world

from lamm_core.model.forecast import Forecast, fit_curves
from lamm_core.model.learning_curve import CurvePoint
from lamm_core.records import Project, RoundLanguage
from lamm_core.storage.tables import label
from lamm_core.workflow import labelling, outlook
from lamm_core.workflow.outlook import Effort, Outlook, Outlooks, read_outlooks
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace

# 100 more labels with a chance of 10 %, 300 with one of 50 %, and never with one of 90 %.
FORECAST = Forecast("da", 0.9, 100, 300, None, 40, 150, None, (0.85, 0.95), 0.7)


class Curves:
    """Learning curves that always say the same."""

    def __init__(self, says: Forecast | None) -> None:
        self.says = says

    def forecast(self, language: str, target: float) -> Forecast | None:
        return self.says if (language, target) == ("da", 0.9) else None


def outlook_of(seconds: dict[str, float], price: float = 0.0, says: Forecast | None = FORECAST) -> Outlook:
    found = Outlooks(Curves(says), seconds, price).of("da", 0.9)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_labels_of_a_language_take_its_own_time_and_those_of_others_the_usual_one() -> None:
    found = outlook_of({"da": 20.0, "de": 1.0, "": 5.0})
    assert found.low == Effort(100, (40 * 20 + 60 * 5) / 3600, None)
    assert found.middle == Effort(300, (150 * 20 + 150 * 5) / 3600, None)


def test_a_language_that_nobody_labelled_takes_the_usual_time() -> None:
    assert outlook_of({"": 36.0}).low == Effort(100, 1.0, None)


def test_without_anybodys_speed_there_are_no_hours() -> None:
    found = outlook_of({}, price=0.5)
    assert found.low == Effort(100, None, 50.0)


def test_every_label_costs_its_price_and_without_a_price_nobody_knows() -> None:
    assert outlook_of({"": 36.0}, price=0.25).middle == Effort(300, 3.0, 75.0)
    assert outlook_of({"": 36.0}, price=0.0).middle == Effort(300, 3.0, None)


def test_what_is_never_reached_has_no_effort() -> None:
    found = outlook_of({"": 1.0}, price=1.0)
    assert found.high is None
    assert found.forecast is FORECAST


def test_what_is_reached_takes_nothing() -> None:
    there = replace(FORECAST, low=0, middle=0, high=0, own_low=0, own_middle=0, own_high=0)
    found = outlook_of({"": 10.0}, price=2.0, says=there)
    assert found.low == found.middle == found.high == Effort(0, 0.0, 0.0)


def test_no_more_labels_of_its_own_are_counted_than_there_are() -> None:
    # The two are rounded each by itself.
    found = outlook_of({"da": 3600.0, "": 1.0}, says=replace(FORECAST, low=3, own_low=4))
    assert found.low == Effort(3, 3.0, None)


def test_without_a_forecast_there_is_no_outlook() -> None:
    assert Outlooks(Curves(None), {"": 1.0}, 1.0).of("da", 0.9) is None  # type: ignore[arg-type]


# from the rounds


def found_in(number: int, language: str, figure: float | None, **changes: Any) -> RoundLanguage:
    found = RoundLanguage(language, 0.9, 0, 100, None, 10, 500, 25 * number, figure, 120.0)
    return replace(found, **changes)


def measured_rounds(count: int) -> tuple[tuple[RoundLanguage, ...], ...]:
    return tuple(
        (found_in(number, "da", 0.9 - 0.4 / number), found_in(number, "de", 0.8 - 0.3 / number))
        for number in range(1, count + 1)
    )


def read(workspace: Workspace, project: Project, measured: outlook.Rounds) -> Outlooks:
    with workspace.database.read() as connection:
        return read_outlooks(connection, project.id, project.settings, measured)


def test_the_forecast_is_that_of_the_curves_of_all_rounds(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, embedded=False)
    points = [
        CurvePoint(
            labels={"da": 25 * number, "de": 25 * number},
            accuracy={"da": 0.9 - 0.4 / number, "de": 0.8 - 0.3 / number},
            effective={"da": 120.0, "de": 120.0},
        )
        for number in range(1, 7)
    ]
    curves = fit_curves(points, {"da": 500 - 150, "de": 500 - 150}, yardstick="check set")
    outlooks = read(sqlite_workspace, project, measured_rounds(6))
    for language, target in (("da", 0.86), ("da", 0.99), ("de", 0.78)):
        found = outlooks.of(language, target)
        assert found is not None
        assert found.forecast == curves.forecast(language, target)
    assert outlooks.of("sk", 0.9) is None


def test_rounds_without_a_figure_are_left_out(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, embedded=False)
    plain = read(sqlite_workspace, project, measured_rounds(5))
    nothing = tuple(found_in(0, language, None, checked=0, effective=None) for language in ("da", "de"))
    later = read(sqlite_workspace, project, (nothing, nothing, *measured_rounds(5)))
    assert later.of("da", 0.86) == plain.of("da", 0.86)


def test_a_round_of_an_earlier_version_counts_by_its_check_items(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, embedded=False)
    numbers = range(1, 6)
    counted = tuple((found_in(number, "da", None, correct=50 + 5 * number, effective=None),) for number in numbers)
    told = tuple((found_in(number, "da", 0.5 + 0.05 * number, effective=100.0),) for number in numbers)
    found = read(sqlite_workspace, project, counted).of("da", 0.86)
    assert found is not None
    assert found == read(sqlite_workspace, project, told).of("da", 0.86)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_rounds_tell_nothing(sqlite_workspace: Workspace, count: int) -> None:
    project = world.make_project(sqlite_workspace, embedded=False)
    assert read(sqlite_workspace, project, measured_rounds(count)).of("da", 0.86) is None


def test_the_speed_is_the_median_of_what_annotators_took(workspace: Workspace, ana: int) -> None:
    project = world.make_project(workspace, labels=24, price_per_label=0.1)
    run_round(workspace, project)
    taken: dict[str, list[float]] = {"": []}
    for number, lease in enumerate(labelling.claim(workspace, project, ana, 9)):
        seconds = float(number**2)
        labelling.submit(workspace, project, ana, lease.item_id, "pen", 1, seconds)
        taken.setdefault(lease.language, []).append(seconds)
        taken[""].append(seconds)
    (lease,) = labelling.claim(workspace, project, ana, 1)
    labelling.submit(workspace, project, ana, lease.item_id, "pen", 1)  # nobody took the time
    outlooks = read(workspace, project, ())
    assert outlooks.seconds == {name: median(each) for name, each in taken.items()}
    assert outlooks.price == 0.1


def test_only_the_newest_labels_say_how_fast_people_are(
    workspace: Workspace, ana: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlook, "_SPEED_LABELS", 3)
    project = world.make_project(workspace, labels=24)
    run_round(workspace, project)
    for seconds, lease in zip([90, 90, 90, 90, 4, 6, 8], labelling.claim(workspace, project, ana, 7), strict=True):
        labelling.submit(workspace, project, ana, lease.item_id, "pen", 1, float(seconds))
    assert read(workspace, project, ()).seconds[""] == 6


def test_imported_labels_have_no_speed(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=24)
    with workspace.database.write() as connection:
        connection.execute(update(label).values(seconds=5.0))
    assert read(workspace, project, ()).seconds == {}
