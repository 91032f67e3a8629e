"""The database or the disk fails; each time there is one sentence, and nothing acknowledged is lost."""

import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text
from support import workers, world

from lamm_core.errors import StorageUnavailable
from lamm_core.model.embedding_store import text_key
from lamm_core.model.key_index import KEY_BYTES
from lamm_core.records import Project, RoundState
from lamm_core.storage import database as database_module
from lamm_core.workflow import labelling
from lamm_core.workflow.exporting import export_labels
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status
from lamm_core.workflow.workspace import Workspace, open_workspace

_NOBODY = 65_534


@contextmanager
def as_a_user_without_rights() -> Iterator[None]:
    """The superuser may write anywhere, so the test steps down for a while."""
    superuser = os.geteuid() == 0
    if superuser:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)


@pytest.fixture
def small(sqlite_workspace: Workspace) -> Project:
    project = world.make_project(sqlite_workspace)
    run_round(sqlite_workspace, project)
    return project


def one_sentence(error: BaseException) -> bool:
    return "\n" not in str(error) and str(error).endswith(".")


def test_a_locked_database_delays_a_label_and_loses_nothing(sqlite_workspace: Workspace, small: Project) -> None:
    ana = world.ensure_annotator(sqlite_workspace, "Ana")
    (lease,) = labelling.claim(sqlite_workspace, small, ana)
    other = sqlite3.connect(sqlite_workspace.settings.home / "lamm.db", isolation_level=None, check_same_thread=False)
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        released = threading.Event()

        def release() -> None:
            other.execute("COMMIT")
            released.set()

        timer = threading.Timer(10, release)
        timer.start()
        receipt = labelling.submit(sqlite_workspace, small, ana, lease.item_id, "pen", lease.revision)
        assert released.is_set()
        timer.join()
    assert not receipt.repeated
    assert len([act for act in world.history(sqlite_workspace, small) if act[0] == lease.item_id]) == 1


def test_a_database_that_stays_locked_says_so_and_the_label_can_be_sent_again(
    sqlite_workspace: Workspace, small: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.ensure_annotator(sqlite_workspace, "Ana")
    (lease,) = labelling.claim(sqlite_workspace, small, ana)
    monkeypatch.setattr(database_module, "_BUSY_SECONDS", 0.1)
    impatient = workers.opened(sqlite_workspace.settings)
    other = sqlite3.connect(sqlite_workspace.settings.home / "lamm.db", isolation_level=None)
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable, match="locked") as caught:
            labelling.submit(impatient, small, ana, lease.item_id, "pen", lease.revision)
        assert one_sentence(caught.value)
        assert labelling.batch_progress(impatient, small).closed == 0
        other.execute("ROLLBACK")
    assert not labelling.submit(impatient, small, ana, lease.item_id, "pen", lease.revision).repeated
    impatient.close()


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that somebody without rights can reach, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def read_only(sqlite_workspace: Workspace, small: Project, public_folder: Path) -> Iterator[Workspace]:
    """A copy of the home in which nothing may be written any more."""
    sqlite_workspace.close()
    home = Path(shutil.copytree(sqlite_workspace.settings.home, public_folder / "home"))
    paths = [home, *home.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    opened = workers.opened(workers.settings_for(home, None))
    yield opened
    opened.close()
    for path in paths:
        path.chmod(0o755)


def test_a_read_only_database_gives_one_sentence(read_only: Workspace, small: Project) -> None:
    with as_a_user_without_rights():
        acts: list[Any] = [
            lambda: labelling.submit(read_only, small, 1, 1, "pen"),
            lambda: labelling.claim(read_only, small, 1),
            lambda: run_round(read_only, small),
            lambda: create_project(read_only, "new", world.settings_of()),
            lambda: import_table(read_only, small, world.ROWS, world.MAPPING),
            lambda: export_labels(read_only, small, read_only.settings.home / "out.csv"),
        ]
        for act in acts:
            with pytest.raises(StorageUnavailable) as caught:
                act()
            assert one_sentence(caught.value)


def test_a_home_that_cannot_be_made_gives_one_sentence(public_folder: Path) -> None:
    public_folder.chmod(0o555)
    with as_a_user_without_rights(), pytest.raises(StorageUnavailable, match="cannot be made") as caught:
        open_workspace(public_folder / "home")
    assert one_sentence(caught.value)


def test_lost_connections_are_replaced_and_a_broken_one_gives_one_sentence(
    workspace: Workspace, project: Project, ana: int
) -> None:
    if workspace.database.is_sqlite:
        workspace.close()  # SQLite has no server that could hang up
        assert labelling.batch_progress(workspace, project).open == 0
        return
    hang_up = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                   " AND pid <> pg_backend_pid()")  # fmt: skip
    other = workers.opened(workspace.settings)

    def use_a_connection_that_breaks() -> None:
        with workspace.database.write() as connection:
            with other.database.write() as killer:
                killer.execute(hang_up)
            connection.execute(text("SELECT 1"))

    with pytest.raises(StorageUnavailable) as caught:
        use_a_connection_that_breaks()
    assert one_sentence(caught.value)
    other.close()
    assert run_round(workspace, project).state == RoundState.DONE


@pytest.mark.parametrize("cut", ["vectors without keys", "half a key", "half a vector"])
def test_a_crash_while_embeddings_are_appended_costs_only_the_last_ones(sqlite_workspace: Workspace, cut: str) -> None:
    project = world.make_project(sqlite_workspace, labels=24)
    folder = sqlite_workspace.embedding_store(world.ENCODER).folder
    keys, vectors = folder / "keys.bin", folder / "vectors.f32"
    rows = len(world.ROWS)
    if cut == "vectors without keys":
        os.truncate(keys, (rows - 40) * KEY_BYTES)
    elif cut == "half a key":
        os.truncate(keys, (rows - 40) * KEY_BYTES + 7)
    else:
        os.truncate(vectors, (rows - 40) * 4 * world.DIMENSION + 11)
    store = sqlite_workspace.embedding_store(world.ENCODER)
    assert len(store) == rows - 40
    world.add_embeddings(sqlite_workspace)
    store.refresh()
    found = store.vectors([text_key(each) for each in world.ROWS["text"]])
    np.testing.assert_array_equal(found, world.vectors_of(world.ROWS))
    assert run_round(sqlite_workspace, project).labels == 24


def test_a_model_that_cannot_be_written_fails_the_round_and_nothing_else(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = world.make_project(workspace, labels=24)
    workspace.settings.models.write_text("a file where the folder should be")
    with pytest.raises(StorageUnavailable, match="models"):
        run_round(workspace, project)
    status = project_status(workspace, project)
    assert status.latest is not None
    assert (status.latest.state, status.model) == (RoundState.FAILED, None)
    assert world.queue_rows(workspace, project) == []
    workspace.settings.models.unlink()
    assert run_round(workspace, project).attempt == 2
