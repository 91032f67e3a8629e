"""The database: what a reader sees, what an error becomes, and how moments are kept."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from lamm_core.errors import InvalidInput, StorageUnavailable
from lamm_core.settings import load_settings
from lamm_core.storage.annotators import ensure_annotator, list_annotators
from lamm_core.storage.database import Database
from lamm_core.storage.tables import annotator
from lamm_core.workflow.workspace import Workspace, open_workspace, utc_now

MOMENT = datetime(2026, 3, 29, 1, 30, 15, 123456, tzinfo=UTC)


def add(database: Database, name: str, created_at: datetime = MOMENT) -> None:
    with database.write() as connection:
        connection.execute(insert(annotator).values(name=name, created_at=created_at))


def names(database: Database) -> set[str]:
    with database.read() as connection:
        return set(list_annotators(connection).values())


def test_a_reader_sees_one_moment_however_long_it_reads(workspace: Workspace) -> None:
    add(workspace.database, "Ana")
    with workspace.database.read() as connection:
        before = list_annotators(connection)
        add(workspace.database, "Ben")
        assert list_annotators(connection) == before
    assert names(workspace.database) == {"Ana", "Ben"}


@pytest.fixture
def held_new_database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another process in the middle of a transaction, in a database that keeps no write-ahead log yet."""
    other = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def test_a_new_database_that_another_process_holds_is_waited_for(
    held_new_database: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            held_new_database.execute("COMMIT")

    monkeypatch.setattr("lamm_core.storage.database.time.sleep", wait)
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    with database.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    assert len(waits) == 3
    database.close()


@pytest.mark.usefixtures("held_new_database")
def test_a_new_database_that_stays_held_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lamm_core.storage.database._BUSY_SECONDS", 0.1)
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    with pytest.raises(StorageUnavailable, match="locked"), database.read():
        pass
    database.close()


def test_a_write_that_raises_leaves_nothing(workspace: Workspace) -> None:
    def write_and_raise() -> None:
        with workspace.database.write() as connection:
            connection.execute(insert(annotator).values(name="Ana", created_at=MOMENT))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_raise()
    assert names(workspace.database) == set()


def test_writing_works_after_reading_over_the_same_pooled_connection(workspace: Workspace) -> None:
    for number in range(3):
        names(workspace.database)
        add(workspace.database, str(number))
    assert len(names(workspace.database)) == 3


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))])
def test_a_moment_comes_back_as_the_same_moment_in_utc(workspace: Workspace, zone: timezone) -> None:
    add(workspace.database, "Ana", MOMENT.astimezone(zone))
    with workspace.database.read() as connection:
        if not workspace.database.is_sqlite:
            connection.execute(text("SET LOCAL TIME ZONE 'Asia/Kathmandu'"))
        found = connection.execute(select(annotator.c.created_at)).scalar_one()
    assert found == MOMENT
    assert found.utcoffset() == timedelta(0)


def test_a_moment_without_a_time_zone_is_refused(workspace: Workspace) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        add(workspace.database, "Ana", MOMENT.replace(tzinfo=None))


def test_a_name_that_sounds_like_trouble_is_not_mistaken_for_it(workspace: Workspace) -> None:
    """The message of a unique violation quotes the data; the error stays what it is."""
    add(workspace.database, "disk full, connection locked")
    with pytest.raises(IntegrityError):
        add(workspace.database, "disk full, connection locked")


def test_an_annotator_is_added_once(workspace: Workspace) -> None:
    with workspace.database.write() as connection:
        first = ensure_annotator(connection, "Ana", utc_now())
        assert ensure_annotator(connection, "Ana", utc_now()) == first
    assert names(workspace.database) == {"Ana"}


@pytest.mark.parametrize(
    "url",
    [
        "no url at all",
        "mysql+nothing://ana:secret@host/db",
        "postgresql+psycopg://ana:secret@host:notaport/db",
        "postgresql+psycopg://ana:secret@127.0.0.1:1/db",
    ],
)
def test_a_database_that_cannot_be_reached_gives_one_sentence_without_the_password(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMM_DATABASE_URL", url)
    with pytest.raises(StorageUnavailable) as caught:
        open_workspace(tmp_path)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in repr(load_settings(tmp_path))


def test_a_file_that_is_no_database_gives_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "lamm.db").write_bytes(b"these are my notes, not a database\n" * 100)
    with pytest.raises(StorageUnavailable, match="not a database"):
        open_workspace(tmp_path)


def test_a_home_that_is_a_file_gives_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StorageUnavailable, match="cannot be made"):
        open_workspace(tmp_path / "home")
    with pytest.raises(StorageUnavailable, match="cannot be made"):
        open_workspace(tmp_path / "home" / "below")


@pytest.mark.parametrize("prefix", ["postgres://", "postgresql://"])
def test_the_url_of_a_hosting_service_works_as_it_is(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMM_DATABASE_URL", prefix + "ana@host/db")
    assert load_settings(Path("/somewhere")).database_url == "postgresql+psycopg://ana@host/db"


def test_a_subprocess_gets_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LAMM_EMBEDDING_PRECISION", "half")
    first = load_settings(tmp_path)
    assert first.embedding_precision == "half"
    for name, value in first.environment().items():
        monkeypatch.setenv(name, value)
    second = load_settings()
    assert second == first


@pytest.mark.parametrize("given", ["0", "-1", "two", "1.5", "99999"])
def test_a_number_of_processes_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("LAMM_EMBEDDING_WORKERS", given)
    with pytest.raises(InvalidInput, match=f"LAMM_EMBEDDING_WORKERS is '{given}'; it must be a number from 1 to"):
        load_settings()


def test_a_number_of_processes_reaches_the_processes_of_rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMM_EMBEDDING_WORKERS", "3")
    assert load_settings(tmp_path).environment()["LAMM_EMBEDDING_WORKERS"] == "3"
    assert load_settings(tmp_path).embedding_workers == 3
    monkeypatch.delenv("LAMM_EMBEDDING_WORKERS")
    assert load_settings(tmp_path).embedding_workers is None


def test_a_precision_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LAMM_EMBEDDING_PRECISION", "quarter")
    with pytest.raises(InvalidInput, match="'quarter'; choose one of: single, half"):
        load_settings(tmp_path)
