"""The migrations make exactly the tables that the program uses, whoever comes first."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, select, text
from sqlalchemy.exc import IntegrityError
from support import workers

from lamm_core.errors import StorageUnavailable
from lamm_core.records import ItemState, Metric, ProjectSettings, Purpose, RoundLanguage
from lamm_core.settings import DATABASE_VARIABLE, Settings
from lamm_core.storage import projects, rounds
from lamm_core.storage.columns import metadata
from lamm_core.storage.database import Database
from lamm_core.storage.migrate import migrate, migration_config
from lamm_core.storage.tables import batch_item, label
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


_THEN = datetime(2026, 11, 22, 12, tzinfo=UTC)
_FIRST_SETTINGS: dict[str, Any] = {
    "guidelines": "Look twice.",
    "budget": 33,
    "strategy": "lamm+margin",
    "uncertainty": "margin",
    "encoder": "builtin:e5-small",
    "preparation": "plain",
    "seed": 5,
    "lease_minutes": 7,
    "automatic_rounds": False,
    "translator": "",
    "translation_weight": 0.25,
    "use_translations": False,
}


def _first_tables(database: Database) -> None:
    """What the first version of the program made."""
    config = migration_config()
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")


def _fill_first_tables(connection: Connection) -> None:
    """A project with two classes, two items, and a round that measured one language, as the first version had them."""
    first = MetaData()
    first.reflect(connection)
    values = {"project_id": 1, "id": 1}
    rows: dict[str, list[dict[str, Any]]] = {
        "project": [{"id": 1, "name": "old", "created_at": _THEN, **_FIRST_SETTINGS}],
        "project_class": [values | {"id": 1 + n, "position": n, "name": name} for n, name in enumerate(("pen", "ink"))],
        "project_language": [values | {"position": 0, "language": "en", "target": 0.85}],
        "round": [
            values
            | {"number": 1, "attempt": 1, "state": "done", "stage": "done", "progress": 1.0, "labels": 12}
            | {"heartbeat_at": _THEN, "started_at": _THEN, "finished_at": _THEN}
        ],
        "item": [
            values
            | {"id": 1 + n, "external_id": f"row {n}", "language": "en", "text": f"A pen, {n}", "text_key": bytes(16)}
            | {"purpose": purpose, "state": ItemState.LABELLED.value, "class_id": 1, "created_at": _THEN}
            for n, purpose in enumerate((Purpose.POOL.value, Purpose.CHECK.value))
        ],
        "round_language": [
            {"id": 1, "round_id": 1, "language": "en", "target": 0.85, "correct": 40, "checked": 50}
            | {"weight": 1.0, "quota": 20, "pool": 100, "labels": 12}
        ],
    }
    for table, values_of_table in rows.items():
        connection.execute(first.tables[table].insert(), values_of_table)


def test_a_database_of_the_first_version_is_upgraded_with_its_data(database: Database) -> None:
    _first_tables(database)
    with database.write() as connection:
        _fill_first_tables(connection)
        before = {name: _rows(connection, name) for name in ("project", "item", "round_language", "round")}
    assert differences(database)
    migrate(database)
    assert differences(database) == []
    with database.read() as connection:
        for name, rows in before.items():
            after = _rows(connection, name)
            assert [{column: row[column] for column in rows[0]} for row in after] == rows
        assert [row["check_order"] for row in _rows(connection, "item")] == [None, None]
        assert [row["twin_id"] for row in _rows(connection, "item")] == [None, None]


def test_an_upgraded_project_has_the_settings_of_new_ones_and_can_be_changed(database: Database) -> None:
    _first_tables(database)
    with database.write() as connection:
        _fill_first_tables(connection)
    migrate(database)
    with database.read() as connection:
        found = projects.find_project(connection, "old")
        measured = rounds.list_languages(connection, 1, Metric.ACCURACY)
    assert found is not None
    # Whatever the first version did not know is as in a new project; but no check set is drawn from what training left.
    expected = ProjectSettings(classes=("pen", "ink"), targets={"en": 0.85}, check_part=0.0, **_FIRST_SETTINGS)
    assert found.settings == expected
    assert found.created_at == _THEN
    assert measured[1] == [RoundLanguage("en", 0.85, 40, 50, 1.0, 20, 100, 12)]
    changed = ProjectSettings(**(vars(found.settings) | {"class_targets": {("en", "ink"): 0.7}, "metric": "macro-f1"}))
    with database.write() as connection:
        projects.update_project(connection, found, changed, _THEN)
    with database.read() as connection:
        again = projects.find_project(connection, "old")
    assert again is not None
    assert again.settings == changed


def _fill_queue_and_labels(connection: Connection) -> None:
    """What the second version had of a batch: one item labelled and closed, one held, and the history of both."""
    second = MetaData()
    second.reflect(connection)
    labelled = {"project_id": 1, "revision": 1, "source": "human", "class_id": 1, "created_at": _THEN}
    queued = {"project_id": 1, "round_id": 1, "language": "en", "score": 0.5}
    connection.execute(second.tables["annotator"].insert(), [{"id": 7, "name": "Ana", "created_at": _THEN}])
    connection.execute(
        second.tables["label"].insert(),
        [
            labelled | {"id": 3, "item_id": 1, "annotator_id": 7, "action": "label", "seconds": 2.5},
            labelled | {"id": 9, "item_id": 2, "annotator_id": None, "action": "label", "seconds": None},
        ],
    )
    connection.execute(
        second.tables["batch_item"].insert(),
        [
            queued
            | {"id": 4, "item_id": 1, "position": 0, "annotator_id": None, "lease_until": None, "closed_at": _THEN},
            queued | {"id": 8, "item_id": 2, "position": 1, "annotator_id": 7, "lease_until": _THEN, "closed_at": None},
        ],
    )


def test_a_database_of_the_second_version_keeps_its_queue_and_its_labels(database: Database) -> None:
    _first_tables(database)
    with database.write() as connection:
        _fill_first_tables(connection)
        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        _fill_queue_and_labels(connection)
        names = ("project", "item", "round_language", "label", "batch_item", "annotator")
        before = {name: _rows(connection, name) for name in names}
    migrate(database)
    assert differences(database) == []
    with database.read() as connection:
        for name, rows in before.items():
            after = _rows(connection, name)
            assert [{column: row[column] for column in rows[0]} for row in after] == rows
        told = [(row["comment"], row["flagged"], row["suggested_class_id"]) for row in _rows(connection, "label")]
        assert told == [(None, False, None)] * 2
        copies = [(row["copy"], row["closed_by"], row["suggested_class_id"]) for row in _rows(connection, "batch_item")]
        assert copies == [(0, None, None)] * 2
        assert _rows(connection, "annotator_language") == []


def test_a_database_of_the_third_version_keeps_its_data_and_asks_for_gold_items(database: Database) -> None:
    _first_tables(database)
    names = ("project", "item", "round_language", "label", "batch_item", "annotator", "annotator_language")
    with database.write() as connection:
        _fill_first_tables(connection)
        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        _fill_queue_and_labels(connection)
        command.upgrade(config, "0003")
        connection.execute(text("INSERT INTO annotator_language (annotator_id, language) VALUES (7, 'en')"))
        connection.execute(
            text("UPDATE label SET comment = 'why', flagged = true, suggested_class_id = 2 WHERE id = 3")
        )
        connection.execute(text("UPDATE project SET overlap_count = 4"))
        before = {name: _rows(connection, name) for name in names}
    migrate(database)
    assert differences(database) == []
    with database.read() as connection:
        for name, rows in before.items():
            after = _rows(connection, name)
            assert [{column: row[column] for column in rows[0]} for row in after] == rows
        found = projects.find_project(connection, "old")
    assert found is not None
    usual = ProjectSettings(classes=(), targets={})
    assert (found.settings.gold_count, found.settings.gold_feedback) == (usual.gold_count, usual.gold_feedback)
    assert found.settings.overlap_count == 4


def test_the_upgraded_tables_keep_their_rules_and_take_new_rows(database: Database) -> None:
    _first_tables(database)
    with database.write() as connection:
        _fill_first_tables(connection)
        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        _fill_queue_and_labels(connection)
    migrate(database)
    if not database.is_sqlite:
        with database.write() as connection:  # the rows above were given their ids
            for table in ("label", "batch_item"):
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 100)"))
    copy = {"project_id": 1, "round_id": 1, "item_id": 2, "language": "en", "position": 1}
    act = {"project_id": 1, "item_id": 1, "annotator_id": 7, "action": "skip", "source": "human", "created_at": _THEN}
    with database.write() as connection:
        connection.execute(batch_item.insert().values(**copy, copy=1))
        connection.execute(label.insert().values(**act, revision=2, flagged=True, comment="why"))
    for broken in (
        batch_item.insert().values(**copy, copy=1),
        batch_item.insert().values(**copy, copy=2, closed_by=99),
        label.insert().values(**act, revision=1, flagged=False),
        label.insert().values(**act, revision=3, flagged=False, suggested_class_id=99),
    ):
        with pytest.raises(IntegrityError), database.write() as connection:
            connection.execute(broken)
    with database.read() as connection:
        assert [row["copy"] for row in _rows(connection, "batch_item")] == [0, 0, 1]


def test_only_projects_that_were_labelled_before_do_not_grow_a_check_set(database: Database) -> None:
    _first_tables(database)
    with database.write() as connection:
        _fill_first_tables(connection)
        connection.execute(text("DELETE FROM round_language"))
        connection.execute(text("DELETE FROM round"))
    migrate(database)
    with database.read() as connection:
        found = projects.find_project(connection, "old")
    assert found is not None
    assert found.settings.check_part == ProjectSettings(classes=(), targets={}).check_part


def _rows(connection: Connection, name: str) -> list[dict[str, Any]]:
    """All of a table as it is in the database now, by id."""
    now = MetaData()
    now.reflect(connection, only=[name])
    table = now.tables[name]
    return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]
