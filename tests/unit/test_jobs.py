"""The line of jobs: who takes one, what becomes of it, and who starts what."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psutil
import pytest
from sqlalchemy import select, update
from support import workers as acts
from support import world

from lamm_core.actors import Actor, Role
from lamm_core.errors import (
    ComparisonCancelled,
    ComparisonRunning,
    JobCancelled,
    JobEnded,
    JobLost,
    NotAllowed,
    NotEnoughLabels,
    RoundRunning,
    StorageUnavailable,
    TranslationRunning,
    UnknownJob,
)
from lamm_core.job import Job, JobKind, JobState, WorkerRecord
from lamm_core.records import Project, RoundState
from lamm_core.storage import jobs, rounds, workers
from lamm_core.storage.team_tables import audit_event
from lamm_core.storage.team_tables import job as job_table
from lamm_core.workflow import automatic, comparing, empty_queue, importing, running, translation_runs
from lamm_core.workflow.job_pulse import JobPulse
from lamm_core.workflow.job_words import job_sentence
from lamm_core.workflow.jobs import all_jobs, cancel_job, hand_over, open_job, project_jobs, project_of_job, retry_job
from lamm_core.workflow.settling import DIED, Rules, end_dead_jobs, fail_attempt, hand_back, settle
from lamm_core.workflow.workspace import Workspace, utc_now

RULES = Rules(pauses=(timedelta(seconds=10), timedelta(minutes=1)))


def add(workspace: Workspace, project: Project, kind: JobKind = JobKind.TRANSLATE) -> int:
    with workspace.database.write() as connection:
        return jobs.add(connection, project.id, kind, {}, "Ana", utc_now())


def found(workspace: Workspace, job_id: int) -> Job:
    with workspace.database.read() as connection:
        job = jobs.find(connection, job_id)
    assert job is not None
    return job


def worker_here(*kinds: JobKind) -> WorkerRecord:
    """A worker that lives as long as this process."""
    process = psutil.Process()
    host = running.socket.gethostname()
    return WorkerRecord("here", kinds or tuple(JobKind), host, process.pid, utc_now(), utc_now())


def take(workspace: Workspace, *kinds: JobKind, later: timedelta = timedelta(0)) -> Job | None:
    record = worker_here(*kinds)
    with workspace.database.write() as connection:
        return jobs.claim(connection, record.kinds, record, utc_now() + later)


def taken(workspace: Workspace, project: Project, kind: JobKind = JobKind.TRANSLATE) -> Job:
    add(workspace, project, kind)
    job = take(workspace)
    assert job is not None
    return job


def end(workspace: Workspace, act: Callable[..., None], *arguments: Any) -> None:
    with workspace.database.write() as connection:
        act(connection, *arguments)


@pytest.fixture
def served(workspace: Workspace) -> WorkerRecord:
    """A living worker for everything."""
    record = worker_here()
    with workspace.database.write() as connection:
        workers.register(connection, record.name, record.kinds, record.host, record.process_id, utc_now())
    return record


# taking


def test_eight_workers_share_forty_jobs_and_none_is_taken_twice(
    workspace: Workspace, project: Project, together: Callable[..., list[Any]]
) -> None:
    wanted = {add(workspace, project, kind) for _ in range(20) for kind in (JobKind.TRANSLATE, JobKind.BACKTEST)}
    calls = [(workspace.settings, [f"worker {each}", f"worker {each + 4}"]) for each in range(acts.WORKERS)]
    pairs = [pair for pairs in together(acts.take_jobs_together, calls) for pair in pairs]
    assert len(pairs) == 40
    assert dict(pairs) == dict.fromkeys(wanted, 1)


def test_jobs_are_taken_in_their_order_by_kind_and_not_before_their_time(
    workspace: Workspace, project: Project
) -> None:
    first, second = add(workspace, project), add(workspace, project, JobKind.BACKTEST)
    job = take(workspace, JobKind.BACKTEST)
    assert job is not None
    assert (job.id, job.state, job.attempt, job.worker) == (second, JobState.RUNNING, 1, "here")
    end(workspace, fail_attempt, job, "It broke.", RULES)
    assert take(workspace, JobKind.BACKTEST) is None
    later = take(workspace, later=timedelta(seconds=11))
    assert later is not None
    assert later.id == first


def test_embedding_and_a_round_of_one_project_follow_each_other(workspace: Workspace, project: Project) -> None:
    other = world.make_project(workspace, name="other", embedded=False)
    embedding, round_, elsewhere = (
        add(workspace, project, JobKind.EMBED),
        add(workspace, project, JobKind.ROUND),
        add(workspace, other, JobKind.ROUND),
    )
    first, second = take(workspace), take(workspace)
    assert (first and first.id, second and second.id) == (embedding, elsewhere)
    assert take(workspace) is None
    end(workspace, settle, first, None, RULES)
    third = take(workspace)
    assert third is not None
    assert third.id == round_


# what becomes of one


@pytest.mark.parametrize(
    ("error", "state", "failures", "says"),
    [
        (None, JobState.DONE, 0, None),
        (NotEnoughLabels("There are 3 labels."), JobState.FAILED, 0, "There are 3 labels."),
        (StorageUnavailable("The disk is full."), JobState.QUEUED, 1, "The disk is full."),
        (ZeroDivisionError("by 0"), JobState.QUEUED, 1, "fault of the program (ZeroDivisionError: by 0)"),
        (RoundRunning("It runs."), JobState.QUEUED, 0, None),
        (JobCancelled("x"), JobState.CANCELLED, 0, None),
        (ComparisonCancelled("x"), JobState.CANCELLED, 0, None),
        (KeyboardInterrupt(), JobState.RUNNING, 0, None),
        (JobLost("x"), JobState.RUNNING, 0, None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_how_the_work_ended_decides_what_becomes_of_the_job(
    sqlite_workspace: Workspace, error: BaseException | None, state: JobState, failures: int, says: str | None
) -> None:
    job = taken(sqlite_workspace, world.make_project(sqlite_workspace, embedded=False))
    end(sqlite_workspace, settle, job, error, RULES)
    now = found(sqlite_workspace, job.id)
    assert (now.state, now.failures) == (state, failures)
    assert (now.error is None) if says is None else says in (now.error or "")
    assert (now.finished_at is None) == state.is_open


def test_attempts_have_growing_pauses_and_the_third_is_the_last(workspace: Workspace, project: Project) -> None:
    job = taken(workspace, project)
    for pause in RULES.pauses:
        before = utc_now()
        end(workspace, fail_attempt, job, "It broke.", RULES)
        waiting = found(workspace, job.id)
        assert waiting.state is JobState.QUEUED
        assert before + pause <= waiting.not_before <= utc_now() + pause
        again = take(workspace, later=pause)
        assert again is not None
        assert again.attempt == job.attempt + 1
        job = again
    end(workspace, fail_attempt, job, "It broke again.", RULES)
    now = found(workspace, job.id)
    assert (now.state, now.attempt, now.error) == (JobState.FAILED, 3, "It broke again.")
    assert take(workspace, later=timedelta(days=1)) is None


def test_a_job_that_is_handed_back_counts_as_not_tried_and_its_old_process_is_refused(
    workspace: Workspace, project: Project
) -> None:
    job = taken(workspace, project)
    end(workspace, hand_back, job)
    again = take(workspace)
    assert again is not None
    assert (again.id, again.attempt, again.failures) == (job.id, 2, 0)
    with pytest.raises(JobLost), workspace.database.write() as connection:
        jobs.beat(connection, job, utc_now())
    end(workspace, settle, job, None, RULES)
    assert found(workspace, job.id).state is JobState.RUNNING


def test_the_job_of_a_silent_worker_on_another_machine_waits_again(workspace: Workspace, project: Project) -> None:
    job = taken(workspace, project)
    with workspace.database.write() as connection:
        away = {"host": "elsewhere", "heartbeat_at": utc_now() - timedelta(seconds=5)}
        connection.execute(update(job_table).where(job_table.c.id == job.id).values(**away))
    end_dead_jobs(workspace.database, RULES)
    assert found(workspace, job.id).state is JobState.RUNNING
    end_dead_jobs(workspace.database, replace(RULES, silence=timedelta(seconds=1)))
    now = found(workspace, job.id)
    assert (now.state, now.failures, now.error, now.worker) == (JobState.QUEUED, 1, DIED, None)


# cancel and retry


def test_a_waiting_job_is_cancelled_at_once_and_can_be_tried_again(workspace: Workspace, project: Project) -> None:
    job_id = add(workspace, project)
    cancel_job(workspace, project, job_id)
    assert found(workspace, job_id).state is JobState.CANCELLED
    assert take(workspace) is None
    with pytest.raises(JobEnded):
        cancel_job(workspace, project, job_id)
    retry_job(workspace, project, job_id)
    with pytest.raises(JobEnded):
        retry_job(workspace, project, job_id)
    again = take(workspace)
    assert again is not None
    assert again.id == job_id
    of_jobs = audit_event.c.action.like("job %")
    query = select(audit_event.c.actor, audit_event.c.action, audit_event.c.details).where(of_jobs)
    with workspace.database.read() as connection:
        lines = connection.execute(query).all()
    details = {"job": job_id}
    assert lines == [("operator", "job cancelled", details), ("operator", "job retried", details)]


@pytest.mark.parametrize("ended_by", ["its process", "a crash", "a worker that ends"])
def test_a_running_job_that_was_cancelled_is_not_tried_again(sqlite_workspace: Workspace, ended_by: str) -> None:
    project = world.make_project(sqlite_workspace, embedded=False)
    job = taken(sqlite_workspace, project)
    cancel_job(sqlite_workspace, project, job.id)
    with sqlite_workspace.database.write() as connection:
        assert jobs.beat(connection, job, utc_now())
        if ended_by == "its process":
            settle(connection, job, JobCancelled("x"), RULES)
        elif ended_by == "a crash":
            fail_attempt(connection, job, "It broke.", RULES)
        else:
            hand_back(connection, job)
    assert found(sqlite_workspace, job.id).state is JobState.CANCELLED


def test_a_retry_is_refused_while_the_same_work_waits(workspace: Workspace, project: Project, served: Any) -> None:
    job = taken(workspace, project, JobKind.ROUND)
    end(workspace, settle, job, NotEnoughLabels("Too few."), RULES)
    assert automatic.start_round(workspace, project) is None
    with pytest.raises(RoundRunning):
        retry_job(workspace, project, job.id)


def test_jobs_are_for_managers_of_their_project_alone(sqlite_workspace: Workspace) -> None:
    workspace = sqlite_workspace
    one, other = (world.make_project(workspace, name=name, embedded=False) for name in ("one", "other"))
    job_id = add(workspace, one)
    manager = workspace.acting_as(Actor("Mia", user_id=1, roles={other.id: Role.MANAGER, one.id: Role.ANNOTATOR}))
    for act in (cancel_job, retry_job):
        with pytest.raises(NotAllowed):
            act(manager, one, job_id)
        with pytest.raises(UnknownJob):
            act(manager, other, job_id)
    with pytest.raises(NotAllowed):
        project_jobs(manager, one)
    for call in (lambda: all_jobs(manager), lambda: project_of_job(manager, job_id)):
        with pytest.raises(NotAllowed):
            call()
    assert project_of_job(workspace, job_id) == one
    assert found(workspace, job_id).state is JobState.QUEUED


# who starts what


def test_where_a_worker_lives_work_is_put_in_line_once(workspace: Workspace, served: WorkerRecord) -> None:
    project = world.make_project(workspace, 160, translator="parallel:nowhere.csv")
    started: list[tuple[JobKind, Any, type[Exception]]] = [
        (JobKind.ROUND, automatic.start_round, RoundRunning),
        (JobKind.BACKTEST, lambda *where: comparing.start_comparison(*where, ["random"]), ComparisonRunning),
        (JobKind.TRANSLATE, translation_runs.start_translating, TranslationRunning),
    ]
    for kind, start, error in started:
        assert start(workspace, project) is None
        view = open_job(workspace, project, kind)
        assert view is not None
        assert (view.job.state, view.job.asked_by, view.has_worker) == (JobState.QUEUED, "operator", True)
        with pytest.raises(error):
            start(workspace, project)
    assert [each.job.kind for each in project_jobs(workspace, project)] == [kind for kind, *_ in reversed(started)]
    backtest = open_job(workspace, project, JobKind.BACKTEST)
    assert backtest is not None
    assert backtest.job.arguments == {"strategies": ["lamm", "random"]}
    assert job_sentence(backtest, utc_now()) == "It waits for a worker; 1 job is before it."
    assert translation_runs.is_translating(workspace, project)
    assert comparing.comparison_status(workspace, project).is_under_way
    assert comparing.cancel_comparison(workspace, project)
    assert not comparing.comparison_status(workspace, project).is_under_way


def test_embedding_waits_once_however_many_imports_there_are(
    workspace: Workspace, project: Project, served: WorkerRecord
) -> None:
    first = importing.have_texts_embedded(workspace, project)
    assert first is not None
    assert importing.have_texts_embedded(workspace, project) == first
    assert take(workspace) is not None
    later = importing.have_texts_embedded(workspace, project)
    assert later is not None
    assert later.id != first.id, "one that runs may not have seen the texts of the second import"


def test_without_a_living_worker_for_it_nothing_is_handed_over(workspace: Workspace, project: Project) -> None:
    record = worker_here(JobKind.EMBED)
    with workspace.database.write() as connection:
        workers.register(connection, record.name, record.kinds, record.host, record.process_id, utc_now())
        workers.register(connection, "gone", tuple(JobKind), record.host, 2**22 + 1, utc_now())
    assert hand_over(workspace, project, JobKind.ROUND) is None
    assert hand_over(workspace, project, JobKind.EMBED) is not None


def test_a_job_whose_worker_went_away_waits_and_says_so(
    workspace: Workspace, project: Project, served: WorkerRecord, ana: int
) -> None:
    assert automatic.start_round(workspace, project) is None
    with workspace.database.write() as connection:
        workers.remove(connection, [served.name])
    view = open_job(workspace, project, JobKind.ROUND)
    assert view is not None
    assert job_sentence(view, utc_now()).startswith("No worker is running now")
    why = empty_queue.why_empty(workspace, project, ana)
    assert (why.reason, why.job) == (empty_queue.WhyEmpty.PREPARING, view)


@pytest.mark.parametrize("how", ["cancelled", "failed"])
def test_a_round_whose_job_ended_before_it_began_waits_for_a_person(
    workspace: Workspace, served: WorkerRecord, how: str
) -> None:
    project = world.make_project(workspace, automatic_rounds=True)
    assert automatic.start_round_if_due(workspace, project) is None
    view = open_job(workspace, project, JobKind.ROUND)
    assert view is not None
    if how == "cancelled":
        cancel_job(workspace, project, view.job.id)
    else:
        end(workspace, settle, take(workspace), NotEnoughLabels("x"), RULES)
    assert automatic.start_round_if_due(workspace, project) is None
    assert open_job(workspace, project, JobKind.ROUND) is None
    begun = running.begin_round(workspace, project)
    with workspace.database.write() as connection:
        rounds.finish(connection, begun.id, begun.attempt, utc_now())
        assert rounds.get_round(connection, begun.id).state is RoundState.DONE
    assert automatic.start_round_if_due(workspace, project) is None
    assert open_job(workspace, project, JobKind.ROUND) is not None, "a later round makes up for it"


# the pulse of its process


def test_sigterm_interrupts_the_work_unless_it_asks_by_itself(sqlite_workspace: Workspace) -> None:
    job = taken(sqlite_workspace, world.make_project(sqlite_workspace, embedded=False))
    before = signal.getsignal(signal.SIGTERM)
    with JobPulse(sqlite_workspace, job, os.getppid(), gentle=True) as gentle:
        assert not gentle.is_interrupted()
        signal.raise_signal(signal.SIGTERM)
        assert gentle.is_interrupted()
    pulse = JobPulse(sqlite_workspace, job, os.getppid(), gentle=False)
    with pytest.raises(KeyboardInterrupt), pulse:
        signal.raise_signal(signal.SIGTERM)
    assert isinstance(pulse.reason, KeyboardInterrupt)
    assert signal.getsignal(signal.SIGTERM) is before


def _nobody_wants(workspace: Workspace, project: Project, job: Job, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if why == "cancelled":
        cancel_job(workspace, project, job.id)
    elif why == "taken by another":
        end(workspace, hand_back, job)
    else:
        monkeypatch.setattr(os, "getppid", lambda: 1)
    acts.until(lambda: False)


@pytest.mark.parametrize("why", ["cancelled", "taken by another", "without a worker"])
def test_a_process_that_nobody_wants_to_go_on_ends_itself_at_its_next_beat(
    sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    monkeypatch.setattr("lamm_core.workflow.pulse.SECONDS", 0.05)
    project = world.make_project(sqlite_workspace, embedded=False)
    job = taken(sqlite_workspace, project)
    pulse = JobPulse(sqlite_workspace, job, os.getppid(), gentle=False)
    with pytest.raises(KeyboardInterrupt), pulse:
        _nobody_wants(sqlite_workspace, project, job, why, monkeypatch)
    assert isinstance(pulse.reason, JobCancelled if why == "cancelled" else JobLost)
