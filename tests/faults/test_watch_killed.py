"""A watch of a folder that is killed in the middle of a file: nothing is lost, and nothing comes twice."""

import subprocess
import sys
from pathlib import Path

from support import world

from lamm_core.settings import DATABASE_VARIABLE
from lamm_core.workflow.arrivals import last_arrivals
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.surveying import ImportChoices
from lamm_core.workflow.watching import Watch
from lamm_core.workflow.workspace import Workspace

# Stops in the transaction of the second file, once all its rows are in the tables.
_PROGRAM = """
import sys, time
from lamm_core.storage import watched_files
from lamm_core.workflow.surveying import ImportChoices
from lamm_core.workflow.watching import Watch
from lamm_core.workflow.workspace import open_workspace
original = watched_files.note

def stop(connection, project_id, content, *more, **counts):
    if content.name == "b.csv":
        print("half-way", flush=True)
        time.sleep(600)
    original(connection, project_id, content, *more, **counts)

class Silent:
    file = embedded = trouble = lambda *told: None

watched_files.note = stop
Watch(open_workspace(), "small", sys.argv[1], ImportChoices(), Silent(), settle=0, embed=False).run(once=True)
"""


class _Heard:
    def __init__(self) -> None:
        self.names: list[str] = []

    def file(self, _project: object, report: object) -> None:
        self.names.append(getattr(report, "name", ""))

    def embedded(self, *_told: object) -> None:
        raise AssertionError("nothing was to be embedded")

    def trouble(self, sentence: str) -> None:
        raise AssertionError(sentence)


def test_a_watch_that_was_killed_goes_on_where_it_was(workspace: Workspace, tmp_path: Path) -> None:
    project = create_project(workspace, "small", world.settings_of())
    for name in ("a", "b", "c"):
        rows = "".join(f"{name}{number},en,text {name} {number},pen\n" for number in range(30))
        (tmp_path / f"{name}.csv").write_text(f"id,language,text,class\n{rows}", "utf-8")
    environment = workspace.settings.environment() | {DATABASE_VARIABLE: workspace.settings.database_url}
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == "half-way"
        finally:
            process.kill()
    assert [each.name for each in last_arrivals(workspace, project)] == ["a.csv"]
    assert len(world.stored_items(workspace, project)) == len(world.history(workspace, project)) == 30

    heard = _Heard()
    Watch(workspace, "small", tmp_path, ImportChoices(), heard, settle=0, embed=False).run(once=True)
    assert heard.names == ["b.csv", "c.csv"]
    assert len(world.stored_items(workspace, project)) == len(world.history(workspace, project)) == 90
