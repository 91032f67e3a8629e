"""Files that a watched folder brought into a project, by their content."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from lamm_core.records import WatchedFile
from lamm_core.storage.team_tables import watched_file

_OF_RECORD = ("name", "read_at", "rows", "added", "labelled", "rejected", "error")


@dataclass(frozen=True, slots=True)
class Content:
    """A file with a certain content.

    Attributes:
        name: its name in its folder.
        digest: SHA-256 of the content.
        size: in bytes.
        modified_ns: when it was last written to, in nanoseconds.
    """

    name: str
    digest: bytes
    size: int
    modified_ns: int


def note(
    connection: Connection,
    project_id: int,
    content: Content,
    now: datetime,
    *,
    rows: int,
    added: int,
    labelled: int,
    rejected: int,
    error: str | None = None,
) -> None:
    """Remember what came of a file; once it was imported, what came of it stays.

    To be called within a transaction that has locked the project.
    """
    columns = watched_file.c
    is_it = (columns.project_id == project_id, columns.name == content.name, columns.digest == content.digest)
    stamp = {"size": content.size, "modified_ns": content.modified_ns}
    outcome = {"rows": rows, "added": added, "labelled": labelled, "rejected": rejected, "error": error}
    before = connection.execute(select(columns.id, columns.error).where(*is_it)).one_or_none()
    if before is None:
        key = {"project_id": project_id, "name": content.name, "digest": content.digest}
        connection.execute(insert(watched_file).values(**key, **stamp, **outcome, read_at=now))
    elif before.error is None:
        connection.execute(update(watched_file).where(columns.id == before.id).values(**stamp))
    else:
        changed = update(watched_file).where(columns.id == before.id)
        connection.execute(changed.values(**stamp, **outcome, read_at=now))


def find_imported(connection: Connection, project_id: int, digest: bytes) -> WatchedFile | None:
    """The first file with this content that was imported."""
    query = _records(project_id).where(watched_file.c.digest == digest, watched_file.c.error.is_(None))
    row = connection.execute(query.order_by(watched_file.c.id).limit(1)).mappings().one_or_none()
    return None if row is None else WatchedFile(**row)


def imported_stamps(connection: Connection, project_id: int) -> set[tuple[str, int, int]]:
    """Name, size and time of change of each file that was imported."""
    columns = watched_file.c
    query = select(columns.name, columns.size, columns.modified_ns)
    rows = connection.execute(query.where(columns.project_id == project_id, columns.error.is_(None)))
    return {(row.name, row.size, row.modified_ns) for row in rows}


def newest(connection: Connection, project_id: int, most: int) -> list[WatchedFile]:
    """The files that were read last, newest first."""
    query = _records(project_id).order_by(watched_file.c.read_at.desc(), watched_file.c.id.desc()).limit(most)
    return [WatchedFile(**row) for row in connection.execute(query).mappings()]


def _records(project_id: int) -> Select[Any]:
    return select(*(watched_file.c[name] for name in _OF_RECORD)).where(watched_file.c.project_id == project_id)
