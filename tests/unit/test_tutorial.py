"""The tutorial, done as it is written: each command of its `sh` blocks, in order, and what it says that one will see.

The commands run in this process, which saves loading the same libraries for each. What a person does in the browser is
done through the calls behind it, with the answers that the tutorial gives away.
"""

import csv
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lamm_core.cli import app
from lamm_core.workflow import labelling
from lamm_core.workflow.projects import ensure_annotator, get_project
from lamm_core.workflow.workspace import open_workspace

_DOCS = Path(__file__).parents[2] / "docs"
_BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", (_DOCS / "tutorial.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
_BEFORE_LABELLING = "lamm app"
# What rests on a measured figure may differ in its last digits where a machine adds numbers in another order.
_FIGURE = re.compile(r"\d+\.\d% \(\d+–\d+\)|[\d,]+(?= more check labels)|(?<=,)0\.\d+$")


@pytest.fixture
def pilot(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the pilot, with the files of the tutorial in it."""
    folder = tmp_path / "pilot"
    shutil.copytree(_DOCS / "tutorial", folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LAMM_HOME", str(home))
    return folder


def _run(block: str) -> str:
    """Run the commands of a block; returns what they print."""
    shown = ""
    for line in block.splitlines():
        name, *words = shlex.split(line)
        assert name == "lamm"
        result = CliRunner().invoke(app, words, env={"COLUMNS": "100"})
        assert result.exit_code == 0, f"{line}\n{result.output}"
        shown += result.stdout
    return shown


def _lines(text: str) -> list[str]:
    return [_FIGURE.sub("FIGURE", " ".join(line.split())) for line in text.splitlines()]


def _label(home: Path, folder: Path) -> None:
    """Label the whole batch, as somebody at the browser does who has looked the answers up."""
    with (folder / "answers.csv").open(newline="", encoding="utf-8") as opened:
        answers = {row["id"]: row["class"] for row in csv.DictReader(opened)}
    workspace = open_workspace(home)
    project = get_project(workspace, "shop")
    annotator = ensure_annotator(workspace, "You")
    while leases := labelling.claim(workspace, project, annotator):
        for lease in leases:
            labelling.submit(workspace, project, annotator, lease.item_id, answers[lease.external_id])
    workspace.close()


def test_the_tutorial_does_what_it_says(home: Path, pilot: Path) -> None:
    shown: list[str] = []
    for kind, block in _BLOCKS:
        if kind == "sh":
            shown = _lines(_run(block))
        elif kind == "text":
            promised = _lines(block)
            assert [line for line in promised if line not in shown] == [], "\n".join(shown)
        elif block.startswith(_BEFORE_LABELLING):
            _label(home, pilot)
    assert sum(kind == "text" for kind, _ in _BLOCKS) == sum(kind == "sh" for kind, _ in _BLOCKS) == 9
    with (pilot / "labels.csv").open(newline="", encoding="utf-8") as opened:
        assert sum(row["annotator"] == "You" for row in csv.DictReader(opened)) == 12
    assert "<html" in (pilot / "shop.html").read_text("utf-8")


def test_only_what_no_test_can_do_is_left_out_of_the_run() -> None:
    typed = [line for kind, block in _BLOCKS if kind == "console" for line in block.splitlines()]
    assert {line for line in typed if line.startswith("lamm")} == {
        "lamm app --no-sample",  # a server, which others start in tests of their own
    }
