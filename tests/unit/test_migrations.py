"""The migrations make exactly the tables that the program uses, whoever comes first."""

from collections.abc import Callable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from support import workers

from lamm_core.errors import StorageUnavailable
from lamm_core.settings import DATABASE_VARIABLE, Settings
from lamm_core.storage.database import Database
from lamm_core.storage.migrate import migrate
from lamm_core.storage.tables import metadata
from lamm_core.workflow.workspace import open_workspace


@pytest.fixture
def database(empty_settings: Settings) -> Any:
    opened = Database(empty_settings.database_url)
    yield opened
    opened.close()


def differences(database: Database) -> list[Any]:
    with database.read() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


def test_the_migrations_make_the_tables_of_the_program(database: Database) -> None:
    assert differences(database)
    migrate(database)
    assert differences(database) == []


def test_indexes_that_keep_two_rounds_apart_are_made(database: Database) -> None:
    migrate(database)
    with database.read() as connection:
        unique = {index["name"] for index in inspect(connection).get_indexes("round") if index["unique"]}
    assert "uq_round_running" in unique


def test_migrating_again_changes_nothing(database: Database) -> None:
    migrate(database)
    with database.write() as connection:
        connection.execute(text("INSERT INTO annotator (name, created_at) VALUES ('Ana', '2026-01-01 00:00:00')"))
    migrate(database)
    with database.read() as connection:
        assert connection.execute(text("SELECT name FROM annotator")).scalars().all() == ["Ana"]


def test_several_processes_may_migrate_a_fresh_database_at_once(
    empty_settings: Settings, together: Callable[..., list[Any]], database: Database
) -> None:
    together(workers.migrate_together, [(empty_settings,)] * workers.WORKERS)
    assert differences(database) == []


def test_a_database_of_a_newer_version_is_refused(
    empty_settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(database)
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    monkeypatch.setenv(DATABASE_VARIABLE, empty_settings.database_url)
    with pytest.raises(StorageUnavailable, match=r"'9999'.*newer version"):
        open_workspace(empty_settings.home)


def test_a_migration_that_fails_leaves_nothing_behind(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the migration off at its last step; the next start must begin from an empty database."""
    from alembic import op

    def break_down(*arguments: Any, **values: Any) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_index", break_down)
        with pytest.raises(RuntimeError):
            migrate(database)
    with database.read() as connection:
        assert "project" not in inspect(connection).get_table_names()
    migrate(database)
    assert differences(database) == []
