"""One engine for SQLite and PostgreSQL, with transactions that say whether they write."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, DataError, DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from lamm_core.errors import StorageUnavailable
from lamm_core.words import translate as _

# A writer waits this long for the one before it; longer than any transaction of ours takes on a slow disk.
_BUSY_SECONDS = 30
_RETRY_SECONDS = 0.02
_READS = "lamm_reads"


class Database:
    """Connections to one database.

    Args:
        url: SQLAlchemy URL, `sqlite:///…` or `postgresql+psycopg://…`.

    Raises:
        StorageUnavailable: the URL cannot be understood, or the folder of an SQLite file cannot be made.
    """

    def __init__(self, url: str) -> None:
        self.engine = _create_engine(url)
        # SQLite's own waiting is a sleep that grows to a tenth of a second. Writers of this process wait here instead,
        # and go on in the moment in which the one before them is done.
        self._turn = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite, which has one writer at a time and no row locks."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent picture, and no waiting for writers."""
        with self._transaction(reads=True) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes; committed when the block ends, rolled back when it raises."""
        with self._writer_by_writer(), self._transaction(reads=False) as connection:
            yield connection

    def connections(self) -> dict[str, int]:
        """How many connections of this process are in use, and how many wait to be used."""
        pool = self.engine.pool
        if not isinstance(pool, QueuePool):  # of a database in the memory
            return {}
        return {"in use": pool.checkedout(), "idle": pool.checkedin()}

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()

    @contextmanager
    def _writer_by_writer(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=_BUSY_SECONDS):
            raise StorageUnavailable(_("The database did not answer: it is locked by another writer."))
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _transaction(self, *, reads: bool) -> Iterator[Connection]:
        options: dict[str, Any] = {_READS: reads}
        if reads and not self.is_sqlite:
            # Otherwise every statement would see another moment; SQLite keeps to one by itself.
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        try:
            with self.engine.connect().execution_options(**options) as connection, connection.begin():
                yield connection
        except PoolTimeoutError as error:
            raise StorageUnavailable(_("The database did not answer: all connections are in use.")) from error
        except DBAPIError as error:
            if _is_unavailable(error):
                raise StorageUnavailable(_("The database did not answer: {reason}.", reason=_reason(error))) from error
            raise


def _create_engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        _check_hosts(parsed)
        options: dict[str, Any] = {"pool_pre_ping": True} if parsed.get_backend_name() != "sqlite" else {}
        if parsed.get_backend_name() == "sqlite":
            if parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {"timeout": _BUSY_SECONDS, "check_same_thread": False}
        # What people wrote stands in the values; no log and no error may quote them.
        engine = create_engine(parsed, hide_parameters=True, **options)
    except StorageUnavailable:
        raise
    except OSError as error:
        raise StorageUnavailable(_("The data folder cannot be made: {error}.", error=error)) from error
    except Exception as error:  # noqa: BLE001 - a bad URL fails in many ways
        # The URL may hold a password, and errors quote parts of it: they are shown neither here nor in a traceback.
        raise StorageUnavailable(_("The database URL cannot be used ({kind}).", kind=type(error).__name__)) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite_connection)
        event.listen(engine, "begin", _begin_sqlite_transaction)
    return engine


def _check_hosts(url: URL) -> None:
    """Refuse a password that was cut in two: its rest would count as the host, and errors name the host."""
    if url.get_backend_name() != "sqlite" and "@" in f"{url.host}{url.database}":
        raise StorageUnavailable(
            _("A name or a password in the database URL holds an @ or a /; it must be percent-encoded there.")
        )


def _prepare_sqlite_connection(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling begins too late to be safe, so it is switched off; see `begin` below.
    connection.isolation_level = None
    cursor = connection.cursor()
    _use_write_ahead_log(cursor)
    # FULL: a label that was acknowledged survives a power cut, not only a crash of the program.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _use_write_ahead_log(cursor: Any) -> None:
    # SQLite refuses this change at once while another process is at work, instead of waiting for the busy time. It is
    # kept in the file, so that only the first processes of a new database meet each other here.
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _begin_sqlite_transaction(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once: a transaction that read first and then wrote could otherwise fail
    # half-way, because another one wrote in between.
    reads = connection.get_execution_options().get(_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _is_unavailable(error: DBAPIError) -> bool:
    if isinstance(error, ProgrammingError) and error.statement is None:  # in vain before there was a connection
        return True
    # These speak of the data, and their messages quote it: a project named "full" is no full disk.
    if isinstance(error, IntegrityError | DataError | ProgrammingError):
        return False
    if error.connection_invalidated or (isinstance(error, OperationalError) and "sqlite" not in _driver(error)):
        return True
    words = ("locked", "unable to open", "readonly", "disk", "full", "malformed", "not a database")
    return isinstance(error, DatabaseError) and any(word in str(error.orig).lower() for word in words)


def _driver(error: DBAPIError) -> str:
    return type(error.orig).__module__


def _reason(error: DBAPIError) -> str:
    return (str(error.orig).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
