"""Workers that have registered to take jobs."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from lamm_core.job import JobKind, WorkerRecord
from lamm_core.storage.team_tables import worker


def register(
    connection: Connection, name: str, kinds: Sequence[JobKind], host: str, process_id: int, now: datetime
) -> None:
    """Enter a worker; one of the same name, which a new process cannot share with a living one, gives way to it."""
    remove(connection, [name])
    connection.execute(
        insert(worker).values(
            name=name, kinds=list(kinds), host=host, process_id=process_id, started_at=now, heartbeat_at=now
        )
    )


def beat(connection: Connection, name: str, now: datetime) -> bool:
    """Say that a worker is alive; False if it is not registered any more."""
    return connection.execute(update(worker).where(worker.c.name == name).values(heartbeat_at=now)).rowcount == 1


def remove(connection: Connection, names: Collection[str]) -> None:
    """Take workers out, which have ended."""
    connection.execute(delete(worker).where(worker.c.name.in_(names)))


def list_workers(connection: Connection) -> list[WorkerRecord]:
    """All that have registered, in the order in which they came."""
    return [
        WorkerRecord(
            name=row["name"],
            kinds=tuple(JobKind(each) for each in row["kinds"]),
            host=row["host"],
            process_id=row["process_id"],
            started_at=row["started_at"],
            heartbeat_at=row["heartbeat_at"],
        )
        for row in connection.execute(select(worker).order_by(worker.c.id)).mappings()
    ]
