"""The line of jobs: who takes one, how far it is, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from lamm_core.errors import JobLost
from lamm_core.job import Job, JobKind, JobState, WorkerRecord
from lamm_core.storage.team_tables import job
from lamm_core.words import marked

WAITING = marked("waiting")
# Both embed what is new, so that two of them at once would do the same work twice.
_ONE_AT_A_TIME = (JobKind.EMBED, JobKind.ROUND)
_NOBODY = {"worker": None, "host": None, "process_id": None}


def add(
    connection: Connection,
    project_id: int,
    kind: JobKind,
    arguments: Mapping[str, Any],
    asked_by: str,
    now: datetime,
) -> int:
    """Put a job at the end of the line and return its id."""
    new = insert(job).values(
        project_id=project_id,
        kind=kind,
        arguments=dict(arguments),
        state=JobState.QUEUED,
        asked_by=asked_by,
        attempt=0,
        failures=0,
        created_at=now,
        not_before=now,
        heartbeat_at=now,
        stage=WAITING,
        progress=0.0,
    )
    return int(connection.execute(new.returning(job.c.id)).scalar_one())


def find(connection: Connection, job_id: int, *, lock: bool = False) -> Job | None:
    """The job of that id; with a lock nobody else changes it in this transaction."""
    query = select(job).where(job.c.id == job_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    return _job(row) if row else None


def newest(
    connection: Connection, project_id: int, kind: JobKind, states: Sequence[JobState] = tuple(JobState)
) -> Job | None:
    """The newest job of one kind in a project, of some states or of any."""
    query = (
        select(job)
        .where(job.c.project_id == project_id, job.c.kind == kind, job.c.state.in_(states))
        .order_by(job.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return _job(row) if row else None


def list_jobs(connection: Connection, project_id: int | None, count: int) -> list[Job]:
    """The newest `count` jobs of a project, or of all, newest first."""
    query = select(job).order_by(job.c.id.desc()).limit(count)
    if project_id is not None:
        query = query.where(job.c.project_id == project_id)
    return [_job(row) for row in connection.execute(query).mappings()]


def list_running(connection: Connection) -> list[Job]:
    """All jobs that a worker has taken and not finished, whether it lives or not."""
    query = select(job).where(job.c.state == JobState.RUNNING).order_by(job.c.id)
    return [_job(row) for row in connection.execute(query).mappings()]


def count_before(connection: Connection, job_id: int) -> int:
    """How many jobs stand before one in the line."""
    query = select(func.count()).where(job.c.state == JobState.QUEUED, job.c.id < job_id)
    return int(connection.execute(query).scalar_one())


def is_something_waiting(connection: Connection, kinds: Sequence[JobKind], now: datetime) -> bool:
    """Whether a claim would find a job."""
    return connection.execute(select(job.c.id).where(_can_be_taken(kinds, now)).limit(1)).first() is not None


def claim(connection: Connection, kinds: Sequence[JobKind], worker: WorkerRecord, now: datetime) -> Job | None:
    """Give the first job in the line to a worker.

    Two claims never take the same job: on PostgreSQL each locks the row that it takes and passes over locked ones; on
    SQLite the whole transaction holds the write lock.
    """
    first = (
        select(job.c.id)
        .where(_can_be_taken(kinds, now))
        .order_by(job.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=job)
    )
    job_id = connection.execute(first).scalar_one_or_none()
    if job_id is None:
        return None
    connection.execute(
        update(job)
        .where(job.c.id == job_id)
        .values(
            state=JobState.RUNNING,
            attempt=job.c.attempt + 1,
            started_at=now,
            heartbeat_at=now,
            worker=worker.name,
            host=worker.host,
            process_id=worker.process_id,
            stage="starting",
        )
    )
    return find(connection, job_id)


def beat(connection: Connection, taken: Job, now: datetime, **values: Any) -> bool:
    """Say that the process of a job is alive, and how far it is; returns whether somebody asked to cancel the job.

    Args:
        values: any of subject_id, stage, progress, host, process_id.

    Raises:
        JobLost: it is not this attempt's any more.
    """
    change = update(job).where(_is_this_attempt(taken)).values(heartbeat_at=now, **values)
    row = connection.execute(change.returning(job.c.cancel_asked_at)).one_or_none()
    if row is None:
        raise JobLost(f"Job {taken.id} was given to another worker, or ended, in the meantime.")
    return row.cancel_asked_at is not None


def close(connection: Connection, taken: Job, state: JobState, error: str | None, now: datetime) -> bool:
    """End a job as done, failed or cancelled; False if it is not this attempt's any more."""
    values: dict[str, Any] = {"state": state, "error": error, "finished_at": now, **_NOBODY}
    if state is JobState.DONE:
        values |= {"stage": "done", "progress": 1.0}
    return connection.execute(update(job).where(_is_this_attempt(taken)).values(**values)).rowcount == 1


def put_back(connection: Connection, taken: Job, not_before: datetime, failures: int, error: str | None) -> bool:
    """Let a job wait again in its old place of the line; False if it is not this attempt's any more."""
    values = {"state": JobState.QUEUED, "not_before": not_before, "failures": failures, "error": error, **_NOBODY}
    change = update(job).where(_is_this_attempt(taken)).values(stage=WAITING, progress=0.0, **values)
    return connection.execute(change).rowcount == 1


def cancel(connection: Connection, job_id: int, now: datetime) -> bool:
    """Cancel a job that waits, and ask the process of one that runs to end; False if it has ended already."""
    waiting = update(job).where(job.c.id == job_id, job.c.state == JobState.QUEUED)
    if connection.execute(waiting.values(state=JobState.CANCELLED, finished_at=now)).rowcount == 1:
        return True
    running = update(job).where(job.c.id == job_id, job.c.state == JobState.RUNNING)
    return connection.execute(running.values(cancel_asked_at=now)).rowcount == 1


def queue_again(connection: Connection, job_id: int, now: datetime) -> bool:
    """Let a job that failed or was cancelled wait again, as if it were new; False if it is in another state."""
    ended = job.c.state.in_([JobState.FAILED, JobState.CANCELLED])
    change = update(job).where(job.c.id == job_id, ended)
    fresh = {
        "subject_id": None,
        "finished_at": None,
        "cancel_asked_at": None,
        "error": None,
        "stage": WAITING,
        "progress": 0.0,
    }
    values = {"state": JobState.QUEUED, "not_before": now, "failures": 0, **fresh}
    return connection.execute(change.values(**values)).rowcount == 1


def _can_be_taken(kinds: Sequence[JobKind], now: datetime) -> ColumnElement[bool]:
    other = job.alias("other")
    disturbed = (
        select(other.c.id)
        .where(
            other.c.project_id == job.c.project_id,
            other.c.state == JobState.RUNNING,
            other.c.kind.in_(_ONE_AT_A_TIME),
        )
        .exists()
    )
    return and_(
        job.c.state == JobState.QUEUED,
        job.c.not_before <= now,
        job.c.kind.in_(kinds),
        or_(job.c.kind.not_in(_ONE_AT_A_TIME), ~disturbed),
    )


def _is_this_attempt(taken: Job) -> ColumnElement[bool]:
    return and_(job.c.id == taken.id, job.c.attempt == taken.attempt, job.c.state == JobState.RUNNING)


def _job(row: Mapping[Any, Any]) -> Job:
    return Job(**dict(row) | {"kind": JobKind(row["kind"]), "state": JobState(row["state"])})
