"""The people who label."""

from datetime import datetime

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from lamm_core.storage.tables import annotator


def ensure_annotator(connection: Connection, name: str, now: datetime) -> int:
    """Id of the annotator of that name, who is added if new."""
    query = select(annotator.c.id).where(annotator.c.name == name)
    found = connection.execute(query).scalar_one_or_none()
    if found is not None:
        return int(found)
    try:
        with connection.begin_nested():
            new = insert(annotator).values(name=name, created_at=now).returning(annotator.c.id)
            return int(connection.execute(new).scalar_one())
    except IntegrityError:  # another process added the same name in this moment
        return int(connection.execute(query).scalar_one())


def list_annotators(connection: Connection) -> dict[int, str]:
    """Annotator id to name."""
    return {row.id: row.name for row in connection.execute(select(annotator.c.id, annotator.c.name))}
