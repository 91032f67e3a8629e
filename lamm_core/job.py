"""Work that waits for a worker, and the workers that do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobKind(StrEnum):
    """What is to be done."""

    ROUND = "round"
    EMBED = "embed"
    BACKTEST = "backtest"
    TRANSLATE = "translate"


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self in {JobState.QUEUED, JobState.RUNNING}


@dataclass(frozen=True)
class Job:
    """One job as stored; times in UTC.

    Attributes:
        subject_id: the round or the comparison that it began, once it has begun one.
        arguments: what more there is to know to do it, as JSON has it.
        asked_by: name of whoever wanted it.
        attempt: grows by one each time that a worker takes it, so that a worker it was taken from is recognised.
        failures: attempts that ended without finishing; those that were handed back do not count.
        not_before: no worker takes it earlier.
        heartbeat_at: when its process last said that it is alive.
        cancel_asked_at: when somebody asked to cancel it while it was running.
        worker: name of the worker that has it.
        host, process_id: who works on it.
        stage: what is being done.
        progress: how much of it is done, 0 to 1.
        error: why it failed, or why its last attempt did; one sentence.
    """

    id: int
    project_id: int
    kind: JobKind
    subject_id: int | None
    arguments: Mapping[str, Any]
    state: JobState
    asked_by: str
    attempt: int
    failures: int
    created_at: datetime
    not_before: datetime
    started_at: datetime | None
    heartbeat_at: datetime
    finished_at: datetime | None
    cancel_asked_at: datetime | None
    worker: str | None
    host: str | None
    process_id: int | None
    stage: str
    progress: float
    error: str | None


@dataclass(frozen=True)
class WorkerRecord:
    """A worker that has registered; times in UTC.

    Attributes:
        name: its host and its process.
        kinds: the jobs that it takes.
        heartbeat_at: when it last said that it is alive.
    """

    name: str
    kinds: tuple[JobKind, ...]
    host: str
    process_id: int
    started_at: datetime
    heartbeat_at: datetime
