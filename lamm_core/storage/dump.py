"""All rows of a database as lines of JSON, and back: the same lines from SQLite and from PostgreSQL.

Tables are taken as the database has them, not as this version of the program would make them, so that rows of an older
schema can be put back into tables of that schema and be migrated from there.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import DDL, JSON, Connection, DateTime, LargeBinary, MetaData, Table, event, func, insert, select, text

from lamm_core.storage import tables, team_tables  # noqa: F401 - importing them fills the metadata
from lamm_core.storage.columns import UtcDateTime, metadata

# Whoever is signed in, or holds a link, does so here and now, and a worker is a process of this moment.
LEFT_OUT = frozenset({"user_session", "one_time_token", "failed_sign_in", "worker"})
# What an installation remembers of itself before anybody has put data into it.
_NO_DATA = frozenset({"installation"})
_DROP_FUNCTIONS = (text("DROP FUNCTION IF EXISTS audit_event_is_append_only()"),)
_LOCK = DDL("LOCK TABLE %(fullname)s IN EXCLUSIVE MODE")  # type: ignore[no-untyped-call]
_ROWS = 1_000


def stored_tables(connection: Connection) -> list[Table]:
    """The tables of a backup, as they are in the database now, each after those that its rows refer to."""
    found = MetaData()
    event.listen(found, "column_reflect", _use_own_types)
    found.reflect(connection, only=lambda name, _: name in metadata.tables and name not in LEFT_OUT)
    return [each for each in found.sorted_tables if each.name not in LEFT_OUT]


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """Each row as one line of JSON, in the order of the primary key.

    Moments are in ISO 8601, bytes in base64, everything else is as JSON has it.
    """
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_ROWS)
    for row in connection.execute(query).mappings():
        yield json.dumps({name: _plain(value) for name, value in row.items()}, separators=(",", ":")).encode() + b"\n"


def load(connection: Connection, table: Table, lines: Iterable[bytes]) -> int:
    """Add a row for each line; returns how many.

    Raises:
        ValueError: a line is no JSON, or not of the columns of the table.
        sqlalchemy.exc.IntegrityError, sqlalchemy.exc.DataError: a row does not fit those that are there, or its column.
    """
    parse = _parser(table)
    rows = map(parse, lines)
    count = 0
    while batch := list(islice(rows, _ROWS)):
        connection.execute(insert(table), batch)
        count += len(batch)
    return count


def holds_data(connection: Connection) -> bool:
    """Whether anybody has put something into the database."""
    return any(
        connection.execute(select(table.c[table.primary_key.columns.keys()[0]]).limit(1)).first() is not None
        for table in stored_tables(connection)
        if table.name not in _NO_DATA
    )


def keep_writers_out(connection: Connection) -> None:
    """Nobody else writes until this transaction ends; readers go on. On SQLite that is so in every writing one."""
    if connection.dialect.name == "sqlite":
        return
    for each in metadata.sorted_tables:
        connection.execute(_LOCK.against(each))


def drop_tables(connection: Connection) -> None:
    """Take all tables away, with all that is in them, as if the database were new."""
    metadata.drop_all(connection)
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    if connection.dialect.name != "sqlite":
        for statement in _DROP_FUNCTIONS:
            connection.execute(statement)


def continue_ids(connection: Connection, loaded: Iterable[Table]) -> None:
    """Let new rows get ids after those that were loaded; SQLite does so by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table in loaded:
        if "id" not in table.c:
            continue
        name = connection.dialect.identifier_preparer.format_table(table)
        highest = connection.execute(select(func.max(table.c.id))).scalar_one()
        if highest is not None:
            connection.execute(select(func.setval(func.pg_get_serial_sequence(name, "id"), highest)))


def _use_own_types(_inspector: Any, _table: Any, column: Any) -> None:
    if isinstance(column["type"], DateTime):
        column["type"] = UtcDateTime()
    elif isinstance(column["type"], JSON):
        # A null of JSON and one of the database are both read as nothing; where there may be none, it is JSON's.
        column["type"] = JSON(none_as_null=bool(column["nullable"]))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _parser(table: Table) -> Callable[[bytes], dict[str, Any]]:
    names = set(table.c.keys())
    readers: dict[str, Callable[[str], Any]] = {
        each.name: datetime.fromisoformat if isinstance(each.type, UtcDateTime) else base64.b64decode
        for each in table.columns
        if isinstance(each.type, UtcDateTime | LargeBinary)
    }

    def parse(line: bytes) -> dict[str, Any]:
        row = json.loads(line)
        if not isinstance(row, dict) or row.keys() != names:
            raise ValueError(f"a row of {table.name} has other columns")
        for name, read in readers.items():
            if row[name] is not None:
                row[name] = read(row[name])
        return row

    return parse
