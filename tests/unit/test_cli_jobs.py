"""`lamm worker` and `lamm jobs`."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import world
from typer.testing import CliRunner, Result

from lamm_core.cli import app
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.job import JobKind
from lamm_core.records import Project
from lamm_core.storage import jobs, workers
from lamm_core.workflow import working
from lamm_core.workflow.workspace import Workspace, open_workspace, utc_now


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def workspace(home: Path) -> Iterator[Workspace]:
    opened = open_workspace(home)
    yield opened
    opened.close()


@pytest.fixture
def project(workspace: Workspace) -> Project:
    return world.make_project(workspace, embedded=False)


def lamm(home: Path, *words: str | Path) -> Result:
    return CliRunner().invoke(app, ["--home", str(home), *map(str, words)], env={"COLUMNS": "120"})


def add(workspace: Workspace, project: Project, kind: JobKind) -> int:
    with workspace.database.write() as connection:
        return jobs.add(connection, project.id, kind, {}, "Ana", utc_now())


def test_jobs_are_listed_cancelled_and_tried_again(home: Path, workspace: Workspace, project: Project) -> None:
    assert lamm(home, "jobs").stdout == "There are no jobs. Without a worker everything is done by the app itself.\n"
    first, second = (add(workspace, project, kind) for kind in (JobKind.ROUND, JobKind.TRANSLATE))
    listed = lamm(home, "jobs", "small").stdout
    assert "Translating labels" in listed
    assert "No worker is running now" in listed
    assert lamm(home, "jobs", "cancel", str(first)).exit_code == 0
    records = json.loads(lamm(home, "jobs", "--json").stdout)
    assert [(each["id"], each["state"], each["before"]) for each in records] == [
        (second, "queued", 0),
        (first, "cancelled", 0),
    ]
    assert lamm(home, "jobs", "retry", str(first)).stdout == f"Job {first} waits for a worker again.\n"
    again = lamm(home, "jobs", "retry", str(first))
    assert (again.exit_code, again.stderr) == (
        ExitCode.FAILED,
        f"lamm: The job {first} neither failed nor was cancelled.\n",
    )
    unknown = lamm(home, "jobs", "cancel", "99")
    assert (unknown.exit_code, unknown.stderr) == (ExitCode.NOT_FOUND, "lamm: There is no job 99.\n")


def test_a_worker_is_told_which_jobs_it_takes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def run(worker: working.Worker, *, once: bool) -> int:
        seen.append((worker._record.kinds, once))
        return 0

    monkeypatch.setattr(working.Worker, "run", run)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert lamm(home, "worker", "--kinds", "round,embed", "--once").exit_code == 0
    assert lamm(home, "worker").exit_code == 0
    assert seen == [((JobKind.ROUND, JobKind.EMBED), True), (tuple(JobKind), False)]
    wrong = lamm(home, "worker", "--kinds", "rounds")
    assert wrong.exit_code == ExitCode.USAGE
    assert wrong.stderr.endswith("no jobs of the kind 'rounds'; there are: round, embed, backtest, translate.\n")


def test_an_import_leaves_embedding_to_a_worker(
    home: Path, workspace: Workspace, project: Project, tmp_path: Path
) -> None:
    with workspace.database.write() as connection:
        workers.register(connection, "one", (JobKind.EMBED,), working.socket.gethostname(), os.getpid(), utc_now())
    path = tmp_path / "more.csv"
    path.write_text("id,text,language\nx,A text,en\n")
    done = lamm(home, "import", "small", path)
    assert done.exit_code == 0
    assert done.stdout.endswith("A worker embeds the texts (job 1); see: lamm jobs list small\n")
