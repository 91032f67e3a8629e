"""Comparisons as the database knows them: at most one runs, the dead are noticed, the cancelled save nothing."""

import multiprocessing
import os
import socket
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update
from support import workers, world

from lamm_core.comparison import Compared, Comparison, ComparisonState
from lamm_core.errors import (
    ComparisonCancelled,
    ComparisonRunning,
    InvalidInput,
    TooFewLabels,
    UnknownPreparation,
    UnknownStrategy,
)
from lamm_core.model.preparation.names import parse_preparation, preparation_name
from lamm_core.records import Project
from lamm_core.storage.tables import comparison as comparison_table
from lamm_core.workflow import comparing
from lamm_core.workflow.comparing import (
    begin_comparison,
    cancel_comparison,
    comparison_status,
    strategies_to_compare,
    usual_strategies,
)
from lamm_core.workflow.comparison_pulse import ComparisonPulse
from lamm_core.workflow.workspace import Workspace

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
RESULT = Compared((50, 60), 0, {"en": 0.9, "de": 0.8}, {"en": 30, "de": 30}, {}, (), ())


@pytest.fixture
def labelled(workspace: Workspace) -> Project:
    return world.make_project(workspace, 160)


def change(workspace: Workspace, begun: Comparison, **values: Any) -> None:
    with workspace.database.write() as connection:
        connection.execute(update(comparison_table).where(comparison_table.c.id == begun.id).values(**values))


def latest(workspace: Workspace, project: Project) -> Comparison:
    found = comparison_status(workspace, project).latest
    assert found is not None
    return found


def test_one_comparison_runs_in_a_project_at_a_time(workspace: Workspace, labelled: Project) -> None:
    begun = begin_comparison(workspace, labelled, ["random"], seeds=3)
    own = preparation_name(parse_preparation(labelled.settings.preparation))
    assert (begun.strategies, begun.seeds, begun.preparation) == (("lamm", "random"), 3, own)
    with pytest.raises(ComparisonRunning, match=r"'small' already \(starting\)"):
        begin_comparison(workspace, labelled, ["ea"])
    other = world.make_project(workspace, 160, name="other", embedded=False)
    assert begin_comparison(workspace, other, ["ea"]).id != begun.id


def test_a_result_is_stored_whole_and_the_next_comparison_can_begin(workspace: Workspace, labelled: Project) -> None:
    begun = begin_comparison(workspace, labelled, ["random"])
    with ComparisonPulse(workspace, begun) as pulse:
        pulse.replaying(3, 20)
        now = latest(workspace, labelled)
        assert (now.stage, now.progress, now.process_id) == ("3 of 20 replays", 0.15, os.getpid())
        pulse.finish(RESULT)
    done = latest(workspace, labelled)
    assert (done.state, done.result, done.progress) == (ComparisonState.DONE, RESULT, 1.0)
    again = begin_comparison(workspace, labelled, ["random"])
    status = comparison_status(workspace, labelled)
    assert (status.latest, status.done) == (again, done)


def test_what_goes_wrong_is_kept_as_the_reason(workspace: Workspace, labelled: Project) -> None:
    with pytest.raises(TooFewLabels), ComparisonPulse(workspace, begin_comparison(workspace, labelled, ["ea"])):
        raise TooFewLabels("There are 3 labels.")
    assert (latest(workspace, labelled).state, latest(workspace, labelled).error) == (
        ComparisonState.FAILED,
        "There are 3 labels.",
    )
    with pytest.raises(KeyError), ComparisonPulse(workspace, begin_comparison(workspace, labelled, ["ea"])):
        raise KeyError("x")
    assert "a fault of the program (KeyError" in (latest(workspace, labelled).error or "")
    with pytest.raises(KeyboardInterrupt), ComparisonPulse(workspace, begin_comparison(workspace, labelled, ["ea"])):
        raise KeyboardInterrupt
    assert latest(workspace, labelled).state is ComparisonState.CANCELLED


def test_a_cancelled_comparison_saves_nothing_and_ends_by_itself(
    workspace: Workspace, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on another machine: nobody can signal its process, which notices at its next heartbeat."""
    monkeypatch.setattr("lamm_core.workflow.pulse.SECONDS", 0.05)
    begun = begin_comparison(workspace, labelled, ["random"])

    def work() -> None:
        with ComparisonPulse(workspace, begun):
            change(workspace, begun, host="elsewhere")
            assert cancel_comparison(workspace, labelled)
            workers.until(lambda: False)

    with pytest.raises(ComparisonCancelled):
        work()
    assert latest(workspace, labelled).state is ComparisonState.CANCELLED
    assert not cancel_comparison(workspace, labelled)


def test_a_cancellation_leaves_processes_alone_that_do_other_work(
    workspace: Workspace, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lamm_core.workflow.pulse.SECONDS", 0.05)
    begun = begin_comparison(workspace, labelled, ["random"])
    spawn = multiprocessing.get_context("spawn")
    other, replaying = (spawn.Process(target=time.sleep, args=(300,)) for _ in range(2))

    def work() -> None:
        with ComparisonPulse(workspace, begun):
            replaying.start()
            change(workspace, begun, host="elsewhere")
            assert cancel_comparison(workspace, labelled)
            workers.until(lambda: False)

    other.start()
    try:
        with pytest.raises(ComparisonCancelled):
            work()
        replaying.join(30)
        assert not replaying.is_alive()
        assert other.is_alive()
    finally:
        other.kill()


def test_a_result_that_comes_after_the_cancellation_is_not_saved(workspace: Workspace, labelled: Project) -> None:
    begun = begin_comparison(workspace, labelled, ["random"])
    pulse = ComparisonPulse(workspace, begun)
    change(workspace, begun, state=ComparisonState.CANCELLED)
    with pytest.raises(ComparisonCancelled):
        pulse.finish(RESULT)
    assert comparison_status(workspace, labelled).done is None


@pytest.mark.parametrize(
    "traces",
    [
        {"host": socket.gethostname(), "process_id": 2**22 + 1},  # beyond the largest number that a process can have
        {"host": socket.gethostname(), "process_id": os.getpid(), "heartbeat_at": LONG_AGO},
        {"host": "elsewhere", "process_id": 1, "heartbeat_at": LONG_AGO},
        {"heartbeat_at": LONG_AGO},
    ],
)
def test_a_comparison_that_died_is_noticed_and_can_be_run_again(
    workspace: Workspace, labelled: Project, traces: dict[str, Any]
) -> None:
    begun = begin_comparison(workspace, labelled, ["random"])
    change(workspace, begun, **traces)
    assert (latest(workspace, labelled).state, latest(workspace, labelled).error) == (
        ComparisonState.FAILED,
        comparing.DIED,
    )
    change(workspace, begun, state=ComparisonState.RUNNING)
    assert begin_comparison(workspace, labelled, ["random"]).id > begun.id


def test_too_few_labels_are_refused_before_anything_starts(workspace: Workspace) -> None:
    project = world.make_project(workspace, 90)
    with pytest.raises(TooFewLabels, match=r"needs at least 150 labelled texts; this project has 90\."):
        begin_comparison(workspace, project, ["random"])
    status = comparison_status(workspace, project)
    assert (status.latest, status.done) == (None, None)
    assert status.comparable.reason_against is not None


def test_the_own_strategy_comes_first_and_each_name_once(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, strategy="lamm+margin")
    assert usual_strategies(project) == ("lamm+margin", "random", "ea", "lc", "lamm")
    assert strategies_to_compare(project, ["margin+gap", "lamm+margin"]) == ("lamm+margin", "margin+gap")


@pytest.mark.parametrize(
    ("names", "preparation", "error", "words"),
    [
        (["best"], "plain", UnknownStrategy, "'best'"),
        (["per-language"], "plain", InvalidInput, "needs a model for each language"),
        (["lamm"], "plain", InvalidInput, "besides 'lamm'"),
        ([], "plain", InvalidInput, "besides 'lamm'"),
        (["random"], "fancy", UnknownPreparation, "'fancy'"),
    ],
)
def test_what_cannot_be_compared_is_said(
    sqlite_workspace: Workspace, names: list[str], preparation: str, error: type[Exception], words: str
) -> None:
    project = world.make_project(sqlite_workspace, 160)
    with pytest.raises(error, match=words):
        begin_comparison(sqlite_workspace, project, names, 3, preparation)
    assert comparison_status(sqlite_workspace, project).latest is None
