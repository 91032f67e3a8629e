"""The people who label."""

from datetime import datetime

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from lamm_core.storage.tables import annotator


def find_annotator(connection: Connection, name: str) -> int | None:
    """Id of the annotator of that name."""
    return connection.execute(select(annotator.c.id).where(annotator.c.name == name)).scalar_one_or_none()


def ensure_annotator(connection: Connection, name: str, now: datetime) -> int:
    """Id of the annotator of that name, who is added if new."""
    found = find_annotator(connection, name)
    if found is not None:
        return found
    try:
        with connection.begin_nested():
            new = insert(annotator).values(name=name, created_at=now).returning(annotator.c.id)
            return int(connection.execute(new).scalar_one())
    except IntegrityError:  # another process added the same name in this moment
        return int(connection.execute(select(annotator.c.id).where(annotator.c.name == name)).scalar_one())


def list_annotators(connection: Connection) -> dict[int, str]:
    """Annotator id to name."""
    return {row.id: row.name for row in connection.execute(select(annotator.c.id, annotator.c.name))}
