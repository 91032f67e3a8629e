"""`lamm backtest` as a user meets it."""

import json
from pathlib import Path

import pytest
from support import world
from typer.testing import CliRunner, Result

from lamm_core.cli import app
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.comparison import ComparisonState
from lamm_core.errors import ComparisonCancelled
from lamm_core.workflow.comparing import cancel_comparison, comparison_status
from lamm_core.workflow.projects import get_project
from lamm_core.workflow.workspace import open_workspace

TARGETS = {"en": 0.9, "de": 0.8, "sw": 0.7}


@pytest.fixture
def home(home: Path) -> Path:
    workspace = open_workspace(home)
    world.make_project(workspace, 160, targets=TARGETS)
    world.make_project(workspace, 90, name="few", embedded=False)
    workspace.close()
    return home


def lamm(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--home", str(home), *words], env={"COLUMNS": "120"})


def test_tables_sentences_and_files_say_what_came_of_it(home: Path, tmp_path: Path) -> None:
    page = tmp_path / "new" / "own.html"
    words = ("backtest", "small", "--strategies", "random", "--seeds", "3")
    result = lamm(home, *words, "--html", str(page))
    assert result.exit_code == 0, result.output
    assert "small: targets 0.70 to 0.90, 120 labels, 3 seeds" in result.stdout
    assert "Between lamm and random" in result.stdout or "With random you would be" in result.stdout
    assert "A replay can only choose among the texts that are labelled already" in result.stdout
    assert "small: targets 0.70 to 0.90" in page.read_text("utf-8")

    record = json.loads(lamm(home, *words, "--json").stdout)
    assert (record["project"], record["targets"]) == ("small", TARGETS)
    assert [each["name"] for each in record["strategies"]] == ["lamm", "random"]
    assert [each["strategy"] for each in record["differences"]] == ["random"]

    workspace = open_workspace(home)
    done = comparison_status(workspace, get_project(workspace, "small")).done
    workspace.close()
    assert done is not None
    assert done.result is not None
    assert json.loads(json.dumps(done.result.as_json())).items() <= record.items()


@pytest.mark.parametrize(
    ("words", "message", "code"),
    [
        (["few"], "Compare needs at least 150 labelled texts; this project has 90.", ExitCode.TOO_FEW_LABELS),
        (["none"], "There is no project named 'none'", ExitCode.NOT_FOUND),
        (["small", "--strategies", "best"], "Unknown strategy 'best'", ExitCode.USAGE),
        (["small", "--preparation", "fancy"], "'fancy'", ExitCode.USAGE),
        (["small", "--html", "."], "is a folder", ExitCode.UNAVAILABLE),
    ],
)
def test_what_stands_in_the_way_is_one_line(home: Path, words: list[str], message: str, code: ExitCode) -> None:
    result = lamm(home, "backtest", *words)
    assert result.exit_code == code
    (line,) = result.stderr.splitlines()
    assert line.startswith("lamm: ")
    assert message in line


def test_a_comparison_cancelled_on_the_page_ends_the_command(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lamm_core import comparing

    workspace = open_workspace(home)
    project = get_project(workspace, "small")

    def cancel_at_once(*arguments: object, **values: object) -> None:
        assert cancel_comparison(workspace, project)
        raise AssertionError("the signal should have come first")

    monkeypatch.setattr(comparing, "run_backtest", cancel_at_once)
    result = lamm(home, "backtest", "small", "--seeds", "3")
    assert result.exit_code == ExitCode.FAILED
    assert str(ComparisonCancelled("The comparison was cancelled; its result is not saved.")) in result.stderr
    latest = comparison_status(workspace, project).latest
    workspace.close()
    assert latest is not None
    assert latest.state is ComparisonState.CANCELLED
