"""`--json` on every command: one JSON value on standard output, nothing else there, and keys that the page explains."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from support import translators, world
from typer.testing import CliRunner, Result

from lamm_core.cli import app
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.job import JobKind
from lamm_core.records import Project
from lamm_core.storage import jobs
from lamm_core.workflow.workspace import Workspace, utc_now

_PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
# Commands that have nothing to tell a program.
_WITHOUT = {
    "app": "it becomes the server, and ends with it",
    "worker": "it runs until it is ended; `jobs list --json` tells what became of the work",
}
# Replays take seconds, and predictions an encoder; the tests of these commands read their JSON.
_SLOW = {"backtest", "benchmark", "predict"}


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from _commands(each, (*path, name))
        else:
            yield " ".join((*path, name)), each


_COMMANDS = dict(_commands(typer.main.get_command(app)))


@pytest.fixture
def project(sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The small project with labels, vectors and somebody who translates."""
    translators.register(monkeypatch)
    return world.make_project(sqlite_workspace, 60, translator=translators.NAME)


def lamm(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(app, ["--home", str(workspace.settings.home), *words], env={"COLUMNS": "80"})


def _refuse(token: str) -> float:
    raise ValueError(f"{token} is no JSON")


def told(workspace: Workspace, *words: str) -> Any:
    """What a command tells a program."""
    result = lamm(workspace, *words, "--json")
    assert result.exit_code == ExitCode.DONE, result.output
    assert result.stdout.isascii()
    return json.loads(result.stdout, parse_constant=_refuse)


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key with its value, however deep."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield key, inner
        yield from _pairs(inner)
    for inner in value if isinstance(value, list) else ():
        yield from _pairs(inner)


def test_every_command_has_json_or_a_reason_not_to() -> None:
    without = {name for name, each in _COMMANDS.items() if "--json" not in [opt for p in each.params for opt in p.opts]}
    assert without == set(_WITHOUT)
    flags = [p.is_flag for each in _COMMANDS.values() for p in each.params if "--json" in p.opts]
    assert flags == [True] * (len(_COMMANDS) - len(_WITHOUT))


def test_every_command_tells_a_program_what_it_did(
    sqlite_workspace: Workspace, project: Project, tmp_path: Path
) -> None:
    with sqlite_workspace.database.write() as connection:
        job = str(jobs.add(connection, project.id, JobKind.BACKTEST, {}, "Ana", utc_now()))
    names = ("lamm.tar", "small.html", "trail.csv", "texts.csv", "labels.jsonl", "model")
    backup, html, csv, texts, labels, model = (str(tmp_path / name) for name in names)
    Path(texts).write_text("text,language\nhello,en\nbom dia,pt\n", "utf-8")
    ana = "ana@example.org"
    calls: dict[tuple[str, ...], dict[str, Any]] = {
        ("project", "create", "new", "--classes", "a,b", "--languages", "en"): {"project": "new", "budget": 50},
        ("project", "change", "new", "--budget", "9"): {"budget": 9, "changed": ["budget"]},
        ("project", "show", "new"): {"targets": {"en": 0.9}},
        ("project", "list"): {"project": "new", "classes": ["a", "b"]},
        ("user", "add", "Ana", ana, "--admin"): {"email": ana, "admin": True, "seen_at": None},
        ("user", "role", ana, "small", "manager"): {"roles": {"small": "manager"}},
        ("user", "admin", ana): {"admin": True},
        ("user", "add", "Bo", "bo@example.org", "--role", "new=annotator"): {"roles": {"new": "annotator"}},
        ("user", "disable", "bo@example.org"): {"disabled": True},
        ("user", "enable", "bo@example.org"): {"disabled": False},
        ("user", "reset", "bo@example.org"): {"name": "Bo", "signs_in_by": "link not used yet"},
        ("user", "list"): {"name": "Ana"},
        ("annotator", "languages", "Cy", "--language", "en,de"): {"annotator": "Cy", "languages": ["de", "en"]},
        ("annotator", "list"): {"annotator": "Ana", "languages": []},
        ("annotator", "figures", "small"): {"project": "small"},
        ("embed", "small"): {"project": "small", "embedded": 0},
        ("round", "small"): {"project": "small", "fitted": True, "chosen": 20},
        ("status", "small"): {"project": "small", "labels": 60},
        ("translate", "small", "--estimate"): {"translator": translators.NAME, "items": 60, "done": None},
        ("translate", "small"): {"texts": 120, "done": {"translated": 120, "without": 0, "reused": 0, "left": 0}},
        ("translate", "small", "--remove", "--yes"): {"project": "small", "removed": 120},
        ("agreement", "small"): {"project": "small"},
        ("duplicates", "list", "small"): {"project": "small", "total": 0, "duplicates": []},
        ("duplicates", "keep", "small", "pool-en-000"): {"project": "small", "kept": 0},
        ("review", "small"): {"project": "small"},
        ("report", "small", html, "--language", "sw"): {"file": html, "languages": ["sw"]},
        ("import", "small", texts, "--no-embed"): {"file": texts, "rows": 2, "rejected": 1, "job": None},
        ("export", "small", labels, "--format", "doccano"): {"file": labels, "format": "doccano", "rows": 150},
        ("model", "list", "small"): {"version": 1, "labels": 60},
        ("model", "export", "small", model): {"folder": model, "version": 1, "metric": "accuracy"},
        ("model", "show", model): {"project": "small", "labels": 60},
        ("jobs", "list", "small"): {"id": int(job), "state": "queued", "worker": None},
        ("jobs", "cancel", job): {"id": int(job), "state": "cancelled"},
        ("jobs", "retry", job): {"id": int(job), "state": "queued", "finished_at": None},
        ("trail", "--most", "1"): {"action": "job retried", "project": "small"},
        ("trail", "--out", csv): {"file": csv},
        ("backup", backup): {"file": backup, "missing_models": 0},
        ("restore", backup, "--replace"): {"models": 1, "embeddings": 0},
    }
    page = _PAGE.read_text("utf-8")
    for words, wanted in calls.items():
        found = told(sqlite_workspace, *words)
        first = found[0] if isinstance(found, list) else found
        assert {key: first[key] for key in wanted} == wanted, words
        assert [key for key in first if f"`{key}`" not in page] == [], words
        moments = [value for key, value in _pairs(found) if key.endswith("_at") and value is not None]
        assert all(datetime.fromisoformat(each).utcoffset() == timedelta(0) for each in moments), words
    called = {name for name in _COMMANDS for words in calls if " ".join(words).startswith(name)}
    assert called == set(_COMMANDS) - set(_WITHOUT) - _SLOW


@pytest.mark.parametrize("words", [("status", "nope"), ("jobs", "cancel", "9"), ("user", "reset", "a@b.org")])
def test_an_error_leaves_standard_output_empty(sqlite_workspace: Workspace, words: tuple[str, ...]) -> None:
    result = lamm(sqlite_workspace, *words, "--json")
    assert (result.exit_code, result.stdout) == (ExitCode.NOT_FOUND, "")
    assert (result.stderr.startswith("lamm: "), result.stderr.count("\n")) == (True, 1)


def test_where_there_is_nothing_a_list_is_empty(sqlite_workspace: Workspace) -> None:
    assert told(sqlite_workspace, "project", "list") == told(sqlite_workspace, "jobs") == []
    assert told(sqlite_workspace, "user", "list") == told(sqlite_workspace, "annotator", "list") == []
