"""Many rows into a table at once, without what SQLAlchemy does for each: that takes longer than the database."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ClauseElement, Connection, Executable, Table, insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from lamm_core.storage.columns import UtcDateTime

Row = Sequence[Any]
_Each = TypeVar("_Each")
# SQLite takes at most 32,766 bound values in one statement.
_CHUNK = 2_000


def chunks(values: Sequence[_Each]) -> Iterator[Sequence[_Each]]:
    """The values in stretches that one statement can take."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def insert_rows(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Row]) -> None:
    """Append rows, as part of the connection's transaction.

    Values go to the driver as they are: texts, numbers, bytes, and moments as `stored_moment` makes them.

    Args:
        names: the columns that the rows have; the others are left to the database.
    """
    if connection.dialect.name == "postgresql":
        _copy(connection, table, names, rows)
    else:
        statement = str(insert(table).compile(dialect=connection.dialect, column_keys=list(names)))
        if values := [tuple(row) for row in rows]:
            connection.exec_driver_sql(statement, values)


def refresh_statistics(connection: Connection, *tables: Table) -> None:
    """Let PostgreSQL look at tables that have grown in this transaction.

    Until then it plans for the few rows that it knows of, and reads millions from end to end for each lookup.
    """
    if connection.dialect.name == "postgresql":
        for table in tables:
            connection.execute(_Analyze(table))


class _Analyze(Executable, ClauseElement):
    """ANALYZE, which SQLAlchemy has no word for."""

    inherit_cache = False

    def __init__(self, table: Table) -> None:
        self.table = table


@compiles(_Analyze)
def _compile_analyze(element: _Analyze, compiler: SQLCompiler, **_more: Any) -> str:
    return f"ANALYZE {compiler.preparer.format_table(element.table)}"


def stored_moment(connection: Connection, moment: datetime) -> Any:
    """A moment as the driver takes it."""
    process = UtcDateTime().dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return moment if process is None else process(moment)


def _copy(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Row]) -> None:
    """By COPY, which is several times as fast as INSERT."""
    from psycopg import sql  # here: whoever has SQLite does not need it

    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
