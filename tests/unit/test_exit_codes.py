"""What a command's exit code says to a script."""

import inspect
import re
from pathlib import Path

import pytest
from support import world
from typer.testing import CliRunner

from lamm_core import errors
from lamm_core.cli import app
from lamm_core.cli.exit_codes import ERRORS, MEANINGS, ExitCode, exit_code
from lamm_core.errors import InvalidBudget, LammError
from lamm_core.workflow.status import ProjectStatus
from lamm_core.workflow.workspace import Workspace

_PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
_KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, LammError)]


def test_every_error_stands_in_exactly_one_line_of_the_table() -> None:
    listed = [kind for kinds in ERRORS.values() for kind in kinds]
    assert sorted(listed, key=str) == sorted(_KINDS, key=str)
    assert all(exit_code(kind("")) is code for code, kinds in ERRORS.items() for kind in kinds)
    assert not {ExitCode.DONE, ExitCode.INTERRUPTED} & set(ERRORS)


def test_an_error_that_is_defined_elsewhere_ends_as_the_nearest_one_above_it() -> None:
    class Odd(InvalidBudget):
        pass

    class Strange(LammError):
        pass

    assert (exit_code(Odd("")), exit_code(Strange(""))) == (ExitCode.USAGE, ExitCode.FAILED)


def test_help_and_page_tell_every_exit_code_with_its_meaning() -> None:
    shown = re.sub(r"\s+", " ", CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120"}).output)
    rows = _PAGE.read_text("utf-8").splitlines()
    assert list(MEANINGS) == list(ExitCode)
    for code, meaning in MEANINGS.items():
        assert f" {code} {meaning} " in shown
        assert [row for row in rows if row.startswith(f"| {code} | {meaning}")]


@pytest.mark.parametrize(("met", "code"), [(2, ExitCode.TARGETS_OPEN), (3, ExitCode.DONE)])
def test_a_status_can_be_checked(
    sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch, met: int, code: ExitCode
) -> None:
    world.make_project(sqlite_workspace, embedded=False)
    monkeypatch.setattr(ProjectStatus, "targets_met", met)
    command = ["--home", str(sqlite_workspace.settings.home), "status", "small"]
    told = CliRunner().invoke(app, command)
    checked = CliRunner().invoke(app, [*command, "--check"])
    assert (told.exit_code, checked.exit_code) == (ExitCode.DONE, code)
    assert (checked.stdout, checked.stderr) == (told.stdout, "")
