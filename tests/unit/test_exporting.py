"""Exports: what several people agree on, formats by name, folders whole or not at all."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from support import world

from lamm_core.errors import DataInTheWay, StorageUnavailable, UnreadableFile
from lamm_core.exchange import writing
from lamm_core.exchange.format import About, Format
from lamm_core.exchange.reading import read_table
from lamm_core.records import Project, Purpose
from lamm_core.storage import items
from lamm_core.workflow import labelling
from lamm_core.workflow.consensus import settle
from lamm_core.workflow.exporting import (
    COLUMNS,
    EXPORT_FORMATS,
    export_ending,
    export_glance,
    export_labels,
    labels_file,
    labels_table,
)
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.workspace import Workspace

TABLE = pd.DataFrame({"id": ["1"], "text": ["Pen"]})


def say(workspace: Workspace, project: Project, item_id: int, *classes: str) -> None:
    """The class that each of so many people gives, in turn."""
    for number, name in enumerate(classes):
        labelling.submit(workspace, project, world.ensure_annotator(workspace, f"P{number}"), item_id, name)


def test_labels_of_several_people_say_what_these_agree_on(workspace: Workspace) -> None:
    project = world.make_project(workspace)
    outvoted, tied, alone, *_rest = world.stored_items(workspace, project).values()
    say(workspace, project, outvoted.id, "pen", "ink", "ink")
    say(workspace, project, tied.id, "pen", "ink")
    say(workspace, project, alone.id, "pen")
    table = labels_table(workspace, project).dropna(subset=["annotator"])
    found = table[["id", "class", "consensus", "consensus_confidence", "consensus_people"]].astype(object)
    two_thirds = pytest.approx(2 / 3)
    assert found.where(found.notna(), None).to_numpy().tolist() == [
        [outvoted.external_id, "pen", "ink", two_thirds, 2],
        [outvoted.external_id, "ink", "ink", two_thirds, 2],
        [outvoted.external_id, "ink", "ink", two_thirds, 2],
        [tied.external_id, "pen", "pen", 0.5, 1],
        [tied.external_id, "ink", "pen", 0.5, 1],
        [alone.external_id, "pen", None, None, None],
    ]


@pytest.fixture
def shared(sqlite_workspace: Workspace) -> Project:
    """A project with three labels of two people."""
    project = world.make_project(sqlite_workspace, rows=world.ROWS[world.ROWS["split"] == "pool"])
    first, second, *_rest = world.stored_items(sqlite_workspace, project)
    say(sqlite_workspace, project, first, "pen", "ink")
    say(sqlite_workspace, project, second, "pen")
    return project


@pytest.mark.parametrize("name", EXPORT_FORMATS)
def test_every_format_takes_an_export_and_none(
    name: str, sqlite_workspace: Workspace, shared: Project, tmp_path: Path
) -> None:
    found = EXPORT_FORMATS[name]
    assert found.used_by.endswith(".")
    path = tmp_path / f"labels{export_ending(name)}"
    assert export_labels(sqlite_workspace, shared, path, format_name=name) == 3
    if found.read is not None and found.write is not None:
        table = read_table(path, format_name=name)
        content = labels_file(sqlite_workspace, shared, name)
        assert read_table(io.BytesIO(content), path.name, name).equals(table)
        assert table[["class", "annotator"]].to_numpy().tolist() == [["pen", "P0"], ["ink", "P1"], ["pen", "P0"]]
        assert table["seconds"].isna().all()
    empty = create_project(sqlite_workspace, "empty", world.settings_of())
    assert export_labels(sqlite_workspace, empty, path, format_name=name) == 0


def test_a_glance_has_the_newest_labels_and_how_many_there_are(sqlite_workspace: Workspace, shared: Project) -> None:
    glance = export_glance(sqlite_workspace, shared, most=2)
    assert glance.labels == 3
    whole = labels_table(sqlite_workspace, shared)
    pd.testing.assert_frame_equal(glance.newest, whole[list(COLUMNS[:-3])].tail(2).reset_index(drop=True))


def test_the_consensus_is_the_one_of_the_next_round_and_needs_no_texts_without_labels(
    sqlite_workspace: Workspace, shared: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_workspace.database.read() as connection:
        settled = settle(connection, shared, items.read_items(connection, shared.id, Purpose.POOL))
    monkeypatch.setattr(items, "read_items", None)
    table = labels_table(sqlite_workspace, shared)
    assert table["consensus"].dropna().tolist() == [*settled.agreed.values()] * 2


def test_a_format_that_is_none_gives_one_sentence_with_those_there_are(tmp_path: Path) -> None:
    for name in ("labels.doc", "labels"):
        with pytest.raises(UnreadableFile, match=rf"'{name}' is of an unknown format; use one of \.csv, .*argilla"):
            writing.write_table(TABLE, tmp_path / name)
    with pytest.raises(UnreadableFile, match=r"'labels\.json' is of an unknown format"):
        writing.write_table(TABLE, tmp_path / "labels.json", format_name="excel")
    assert list(tmp_path.iterdir()) == []


# folders


def _content(table: pd.DataFrame, about: About) -> dict[str, bytes]:
    return {"README.md": about.project.encode(), "data/train.csv": table.to_csv().encode()}


@pytest.fixture
def folder_format(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a format that is a folder."""
    added = Format("folder", "Folder", write_folder=_content)
    for registry in (writing.FORMATS, writing.WRITE_FORMATS):
        monkeypatch.setitem(registry, "folder", added)
    return "folder"


def files_in(folder: Path) -> list[str]:
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())


def test_a_folder_takes_the_place_of_an_earlier_export_and_of_nothing_else(folder_format: str, tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.mkdir()
    for project in ("one", "two"):
        writing.write_table(TABLE, path, About(project, (), ()), folder_format)
        assert (path / "README.md").read_text() == project
    (path / "data" / "mine.txt").write_text("mine")
    with pytest.raises(DataInTheWay, match=r"holds 'data/mine\.txt', which is not part of the export"):
        writing.write_table(TABLE, path, About("three", (), ()), folder_format)
    assert (path / "README.md").read_text() == "two"
    assert files_in(tmp_path) == ["out/README.md", "out/data/mine.txt", "out/data/train.csv"]


def test_a_folder_is_one_zip_file_to_download(folder_format: str) -> None:
    content = writing.table_bytes(TABLE, folder_format, About("shop", (), ()))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == _content(TABLE, About("shop", (), ()))


def _file_in_the_way(path: Path) -> None:
    path.write_text("a file")


def _no_parent(path: Path) -> None:
    path.parent.rmdir()


@pytest.mark.parametrize("spoil", [_file_in_the_way, _no_parent])
def test_a_folder_that_cannot_be_written_gives_one_sentence(
    spoil: Callable[[Path], None], folder_format: str, tmp_path: Path
) -> None:
    path = tmp_path / "there" / "out"
    path.parent.mkdir()
    spoil(path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StorageUnavailable, match="cannot be written"):
        writing.write_table(TABLE, path, format_name=folder_format)
    assert sorted(tmp_path.rglob("*")) == before


_KILLED = """
import os, sys
from pathlib import Path
from lamm_core.files import folder_written_aside

with folder_written_aside(Path(sys.argv[1])) as aside:
    (aside / "README.md").write_text("half")
    os.kill(os.getpid(), 9)
"""


def test_a_killed_export_leaves_the_folder_before_and_nothing_after_the_next(
    folder_format: str, tmp_path: Path
) -> None:
    path = tmp_path / "out"
    writing.write_table(TABLE, path, About("one", (), ()), folder_format)
    assert subprocess.run([sys.executable, "-c", _KILLED, str(path)], check=False).returncode == -9
    assert (path / "README.md").read_text() == "one"
    assert files_in(path) == ["README.md", "data/train.csv"]
    writing.write_table(TABLE, path, About("two", (), ()), folder_format)
    assert files_in(tmp_path) == ["out/README.md", "out/data/train.csv"]
