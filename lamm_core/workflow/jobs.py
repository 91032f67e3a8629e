"""Work for workers: hand it over where one lives, follow it, cancel it, try it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from lamm_core.actors import Role
from lamm_core.errors import (
    ComparisonRunning,
    JobEnded,
    JobUnderWay,
    LammError,
    RoundRunning,
    TranslationRunning,
    UnknownJob,
)
from lamm_core.job import Job, JobKind, JobState
from lamm_core.records import Project, Round
from lamm_core.storage import jobs, projects, workers
from lamm_core.trail import AuditAction
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.audit import note
from lamm_core.workflow.rights import needs, needs_admin
from lamm_core.workflow.running import is_alive
from lamm_core.workflow.settling import Rules, end_dead_jobs
from lamm_core.workflow.workspace import Workspace, utc_now

SHOWN = 20
_OPEN = (JobState.QUEUED, JobState.RUNNING)
_UNDER_WAY: dict[JobKind, tuple[type[LammError], str]] = {
    JobKind.ROUND: (RoundRunning, marked("A round of {name!r} waits for a worker, or runs already.")),
    JobKind.EMBED: (JobUnderWay, marked("The texts of {name!r} wait for a worker that embeds them.")),
    JobKind.BACKTEST: (ComparisonRunning, marked("A comparison for {name!r} waits for a worker, or runs already.")),
    JobKind.TRANSLATE: (TranslationRunning, marked("Translating for {name!r} waits for a worker, or runs already.")),
}


@dataclass(frozen=True)
class JobView:
    """A job as people see it.

    Attributes:
        project: name of its project.
        before: jobs that stand before it in the line, if it waits.
        has_worker: whether a living worker takes such jobs.
    """

    job: Job
    project: str
    before: int
    has_worker: bool


@needs(Role.MANAGER)
def hand_over(
    workspace: Workspace, project: Project, kind: JobKind, arguments: Mapping[str, Any] | None = None
) -> Job | None:
    """Put work into the line where a living worker takes such work; the one place where that is decided.

    Args:
        arguments: what there is to know to do it, as JSON has it.

    Returns:
        The job; None where no such worker lives, so that the caller does the work as on a single machine. Embedding
        that waits already also does for texts that came since.

    Raises:
        RoundRunning, ComparisonRunning, TranslationRunning: such a job of this project waits or runs already.
    """
    end_dead_jobs(workspace.database, Rules())
    with workspace.database.write() as connection:
        projects.lock_project(connection, project.id)
        under_way = _under_way(connection, project, kind)
        if under_way is not None and kind is JobKind.EMBED:
            return under_way
        if under_way is not None:
            raise _refusal(project, kind)
        if not _has_worker(connection, kind):
            return None
        new = jobs.add(connection, project.id, kind, arguments or {}, workspace.actor.name, utc_now())
        return jobs.find(connection, new)


@needs(Role.ANNOTATOR)
def open_job(workspace: Workspace, project: Project, kind: JobKind) -> JobView | None:
    """The job of that kind that waits or runs in a project; None where there is none."""
    with workspace.database.read() as connection:
        found = jobs.newest(connection, project.id, kind, _OPEN)
        return None if found is None else _view(connection, found, project.name)


@needs(Role.MANAGER)
def project_jobs(workspace: Workspace, project: Project, count: int = SHOWN) -> list[JobView]:
    """The newest jobs of a project, newest first; those whose process is gone are put back or failed first."""
    end_dead_jobs(workspace.database, Rules())
    with workspace.database.read() as connection:
        return [_view(connection, each, project.name) for each in jobs.list_jobs(connection, project.id, count)]


@needs_admin
def all_jobs(workspace: Workspace, count: int = SHOWN) -> list[JobView]:
    """The newest jobs of all projects, as `project_jobs`."""
    end_dead_jobs(workspace.database, Rules())
    with workspace.database.read() as connection:
        names = projects.project_names(connection)
        return [_view(connection, each, names[each.project_id]) for each in jobs.list_jobs(connection, None, count)]


@needs_admin
def project_of_job(workspace: Workspace, job_id: int) -> Project:
    """The project that a job belongs to.

    Raises:
        UnknownJob: there is no job of that id.
    """
    with workspace.database.read() as connection:
        found = jobs.find(connection, job_id)
        project = projects.get_project(connection, found.project_id) if found else None
    if project is None:
        raise _unknown(job_id)
    return project


@needs(Role.MANAGER)
def cancel_job(workspace: Workspace, project: Project, job_id: int) -> JobView:
    """Take a job that waits out of the line, or ask one that runs to end, which it does within seconds.

    Returns:
        The job as it is now.

    Raises:
        UnknownJob: the project has no such job.
        JobEnded: it has ended already.
    """
    with workspace.database.write() as connection:
        _job_of(connection, project, job_id)
        if not jobs.cancel(connection, job_id, utc_now()):
            raise JobEnded(_("The job {id} has ended already.", id=job_id))
        note(connection, workspace, AuditAction.JOB_CANCELLED, project.id, job=job_id)
        return _view(connection, _job_of(connection, project, job_id), project.name)


def cancel_open(connection: Connection, workspace: Workspace, project: Project, kind: JobKind) -> bool:
    """Cancel the job of that kind that waits or runs, within a change that its caller may make; False if none does."""
    found = jobs.newest(connection, project.id, kind, _OPEN)
    if found is None or not jobs.cancel(connection, found.id, utc_now()):
        return False
    note(connection, workspace, AuditAction.JOB_CANCELLED, project.id, job=found.id)
    return True


@needs(Role.MANAGER)
def retry_job(workspace: Workspace, project: Project, job_id: int) -> JobView:
    """Let a job that failed or was cancelled wait again.

    Returns:
        The job as it is now.

    Raises:
        UnknownJob: the project has no such job.
        JobEnded: it neither failed nor was cancelled.
        RoundRunning, ComparisonRunning, TranslationRunning, JobUnderWay: such a job waits or runs already.
    """
    with workspace.database.write() as connection:
        projects.lock_project(connection, project.id)
        found = _job_of(connection, project, job_id)
        if not found.state.is_open and _under_way(connection, project, found.kind) is not None:
            raise _refusal(project, found.kind)
        if not jobs.queue_again(connection, job_id, utc_now()):
            raise JobEnded(_("The job {id} neither failed nor was cancelled.", id=job_id))
        note(connection, workspace, AuditAction.JOB_RETRIED, project.id, job=job_id)
        return _view(connection, _job_of(connection, project, job_id), project.name)


def unfinished_round_job(connection: Connection, project_id: int, latest: Round | None) -> Job | None:
    """The newest job of a round, unless a round has begun since it ended; None where it has done its work.

    A job that failed or was cancelled before it could begin its round waits for a person, as a failed round does.

    Args:
        latest: the newest round of the project.
    """
    newest = jobs.newest(connection, project_id, JobKind.ROUND)
    if newest is None or newest.state is JobState.DONE:
        return None
    overtaken = latest is not None and newest.finished_at is not None and latest.started_at > newest.finished_at
    return None if overtaken else newest


def _under_way(connection: Connection, project: Project, kind: JobKind) -> Job | None:
    """A job that makes another one of its kind needless; embedding that runs does not know of texts that came since."""
    return jobs.newest(connection, project.id, kind, (JobState.QUEUED,) if kind is JobKind.EMBED else _OPEN)


def _refusal(project: Project, kind: JobKind) -> LammError:
    error, sentence = _UNDER_WAY[kind]
    return error(_(sentence, name=project.name))


def _has_worker(connection: Connection, kind: JobKind) -> bool:
    return any(kind in each.kinds and is_alive(each) for each in workers.list_workers(connection))


def _view(connection: Connection, job: Job, project: str) -> JobView:
    waits = job.state is JobState.QUEUED
    return JobView(
        job=job,
        project=project,
        before=jobs.count_before(connection, job.id) if waits else 0,
        has_worker=job.state.is_open and _has_worker(connection, job.kind),
    )


def _job_of(connection: Connection, project: Project, job_id: int) -> Job:
    found = jobs.find(connection, job_id, lock=True)
    if found is None or found.project_id != project.id:
        raise _unknown(job_id)
    return found


def _unknown(job_id: int) -> UnknownJob:
    return UnknownJob(_("There is no job {id}.", id=job_id))
