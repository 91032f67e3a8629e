"""A backup or a restore that is killed half-way leaves what was there."""

import subprocess
import sys
from pathlib import Path

import pytest
from support import stored, world

from lamm_core.records import Project
from lamm_core.settings import DATABASE_VARIABLE
from lamm_core.workflow.backup import backup
from lamm_core.workflow.restore import restore
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace

# Stops at the table of labels, once those before it were written.
_PROGRAM = """
import sys, time
from lamm_core.cli import app
from lamm_core.storage import dump
original = getattr(dump, sys.argv[1])

def stop(connection, table, *lines):
    if table.name == "label":
        print("half-way", flush=True)
        time.sleep(600)
    return original(connection, table, *lines)

setattr(dump, sys.argv[1], stop)
app(sys.argv[2:])
"""


@pytest.fixture
def full(workspace: Workspace) -> Project:
    """A project with labels and a model."""
    project = world.make_project(workspace, labels=24)
    run_round(workspace, project)
    return project


def _kill_half_way(workspace: Workspace, function: str, *words: str) -> None:
    environment = workspace.settings.environment() | {DATABASE_VARIABLE: workspace.settings.database_url}
    command = [sys.executable, "-c", _PROGRAM, function, *words]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == "half-way"
        finally:
            process.kill()


def test_a_killed_backup_leaves_the_one_before(workspace: Workspace, full: Project, tmp_path: Path) -> None:
    file = tmp_path / "lamm.tar"
    backup(workspace, file)
    before = file.read_bytes()
    _kill_half_way(workspace, "lines_of", "backup", str(file))
    assert file.read_bytes() == before
    backup(workspace, file)
    assert [each.name for each in tmp_path.glob(".*")] == []


def test_a_killed_restore_leaves_the_data(workspace: Workspace, full: Project, tmp_path: Path) -> None:
    file = tmp_path / "lamm.tar"
    backup(workspace, file)
    world.ensure_annotator(workspace, "Zoë")
    before = stored.contents(workspace)
    models = set(workspace.settings.models.rglob("*.skops"))
    _kill_half_way(workspace, "load", "restore", str(file), "--replace")
    assert stored.contents(workspace) == before
    assert set(workspace.settings.models.rglob("*.skops")) >= models
    restore(workspace, file, replace=True)
    assert stored.contents(workspace)["annotator"] == []
