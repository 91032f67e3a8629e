"""Processes are killed without warning; what was acknowledged stays, and work goes on."""

import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pytest
from support import workers, world

from lamm_core.errors import RoundRunning
from lamm_core.records import ItemState, Project, Round, RoundState
from lamm_core.workflow import automatic, labelling, running
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status
from lamm_core.workflow.workspace import Workspace


@pytest.fixture
def trained(workspace: Workspace, ana: int) -> Project:
    """A project with a model and a half-labelled batch."""
    project = world.make_project(workspace, labels=24)
    run_round(workspace, project)
    for lease in labelling.claim(workspace, project, ana, 10):
        labelling.submit(workspace, project, ana, lease.item_id, world.TRUTH[lease.external_id])
    return project


def working_round(workspace: Workspace, project: Project) -> Round | None:
    latest = project_status(workspace, project).latest
    assert latest is not None
    assert latest.state == RoundState.RUNNING, latest.error
    return latest if latest.process_id is not None else None


def test_a_round_that_was_killed_is_noticed_and_can_be_run_again(
    workspace: Workspace, trained: Project, ana: int, blocked: Any
) -> None:
    before = project_status(workspace, trained)
    queue = world.queue_rows(workspace, trained)
    blocked()
    automatic.start_round(workspace, trained)
    alive = workers.until(lambda: working_round(workspace, trained))
    with pytest.raises(RoundRunning):
        automatic.start_round(workspace, trained)

    os.kill(alive.process_id, signal.SIGKILL)
    after = workers.until(lambda: _if_failed(workspace, trained))
    assert after.latest.error == running.DIED
    assert (after.model, after.languages, after.labels) == (before.model, before.languages, before.labels)
    assert world.queue_rows(workspace, trained) == queue
    (lease,) = labelling.claim(workspace, trained, ana)
    labelling.submit(workspace, trained, ana, lease.item_id, "pen", lease.revision)

    blocked()
    done = run_round(workspace, trained)
    assert (done.number, done.attempt, done.state) == (2, 2, RoundState.DONE)


def _if_failed(workspace: Workspace, project: Project) -> Any:
    status = project_status(workspace, project)
    assert status.latest is not None
    return status if status.latest.state == RoundState.FAILED else None


def test_a_round_killed_before_its_first_word_is_noticed_after_the_silence(
    workspace: Workspace, trained: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = running.begin_round(workspace, trained)
    assert running.is_alive(begun)
    with pytest.raises(RoundRunning):
        run_round(workspace, trained)
    monkeypatch.setattr(running, "utc_now", lambda: begun.heartbeat_at + running.SILENCE + timedelta(seconds=1))
    assert _if_failed(workspace, trained) is not None
    monkeypatch.undo()
    assert run_round(workspace, trained).attempt == 2


def test_a_round_on_another_host_lives_as_long_as_it_speaks(workspace: Workspace, trained: Project) -> None:
    begun = running.begin_round(workspace, trained)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert not psutil.pid_exists(gone.pid)
    assert not running.is_alive(replace(begun, host=socket.gethostname(), process_id=gone.pid))
    assert running.is_alive(replace(begun, host="elsewhere", process_id=gone.pid))
    silent = begun.heartbeat_at - running.SILENCE - timedelta(seconds=1)
    assert not running.is_alive(replace(begun, host="elsewhere", process_id=gone.pid, heartbeat_at=silent))


def test_a_living_process_may_be_silent_for_minutes_but_not_another_one_with_its_number(
    workspace: Workspace, trained: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = replace(running.begin_round(workspace, trained), host=socket.gethostname(), process_id=os.getpid())
    monkeypatch.setattr(running, "utc_now", lambda: ours.heartbeat_at + timedelta(minutes=5))
    assert running.is_alive(ours)
    assert not running.is_alive(replace(ours, host="elsewhere"))
    monkeypatch.setattr(running, "utc_now", lambda: ours.heartbeat_at + timedelta(minutes=11))
    assert not running.is_alive(ours)
    monkeypatch.undo()
    before_it_was_born = datetime.fromtimestamp(psutil.Process().create_time(), UTC) - timedelta(seconds=5)
    monkeypatch.setattr(running, "utc_now", lambda: before_it_was_born)
    assert not running.is_alive(replace(ours, heartbeat_at=before_it_was_born))


def test_a_round_that_beats_while_it_is_looked_at_lives_on(
    workspace: Workspace, trained: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = running.begin_round(workspace, trained)
    looks = iter([False])
    real = running.is_alive
    monkeypatch.setattr(running, "is_alive", lambda round_: next(looks, None) is not False and real(round_))
    seen = running.notice_dead_round(workspace, trained)
    assert seen is not None
    assert seen.state is RoundState.RUNNING
    assert seen.id == begun.id


def test_labels_acknowledged_before_an_annotator_is_killed_are_all_there_and_none_twice(
    workspace: Workspace, ana: int
) -> None:
    project = world.make_project(workspace, budget=150)
    run_round(workspace, project)
    processes = [
        subprocess.Popen(
            # Each has a language of their own, so that neither can take everything before the other is awake.
            [sys.executable, "-c", workers.LABEL_AND_TELL, name, language],
            stdout=subprocess.PIPE,
            env=workspace.settings.environment(),
            text=True,
        )
        for name, language in (("Dora", "en"), ("Emil", "de"))
    ]
    told = []
    for process in processes:
        assert process.stdout is not None
        told += [int(process.stdout.readline()) for _ in range(12)]
    for process in processes:
        process.kill()
        assert process.stdout is not None
        told += [int(line) for line in process.stdout.read().splitlines()]
        process.wait()
        process.stdout.close()

    acts = [act for act in world.history(workspace, project) if act[1] is not None]
    labelled = [act[0] for act in acts]
    assert set(told) <= set(labelled)
    assert len(labelled) == len(set(labelled))
    # One act of each process at most was stored but not yet told.
    assert len(labelled) <= len(told) + 2
    stored = world.stored_items(workspace, project)
    assert all(stored[item_id].state == ItemState.LABELLED for item_id in labelled)
    progress = labelling.batch_progress(workspace, project)
    assert (progress.closed, progress.open) == (len(labelled), 150 - len(labelled))

    world.end_leases(workspace, project)
    while leases := labelling.claim(workspace, project, ana, 50):
        for lease in leases:
            labelling.submit(workspace, project, ana, lease.item_id, "ink", lease.revision)
    assert labelling.batch_progress(workspace, project).closed == 150
