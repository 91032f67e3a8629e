"""How much there is of what comes and goes: counted over all projects, from indexes or from small tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select

from lamm_core.storage.queue_conditions import is_held
from lamm_core.storage.tables import batch_item, round_
from lamm_core.storage.team_tables import job, worker

# A worker tells every few seconds that it is there.
_WORKER_SILENT = timedelta(seconds=60)
STEPS = ("embed", "fit", "select", "queue")


@dataclass(frozen=True)
class Gauges:
    """Counts of one moment.

    Attributes:
        open_leases: items that annotators hold.
        rounds: state to how many rounds are in it.
        round_seconds: step of a round to the seconds that all rounds together took for it.
        jobs: state to how many jobs are in it.
        workers: how many workers were heard of in the last minute.
    """

    open_leases: int
    rounds: Mapping[str, int]
    round_seconds: Mapping[str, float]
    jobs: Mapping[str, int]
    workers: int


def read_gauges(connection: Connection, now: datetime) -> Gauges:
    """Count what is there."""
    # An entry that was labelled keeps no annotator, so this reads no more than the leases.
    leases = select(func.count()).select_from(batch_item).where(is_held(), batch_item.c.closed_at.is_(None))
    alive = select(func.count()).select_from(worker).where(worker.c.heartbeat_at > now - _WORKER_SILENT)
    seconds = select(*(func.coalesce(func.sum(round_.c[f"seconds_{step}"]), 0.0) for step in STEPS))
    return Gauges(
        open_leases=int(connection.execute(leases, {"now": now}).scalar_one()),
        rounds=_counts(connection, select(round_.c.state, func.count()).group_by(round_.c.state)),
        round_seconds=dict(zip(STEPS, map(float, connection.execute(seconds).one()), strict=True)),
        jobs=_counts(connection, select(job.c.state, func.count()).group_by(job.c.state)),
        workers=int(connection.execute(alive).scalar_one()),
    )


def _counts(connection: Connection, query: Select[Any]) -> dict[str, int]:
    return {str(row[0]): int(row[1]) for row in connection.execute(query)}
