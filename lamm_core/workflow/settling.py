"""What becomes of a job that a worker took: done, failed, cancelled, or back into the line."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from lamm_core.errors import (
    ComparisonCancelled,
    ComparisonRunning,
    JobCancelled,
    JobLost,
    LammError,
    RoundRunning,
    RoundSuperseded,
    StorageUnavailable,
    TranslationRunning,
)
from lamm_core.job import Job, JobState
from lamm_core.storage import jobs
from lamm_core.storage.database import Database
from lamm_core.words import marked
from lamm_core.workflow.fault import FAULT
from lamm_core.workflow.running import SILENCE, is_alive
from lamm_core.workflow.workspace import utc_now

DIED = marked("The worker that did it ended without a word.")
# Somebody else does the same work at this moment, by a command for instance.
_ELSEWHERE = (RoundRunning, RoundSuperseded, ComparisonRunning, TranslationRunning)
_UNTIL_ELSEWHERE_ENDS = timedelta(seconds=10)


@dataclass(frozen=True)
class Rules:
    """How patient the line of jobs is.

    Attributes:
        silence: after which a job is dead whose process cannot be looked at from here.
        pauses: before the second attempt, the third, and so on; after the last of them a job has failed.
    """

    silence: timedelta = SILENCE
    pauses: tuple[timedelta, ...] = (timedelta(seconds=10), timedelta(minutes=1))


def settle(connection: Connection, job: Job, error: BaseException | None, rules: Rules) -> None:
    """Store how the work of a job ended; where it was interrupted, that is left to its worker.

    What is expected fails at once, since it would fail again: labels are too few, a translator refuses. A database that
    does not answer, or a fault of the program, gets further attempts.

    Args:
        error: what ended the work; None where it is done.
    """
    match error:
        case None:
            jobs.close(connection, job, JobState.DONE, None, utc_now())
        case JobLost() | KeyboardInterrupt():
            return
        case JobCancelled() | ComparisonCancelled():
            jobs.close(connection, job, JobState.CANCELLED, None, utc_now())
        case _ if isinstance(error, _ELSEWHERE):
            hand_back(connection, job, _UNTIL_ELSEWHERE_ENDS)
        case StorageUnavailable():
            fail_attempt(connection, job, str(error), rules)
        case LammError():
            jobs.close(connection, job, JobState.FAILED, str(error), utc_now())
        case _:
            fail_attempt(connection, job, FAULT.format(kind=type(error).__name__, reason=error), rules)


def fail_attempt(connection: Connection, job: Job, reason: str, rules: Rules) -> None:
    """Let a job wait for its next attempt, or fail after the last; nothing where it has ended in the meantime."""

    def end(now: datetime) -> None:
        if job.failures < len(rules.pauses):
            jobs.put_back(connection, job, now + rules.pauses[job.failures], job.failures + 1, reason)
        else:
            jobs.close(connection, job, JobState.FAILED, reason, now)

    _unless_cancelled(connection, job, end)


def hand_back(connection: Connection, job: Job, pause: timedelta = timedelta(0)) -> None:
    """Put a job back into the line, as if nobody had taken it; nothing where it has ended in the meantime."""
    _unless_cancelled(connection, job, lambda now: jobs.put_back(connection, job, now + pause, job.failures, job.error))


def end_dead_jobs(database: Database, rules: Rules, but: int | None = None) -> None:
    """Let every running job whose process is gone wait for its next attempt, or fail.

    Args:
        but: id of the job that the caller has, and settles by itself.
    """
    with database.read() as connection:
        running = [each for each in jobs.list_running(connection) if each.id != but]
    dead = [each for each in running if not is_alive(each, rules.silence)]
    if not dead:
        return
    with database.write() as connection:
        for each in dead:
            # Looked at again under lock, since it may have beaten or ended meanwhile.
            now = jobs.find(connection, each.id, lock=True)
            if now is not None and now.state is JobState.RUNNING and not is_alive(now, rules.silence):
                fail_attempt(connection, now, DIED, rules)


def _unless_cancelled(connection: Connection, job: Job, end: Callable[[datetime], object]) -> None:
    now = jobs.find(connection, job.id, lock=True)
    if now is not None and now.cancel_asked_at is not None:
        jobs.close(connection, job, JobState.CANCELLED, None, utc_now())
    else:
        end(utc_now())
