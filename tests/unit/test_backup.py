"""A backup is one moment of everything, and comes back on either engine, whole or not at all."""

import io
import json
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import MetaData, func, insert, select
from support import stored, workers, world
from typer.testing import CliRunner

from lamm_core.cli import app
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.errors import BackupUnusable, DataInTheWay, LammError, StorageUnavailable
from lamm_core.exchange import archive
from lamm_core.model.embedding_store import text_key
from lamm_core.records import Project, ProjectSettings
from lamm_core.settings import DATABASE_VARIABLE
from lamm_core.storage import dump
from lamm_core.storage.migrate import has_own_schema, migrate, upgrade
from lamm_core.storage.tables import label
from lamm_core.storage.team_tables import audit_event, one_time_token, user_account, user_session
from lamm_core.workflow import labelling
from lamm_core.workflow.acts import Act, Action
from lamm_core.workflow.backup import backup, write_backup
from lamm_core.workflow.details import language_details
from lamm_core.workflow.projects import get_project
from lamm_core.workflow.restore import restore
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace

Elsewhere = Callable[[str], Workspace]
_THEN = datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def elsewhere(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Elsewhere]:
    """Call it with the name of an engine for an empty workspace on another machine."""
    made: list[Workspace] = []

    def new(engine: str) -> Workspace:
        url = request.getfixturevalue("postgres")("ready") if engine == "postgresql" else None
        home = tmp_path / f"elsewhere-{len(made)}"
        home.mkdir()
        made.append(workers.opened(workers.settings_for(home, url)))
        migrate(made[-1].database)
        return made[-1]

    yield new
    for each in made:
        each.close()


@pytest.fixture
def trained(workspace: Workspace, ana: int) -> Project:
    """A project with a model, labels on top of it, and a person who is signed in."""
    project = world.make_project(workspace, labels=24)
    run_round(workspace, project)
    for lease in labelling.claim(workspace, project, ana, 6):
        act = Act(lease.item_id, Action.LABEL, 1, "pen", 1.25, comment="Überall\n„so“ \u2028 🖊", flagged=True)
        labelling.record(workspace, project, ana, act)
    with workspace.database.write() as connection:
        account = {"annotator_id": ana, "email": "ana@example.org", "is_admin": True, "password_hash": "$argon2id$x"}
        user = connection.execute(insert(user_account).values(**account, created_at=_THEN).returning(user_account.c.id))
        token = {"user_id": user.scalar_one(), "created_at": _THEN, "expires_at": _THEN}
        connection.execute(insert(user_session).values(token_hash=bytes(32), seen_at=_THEN, **token))
        connection.execute(insert(one_time_token).values(token_hash=b"\xff" * 32, purpose="invitation", **token))
    return project


def _without_files(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Models get files of their own where they come back, and the trail says that they came back."""
    models = [{name: value for name, value in row.items() if name != "file"} for row in tables["model_version"]]
    trail = [row for row in tables["audit_event"] if row["action"] != "backup"]
    return tables | {"model_version": models, "audit_event": trail}


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_everything_comes_back_on_either_engine_and_goes_on(
    workspace: Workspace, trained: Project, ana: int, elsewhere: Elsewhere, target: str, tmp_path: Path
) -> None:
    before = stored.contents(workspace)
    taken = backup(workspace, tmp_path / "lamm.tar", with_embeddings=True)
    assert (taken.models, taken.missing_models, taken.rows["label"]) == (1, 0, len(before["label"]))
    other = elsewhere(target)
    back = restore(other, tmp_path / "lamm.tar")
    assert (back.rows, back.models, back.embeddings) == (taken.rows, 1, len(world.ROWS))
    assert _without_files(stored.contents(other)) == _without_files(before)
    with other.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(user_session)).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(one_time_token)).scalar_one() == 0
    assert world.TRUTH.keys() >= {each.external_id for each in labelling.recent_acts(other, trained, ana)}
    assert language_details(other, trained, "en").confusion.sum() == world.CHECK

    (lease,) = labelling.claim(other, trained, world.ensure_annotator(other, "Ben"))
    labelling.submit(other, trained, world.ensure_annotator(other, "Ben"), lease.item_id, "pen", lease.revision)
    assert run_round(other, get_project(other, "small")).number == 2


def test_a_backup_is_one_moment_while_three_label(
    workspace: Workspace, elsewhere: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between any two tables of the backup further labels are stored."""
    project = world.make_project(workspace, budget=60)
    run_round(workspace, project)
    people = [world.ensure_annotator(workspace, name) for name in ("Ana", "Ben", "Cleo")]
    stop, steps = threading.Event(), threading.Semaphore(0)
    done: list[int] = []

    def label_on(person: int) -> None:
        while not stop.is_set() and (leases := labelling.claim(workspace, project, person)):
            labelling.submit(workspace, project, person, leases[0].item_id, "pen", leases[0].revision)
            done.append(leases[0].item_id)
            steps.release()

    def after_a_label(connection: Any, table: Any) -> Iterator[bytes]:
        if table.name in ("label", "batch_item"):
            assert steps.acquire(timeout=30)
        return original(connection, table)

    original = dump.lines_of
    monkeypatch.setattr(dump, "lines_of", after_a_label)
    threads = [threading.Thread(target=label_on, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    try:
        assert steps.acquire(timeout=30)
        backup(workspace, tmp_path / "lamm.tar")
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    other = elsewhere("sqlite")
    restore(other, tmp_path / "lamm.tar")

    labelled = dict(_labels(other))
    assert 0 < len(labelled) < len(done)
    assert labelled == dict(_labels(workspace)[: len(labelled)])
    items = world.stored_items(other, project)
    assert {each.id: each.label_id for each in items.values() if each.class_name and each.purpose == "pool"} == labelled
    queue = {row.item_id: row.closed_at is not None for row in world.queue_rows(other, project)}
    assert {item_id for item_id, closed in queue.items() if closed} == labelled.keys()


def _labels(workspace: Workspace) -> list[tuple[int, int]]:
    """Item and id of each label that somebody gave, oldest first."""
    query = select(label.c.item_id, label.c.id).where(label.c.annotator_id.is_not(None)).order_by(label.c.id)
    with workspace.database.read() as connection:
        return [(row.item_id, row.id) for row in connection.execute(query)]


def test_data_is_replaced_only_if_asked_and_kept_beside(
    workspace: Workspace, trained: Project, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    empty = elsewhere("sqlite")
    world.ensure_annotator(empty, "Zoë")
    backup(empty, tmp_path / "other.tar")
    before = stored.contents(workspace)
    with pytest.raises(DataInTheWay, match="--replace"):
        restore(workspace, tmp_path / "other.tar")
    assert stored.contents(workspace) == before

    back = restore(workspace, tmp_path / "other.tar", replace=True)
    assert [row["name"] for row in stored.contents(workspace)["annotator"]] == ["Zoë"]
    assert not list(workspace.settings.models.rglob("*.skops"))
    assert back.safety is not None
    restore(workspace, back.safety, replace=True)
    assert _without_files(stored.contents(workspace)) == _without_files(before)
    assert language_details(workspace, trained, "en").confusion.sum() == world.CHECK


def test_a_backup_of_an_older_schema_is_brought_forward(
    empty_settings: Any, elsewhere: Elsewhere, engine_name: str, tmp_path: Path
) -> None:
    old = workers.opened(empty_settings)
    with old.database.write() as connection:
        upgrade(connection, "0005")
        tables = MetaData()
        tables.reflect(connection)
        usual = ProjectSettings(classes=(), targets={})
        columns = tables.tables["project"].c.keys()
        values = {name: getattr(usual, name) for name in columns if hasattr(usual, name)}
        connection.execute(tables.tables["project"].insert().values(name="old", created_at=_THEN, **values))
    write_backup(old.settings, old.database, tmp_path / "old.tar", with_embeddings=False)
    old.close()
    other = elsewhere(engine_name)
    restore(other, tmp_path / "old.tar")
    assert has_own_schema(other.database)
    assert get_project(other, "old").settings.consensus == "majority"
    assert get_project(other, "old").created_at == _THEN


def test_the_trail_can_still_not_be_changed(sqlite_workspace: Workspace, elsewhere: Elsewhere, tmp_path: Path) -> None:
    backup(sqlite_workspace, tmp_path / "lamm.tar")
    for engine in ("sqlite", "postgresql"):
        other = elsewhere(engine)
        restore(other, tmp_path / "lamm.tar")
        with pytest.raises(Exception, match="append-only"), other.database.write() as connection:
            connection.execute(audit_event.delete())


# The file itself


def _members(path: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(path) as tar:
        return [(info, tar.extractfile(info).read()) for info in tar.getmembers()]


def _write(path: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    with tarfile.open(path, "w") as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))


def _named(name: str, content: bytes = b"x", kind: bytes = tarfile.REGTYPE, link: str = "") -> Any:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, link
    return info, content


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A backup of the newest schema with one small table."""
    line = b'{"name":"Ana"}\n'
    with (tmp_path / "lamm.tar").open("wb") as made:
        writer = archive.ArchiveWriter(made)
        writer.add("tables/annotator.jsonl", io.BytesIO(line), len(line))
        writer.finish("1.0", "0006", "2026-11-29T00:00:00+00:00", {"annotator": 1})
    return tmp_path / "lamm.tar"


def _refused(file: Path, match: str) -> None:
    with pytest.raises(BackupUnusable, match=match), archive.open_archive(file):
        pass


@pytest.mark.parametrize(
    ("member", "match"),
    [
        (_named("models/1/../../../evil"), "belongs to no backup"),
        (_named("../evil"), "belongs to no backup"),
        (_named("/tmp/evil"), "belongs to no backup"),
        (_named("models/.hidden/x"), "belongs to no backup"),
        (_named("models/1/x\n"), "belongs to no backup"),
        (_named("models/1/x.skops"), "exactly the files"),
        (_named("tables/annotator.jsonl"), "exactly the files"),
        (_named("models/1/link", b"", tarfile.SYMTYPE, "/etc/passwd"), "no plain file"),
        (_named("models/1/link", b"", tarfile.LNKTYPE, "manifest.json"), "no plain file"),
        (_named("models/1", b"", tarfile.DIRTYPE), "no plain file"),
        (_named("models/1/pipe", b"", tarfile.FIFOTYPE), "no plain file"),
    ],
)
def test_what_no_backup_holds_is_refused(file: Path, member: Any, match: str) -> None:
    _write(file, [*_members(file), member])
    _refused(file, match)


def test_damage_is_noticed(file: Path) -> None:
    whole, members = file.read_bytes(), _members(file)
    file.write_bytes(whole.replace(b'"name":"Ana"', b'"name":"Eva"'))
    _refused(file, "'tables/annotator.jsonl' is not what was written")
    _write(file, [_named(members[0][0].name, members[0][1] * 1_000), *members[1:]])
    _refused(file, "'tables/annotator.jsonl' is not what was written")
    file.write_bytes(whole[:1_800])  # in the middle of the list
    _refused(file, "backup")
    file.write_bytes(b"no tar at all" * 100)
    _refused(file, "no backup of LAMM")


@pytest.mark.parametrize("change", [{"members": 3}, {"rows": []}, {"format": 2}, {"schema": None, "members": [{}]}])
def test_a_list_that_cannot_be_read_is_refused(file: Path, change: dict[str, Any]) -> None:
    _write(file, _with_list(file, change))
    _refused(file, "damaged|newer version")


def _with_list(file: Path, change: dict[str, Any]) -> list[Any]:
    *members, (info, content) = _members(file)
    assert info.name == archive.MANIFEST
    return [*members, _named(archive.MANIFEST, json.dumps(json.loads(content) | change).encode())]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"schema": "9999"}, "'9999'.*newer version"),
        ({}, "do not fit together"),  # a table has not all of its columns, and most are not there
    ],
)
def test_what_cannot_be_restored_leaves_everything_as_it_was(
    sqlite_workspace: Workspace, file: Path, change: dict[str, Any], match: str
) -> None:
    world.ensure_annotator(sqlite_workspace, "Zoë")
    before = stored.contents(sqlite_workspace)
    _write(file, _with_list(file, change))
    with pytest.raises(BackupUnusable, match=match):
        restore(sqlite_workspace, file, replace=True)
    assert stored.contents(sqlite_workspace) == before
    assert not list(sqlite_workspace.settings.models.glob("*"))


def test_only_the_owner_can_read_a_backup_and_a_failed_one_leaves_the_old_one(
    sqlite_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "lamm.tar"
    backup(sqlite_workspace, file)
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()

    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(dump, "lines_of", full)
    with pytest.raises(StorageUnavailable, match="No space left"):
        backup(sqlite_workspace, file)
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.glob(".*")] == []
    with pytest.raises(LammError, match="cannot be written"):
        backup(sqlite_workspace, file.parent / "nowhere" / "lamm.tar")


def test_the_commands_tell_what_they_did(
    sqlite_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*words: str) -> Any:
        monkeypatch.setenv(DATABASE_VARIABLE, sqlite_workspace.settings.database_url)
        return CliRunner().invoke(app, ["--home", str(sqlite_workspace.settings.home), *words])

    file = str(tmp_path / "lamm.tar")
    world.ensure_annotator(sqlite_workspace, "Ana")
    made = run("backup", file)
    assert (made.exit_code, "1 rows, 0 models" in made.output) == (0, True)
    refused = run("restore", file)
    assert (refused.exit_code, "--replace" in refused.output) == (ExitCode.EXISTS, True)
    world.ensure_annotator(sqlite_workspace, "Ben")
    replaced = run("restore", file, "--replace")
    assert (replaced.exit_code, "What was there before is in" in replaced.output) == (0, True)
    assert [row["name"] for row in stored.contents(sqlite_workspace)["annotator"]] == ["Ana"]


def test_embeddings_of_half_precision_come_back_as_they_were(
    sqlite_workspace: Workspace, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    settings = replace(sqlite_workspace.settings, embedding_precision="half")
    half = replace(sqlite_workspace, settings=settings)
    world.make_project(half, labels=24)
    backup(half, tmp_path / "lamm.tar", with_embeddings=True)
    other = elsewhere("sqlite")
    assert restore(other, tmp_path / "lamm.tar").embeddings == len(world.ROWS)
    store, keys = other.embedding_store(world.ENCODER), [text_key(text) for text in world.ROWS["text"]]
    assert store.precision == "half"
    np.testing.assert_array_equal(store.vectors(keys), half.embedding_store(world.ENCODER).vectors(keys))
