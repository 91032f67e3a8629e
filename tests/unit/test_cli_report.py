"""`lamm report`, as a user meets it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import world
from typer.testing import CliRunner, Result

from lamm_core.cli import app
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.report import html as report
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace, open_workspace


@pytest.fixture
def workspace(home: Path) -> Iterator[Workspace]:
    opened = open_workspace(home)
    yield opened
    opened.close()


@pytest.fixture
def shop(workspace: Workspace) -> None:
    """A project without texts."""
    create_project(workspace, "small", world.settings_of())


def lamm(home: Path, *words: str | Path) -> Result:
    return CliRunner().invoke(app, ["--home", str(home), "report", *map(str, words)])


def fails(home: Path, *words: str | Path, code: ExitCode) -> str:
    """The one line of a command that could not do its work."""
    result = lamm(home, *words)
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.startswith("lamm: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_a_report_is_written_to_the_file(home: Path, workspace: Workspace, tmp_path: Path) -> None:
    project = world.make_project(workspace, labels=60)
    run_round(workspace, project)
    file = tmp_path / "new" / "shop.html"
    result = lamm(home, "small", file)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"Wrote the report on 'small' to {file}.\n"
    page = file.read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert all(f'<section id="{language}">' in page for language in project.languages)
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("words", [("--language", "sw", "--language", "en"), ("--language", "sw, en")])
def test_languages_can_be_chosen(home: Path, shop: None, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert lamm(home, "small", tmp_path / "shop.HTM", *words).exit_code == 0
    page = (tmp_path / "shop.HTM").read_text("utf-8")
    assert '<section id="sw">' in page
    assert '<section id="en">' in page
    assert '<section id="de">' not in page


def test_an_unknown_project_is_answered_with_those_there_are(home: Path, shop: None, tmp_path: Path) -> None:
    message = fails(home, "nope", tmp_path / "shop.html", code=ExitCode.NOT_FOUND)
    assert message == "lamm: There is no project named 'nope'; there are: small.\n"


def test_an_unknown_language_is_answered_with_those_there_are(home: Path, shop: None, tmp_path: Path) -> None:
    message = fails(home, "small", tmp_path / "new" / "shop.html", "--language", "fr", code=ExitCode.USAGE)
    assert message == "lamm: The project 'small' has no language 'fr'; it has: de, en, sw.\n"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["shop.pdf", "shop", "shop.html.gz"])
def test_a_wrong_ending_is_refused(tmp_path: Path, name: str) -> None:
    message = fails(tmp_path / "home", "small", tmp_path / name, code=ExitCode.USAGE)
    assert message == f"lamm: The report is an HTML file; {name!r} must end in .html.\n"
    assert not (tmp_path / "home").exists()


def test_a_file_that_cannot_be_written_is_told_in_one_line(home: Path, shop: None, tmp_path: Path) -> None:
    (tmp_path / "folder.html").mkdir()
    assert "is a folder" in fails(home, "small", tmp_path / "folder.html", code=ExitCode.UNAVAILABLE)
    (tmp_path / "file").write_text("")
    inside = tmp_path / "file" / "shop.html"
    assert "cannot be made" in fails(home, "small", inside, code=ExitCode.UNAVAILABLE)


def test_an_earlier_report_stays_when_the_disk_is_full(
    home: Path, shop: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "shop.html"
    file.write_text("earlier", "utf-8")

    def full(path: Path, *_: object, **__: object) -> int:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    message = fails(home, "small", file, code=ExitCode.UNAVAILABLE)
    assert "cannot be written: No space left on device" in message
    assert file.read_text("utf-8") == "earlier"
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".part"] == []


def test_a_report_says_at_once_what_is_wrong(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(report, "report_html", lambda *_: pytest.fail("a report was made"))
    fails(home, "nope", tmp_path / "shop.html", code=ExitCode.NOT_FOUND)
