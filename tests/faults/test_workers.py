"""Workers and the processes of their jobs are killed, ended and cancelled; every job is done once in the end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from support import workers as acts
from support import world
from support.libre import libre_server

from lamm_core.job import Job, JobKind, JobState
from lamm_core.records import Project, RoundState
from lamm_core.storage import jobs, workers
from lamm_core.workflow import automatic
from lamm_core.workflow.comparing import comparison_status
from lamm_core.workflow.jobs import cancel_job
from lamm_core.workflow.settling import DIED, Rules
from lamm_core.workflow.status import project_status, round_history
from lamm_core.workflow.translating import translation_counts
from lamm_core.workflow.working import KILLED, Worker
from lamm_core.workflow.workspace import Workspace

StartWorker = Callable[..., "subprocess.Popen[bytes]"]
AT_ONCE = Rules(pauses=(timedelta(0), timedelta(0)))


@pytest.fixture
def start_worker(workspace: Workspace) -> Iterator[StartWorker]:
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", acts.WORK, *words]
        started.append(subprocess.Popen(command, env=workspace.settings.environment()))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait()


def add_round(workspace: Workspace, project: Project) -> int:
    with workspace.database.write() as connection:
        return jobs.add(connection, project.id, JobKind.ROUND, {}, "Ana", acts.utc_now())


def found(workspace: Workspace, job_id: int) -> Job:
    with workspace.database.read() as connection:
        job = jobs.find(connection, job_id)
    assert job is not None
    return job


def at_work(workspace: Workspace, job_id: int, attempt: int, worker_id: int) -> Job:
    """The job once its own process has taken it in hand and has begun the round."""

    def is_so() -> Job | None:
        job = found(workspace, job_id)
        assert job.state in {JobState.QUEUED, JobState.RUNNING}, job.error
        begun = job.attempt == attempt and job.process_id not in {None, worker_id}
        return job if begun and job.subject_id is not None else None

    job: Job = acts.until(is_so)
    return job


def ended(workspace: Workspace, job_id: int, state: JobState) -> Job:
    acts.until(lambda: found(workspace, job_id).state is state)
    return found(workspace, job_id)


def test_the_job_of_a_killed_worker_is_finished_by_another_one_exactly_once(
    workspace: Workspace, blocked: Any, start_worker: StartWorker
) -> None:
    project = world.make_project(workspace, labels=24)
    job_id = add_round(workspace, project)
    blocked()
    first = start_worker()
    working = at_work(workspace, job_id, 1, first.pid)
    first.kill()
    first.wait()
    acts.until(lambda: not acts.is_there(working.process_id))
    blocked()
    assert start_worker("once").wait(90) == 0
    job = ended(workspace, job_id, JobState.DONE)
    assert (job.attempt, job.failures, job.error) == (2, 1, None)
    (only,) = round_history(workspace, project)
    assert (only.round.id, only.round.number, only.round.attempt) == (job.subject_id, 1, 2)
    assert len(world.queue_rows(workspace, project)) == project.settings.budget


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_job_is_cancelled_and_another_handed_back_while_they_run(
    workspace: Workspace, blocked: Any, start_worker: StartWorker
) -> None:
    project = world.make_project(workspace, labels=24)
    cancelled, handed_back = add_round(workspace, project), add_round(workspace, project)
    blocked()
    worker = start_worker()
    at_work(workspace, cancelled, 1, worker.pid)
    cancel_job(workspace, project, cancelled)
    ended(workspace, cancelled, JobState.CANCELLED)
    latest = project_status(workspace, project).latest
    assert latest is not None
    assert (latest.state, latest.error) == (RoundState.FAILED, "It was interrupted.")

    at_work(workspace, handed_back, 1, worker.pid)
    asked = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert time.monotonic() - asked < 20
    job = found(workspace, handed_back)
    assert (job.state, job.failures, job.worker) == (JobState.QUEUED, 0, None)
    with workspace.database.read() as connection:
        assert workers.list_workers(connection) == []
    # Nobody is there any more who would do it, and it is still in line.
    with pytest.raises(automatic.RoundRunning):
        automatic.start_round(workspace, project)


def test_a_job_whose_processes_are_killed_is_given_up_and_the_worker_lives_on(
    sqlite_workspace: Workspace,
) -> None:
    project = world.make_project(sqlite_workspace, labels=24)
    killed = add_round(sqlite_workspace, project)
    worker = Worker(sqlite_workspace, rules=AT_ONCE)
    thread = Thread(target=worker.run, kwargs={"once": True})
    thread.start()
    for attempt in (1, 2, 3):

        def process_of(attempt: int = attempt) -> int | None:
            job = found(sqlite_workspace, killed)
            return job.process_id if job.attempt == attempt and job.process_id != os.getpid() else None

        os.kill(acts.until(process_of), signal.SIGKILL)
    job = ended(sqlite_workspace, killed, JobState.FAILED)
    assert (job.attempt, job.error) == (3, KILLED)
    assert job.error != DIED
    following = add_round(sqlite_workspace, project)
    thread.join(90)
    if found(sqlite_workspace, following).state is JobState.QUEUED:  # the worker had ended a moment before
        worker.run(once=True)
    assert found(sqlite_workspace, following).state is JobState.DONE
    assert [each.round.state for each in round_history(sqlite_workspace, project)] == [RoundState.DONE]


def test_a_worker_does_every_kind_of_job(sqlite_workspace: Workspace) -> None:
    with libre_server() as server:
        project = world.make_project(sqlite_workspace, 160, translator=server.name)
        asked = {
            JobKind.EMBED: {},
            JobKind.BACKTEST: {"strategies": ["lamm", "random"]},
            JobKind.TRANSLATE: {},
        }
        with sqlite_workspace.database.write() as connection:
            for kind, arguments in asked.items():
                jobs.add(connection, project.id, kind, arguments, "Ana", acts.utc_now())
        assert Worker(sqlite_workspace).run(once=True) == len(asked)
    with sqlite_workspace.database.read() as connection:
        assert {each.kind: each.error for each in jobs.list_jobs(connection, None, 9)} == dict.fromkeys(asked)
    compared = comparison_status(sqlite_workspace, project).done
    assert compared is not None
    assert compared.strategies == ("lamm", "random")
    assert translation_counts(sqlite_workspace, project).stored == 2 * 160
