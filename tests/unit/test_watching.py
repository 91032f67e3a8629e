"""Files that appear in a folder: which are complete, and that each content is imported once, whole or not at all."""

import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support import workers, world
from typer.testing import CliRunner

from lamm_core.cli import app, watch_folder
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.errors import EncoderUnavailable, UnreadableFile
from lamm_core.exchange.arrivals import Arrivals
from lamm_core.job import Job, JobKind
from lamm_core.records import Project
from lamm_core.storage import watched_files
from lamm_core.storage import workers as worker_rows
from lamm_core.workflow.arrivals import FileReport, Outcome, import_arrival, last_arrivals
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.surveying import ImportChoices
from lamm_core.workflow.watching import Watch
from lamm_core.workflow.workspace import Workspace, utc_now

_PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"


class Heard:
    """What a watch told."""

    def __init__(self) -> None:
        self.files: list[FileReport] = []
        self.jobs: list[Job | None] = []
        self.troubles: list[str] = []

    def file(self, project: Project, report: FileReport) -> None:
        self.files.append(report)

    def embedded(self, project: Project, texts: int, job: Job | None) -> None:
        self.jobs.append(job)

    def trouble(self, sentence: str) -> None:
        self.troubles.append(sentence)

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(each.name, each.outcome.value) for each in self.files]


@pytest.fixture
def small(workspace: Workspace) -> Project:
    return create_project(workspace, "small", world.settings_of())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "incoming"
    made.mkdir()
    return made


def put(folder: Path, name: str, *rows: str, header: str = "id,language,text,class") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows, ""]), "utf-8")
    return path


def watch(workspace: Workspace, folder: Path, heard: Heard, **more: Any) -> Watch:
    return Watch(
        workspace, "small", folder, ImportChoices(), heard, **{"every": 0.001, "settle": 0.02, "embed": False} | more
    )


def once(workspace: Workspace, folder: Path, **more: Any) -> Heard:
    heard = Heard()
    watch(workspace, folder, heard, **more).run(once=True)
    return heard


def items(workspace: Workspace, project: Project) -> list[str]:
    return sorted(each.external_id for each in world.stored_items(workspace, project).values())


def test_a_file_is_complete_once_it_lies_unchanged_and_names_of_unfinished_ones_are_passed_over(folder: Path) -> None:
    for name in (".hidden.csv", "~$open.xlsx", "a.csv.part", "b.CRDOWNLOAD", "c.tmp", "d.filepart"):
        put(folder, name)
    (folder / "below").mkdir()
    second, first = put(folder, "b.csv"), put(folder, "a.csv")
    (folder / "link.csv").symlink_to(first)
    found = Arrivals(folder, settle=5)
    found.look(100)
    assert ([each.path for each in found.open], found.complete(104)) == ([first, second], [])
    second.write_text("longer than it was", "utf-8")
    found.look(105)
    (complete,) = found.complete(105)
    assert complete.path == first
    found.see_to(complete)
    found.look(110)
    assert [each.path for each in found.complete(110)] == [second]
    first.write_text("changed", "utf-8")
    found.look(111)
    assert [each.path for each in found.open] == [first, second]
    with pytest.raises(UnreadableFile, match="There is no folder"):
        Arrivals(folder / "nowhere", settle=5).look(0)


def test_each_content_is_imported_once_in_the_order_of_names_and_a_changed_file_anew(
    workspace: Workspace, small: Project, folder: Path
) -> None:
    put(folder, "tuesday.csv", "2,en,two,", "1,en,another text,")
    monday = put(folder, "monday.csv", "1,en,one,pen", "9,xx,nine,")
    heard = once(workspace, folder)
    assert heard.outcomes == [("monday.csv", "imported"), ("tuesday.csv", "imported")]
    assert items(workspace, small) == ["1", "2"]  # what came first keeps its id
    assert [each.result.refused for each in heard.files if each.result] == [1, 1]
    rejected = folder / ".lamm" / "monday.csv.rejected.csv"
    assert heard.files[0].rejected_to == rejected
    assert "nine" in rejected.read_text("utf-8")
    stored = last_arrivals(workspace, small)
    assert [(each.name, each.rows, each.added, each.rejected) for each in stored] == [
        ("tuesday.csv", 2, 1, 1),
        ("monday.csv", 2, 1, 1),
    ]

    assert once(workspace, folder).files == []  # a restart
    os.utime(monday, ns=(1, 1))
    put(folder, "copy.csv", "2,en,two,", "1,en,another text,")
    known = once(workspace, folder)
    assert known.outcomes == [("copy.csv", "known"), ("monday.csv", "known")]
    assert known.files[0].earlier == stored[0]
    assert once(workspace, folder).files == []

    put(folder, "monday.csv", "1,en,one,pen", "3,de,drei,")
    assert once(workspace, folder).outcomes == [("monday.csv", "imported")]
    assert items(workspace, small) == ["1", "2", "3"]
    assert not rejected.exists()


def test_a_file_that_fails_is_told_kept_in_mind_and_tried_again_when_it_changes(
    sqlite_workspace: Workspace, folder: Path
) -> None:
    project = create_project(sqlite_workspace, "small", world.settings_of())
    heard, patient = Heard(), None
    put(folder, "broken.parquet", "no parquet")
    put(folder, "foreign.csv", "1,xx,one,")
    put(folder, "good.csv", "2,en,two,")
    put(folder, "numbers.csv", "1", header="count")
    patient = watch(sqlite_workspace, folder, heard, every=0.01)
    thread = threading.Thread(target=patient.run)
    thread.start()
    try:
        workers.until(lambda: len(heard.files) == 4)
        assert [each.outcome.value for each in heard.files] == ["failed", "failed", "imported", "failed"]
        assert heard.files[0].reason.startswith("'broken.parquet' cannot be read as parquet")
        assert heard.files[1].reason == "None of the 1 rows of 'foreign.csv' could be imported."
        assert "looks like the text" in heard.files[3].reason
        put(folder, "foreign.csv", "1,en,one,")
        workers.until(lambda: len(heard.files) == 5)
    finally:
        patient.end()
        thread.join()
    assert heard.outcomes[-1] == ("foreign.csv", "imported")
    assert items(sqlite_workspace, project) == ["1", "2"]
    assert {each.name for each in last_arrivals(sqlite_workspace, project) if each.error} == {
        "broken.parquet",
        "foreign.csv",
        "numbers.csv",
    }
    # Whoever starts anew tries what failed once more, and says so.
    assert once(sqlite_workspace, folder).outcomes == [("broken.parquet", "failed"), ("numbers.csv", "failed")]


def test_where_nothing_can_be_written_beside_the_rows_are_imported_all_the_same(
    sqlite_workspace: Workspace, folder: Path
) -> None:
    project = create_project(sqlite_workspace, "small", world.settings_of())
    put(folder, "a.csv", "1,en,one,", "2,xx,two,")
    (folder / ".lamm").write_text("in the way", "utf-8")
    (report,) = once(sqlite_workspace, folder).files
    assert (report.outcome, report.rejected_to) == (Outcome.IMPORTED, None)
    assert "cannot be written" in report.trouble
    assert items(sqlite_workspace, project) == ["1"]


@pytest.mark.parametrize("how", ["written to", "ended"])
def test_a_file_that_changes_or_a_watch_that_ends_meanwhile_leaves_nothing(
    workspace: Workspace, small: Project, folder: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(folder, "a.csv", *(f"{number},en,text {number}," for number in range(50)))
    heard = Heard()
    looking = watch(workspace, folder, heard)

    def meddle(_what: object, share: float) -> None:
        if share > 0.5:  # rows are in the tables already
            path.write_text("id,language,text\n", "utf-8") if how == "written to" else looking.end()
        looking_goes_on(_what, share)

    looking_goes_on = looking._go_on
    monkeypatch.setattr(looking, "_go_on", meddle)
    assert looking.run(once=True) == 0
    assert (heard.files, items(workspace, small), last_arrivals(workspace, small)) == ([], [], [])
    assert looking.is_ended == (how == "ended")


def test_two_who_watch_one_folder_import_each_file_once(workspace: Workspace, small: Project, folder: Path) -> None:
    for number in range(6):
        put(folder, f"{number}.csv", *(f"{number}-{row},en,text {number} {row},pen" for row in range(20)))
    with ThreadPoolExecutor(2) as threads:
        heard = list(threads.map(lambda _: once(workspace, folder), range(2)))
    assert len(items(workspace, small)) == len(world.history(workspace, small)) == 120
    stored = last_arrivals(workspace, small)
    assert sorted((each.name, each.added) for each in stored) == [(f"{number}.csv", 20) for number in range(6)]
    assert all(each.outcome is not Outcome.FAILED for one in heard for each in one.files)


def test_what_came_is_embedded_by_a_worker_where_one_lives_and_a_failure_does_not_end_the_watch(
    sqlite_workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise EncoderUnavailable("There is no such encoder.")

    project = create_project(sqlite_workspace, "small", world.settings_of())
    monkeypatch.setattr("lamm_core.workflow.watching.embed_project", fail)
    put(folder, "a.csv", "1,en,one,")
    alone = once(sqlite_workspace, folder, embed=True)
    assert alone.outcomes == [("a.csv", "imported")]
    assert (alone.jobs, alone.troubles) == ([], ["There is no such encoder."])
    with sqlite_workspace.database.write() as connection:
        worker_rows.register(connection, "w", [JobKind.EMBED], "elsewhere", 1, utc_now())
    put(folder, "b.csv", "2,en,two,")
    (job,) = once(sqlite_workspace, folder, embed=True).jobs
    assert job is not None
    assert (job.kind, job.project_id) == (JobKind.EMBED, project.id)


def test_a_file_that_is_gone_or_cannot_be_opened_ends_nothing(
    sqlite_workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = create_project(sqlite_workspace, "small", world.settings_of())
    found = Arrivals(folder, settle=0)
    path = put(folder, "a.csv", "1,en,one,")
    found.look(0)
    (arrival,) = found.open
    other = path.rename(folder / "other.csv")
    assert import_arrival(sqlite_workspace, project, arrival, ImportChoices()) is None
    path.symlink_to(other)  # what lies elsewhere is not to be read by a link that somebody drops
    report = import_arrival(sqlite_workspace, project, arrival, ImportChoices())
    assert report is not None
    assert (report.outcome, items(sqlite_workspace, project)) == (Outcome.FAILED, [])


def test_on_the_command_line_a_watch_tells_each_file_and_ends_in_a_code(
    sqlite_workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_project(sqlite_workspace, "small", world.settings_of())
    monkeypatch.setattr(watch_folder, "Watch", partial(Watch, settle=0.0))
    put(folder, "a.csv", "1,one,pen", "2,two,glue", header="key,words,label")
    put(folder, "b.txt", "what is this")
    words = ("import", "small", "--watch", str(folder), "--once", "--no-embed", "--language", "en")

    def lamm(*more: str) -> Any:
        return CliRunner().invoke(app, ["--home", str(sqlite_workspace.settings.home), *words, *more])

    told = lamm("--text-column", "words", "--json")
    first, second = map(json.loads, told.stdout.splitlines())
    assert told.exit_code == ExitCode.BAD_FILE
    assert (first["file"], first["outcome"], first["rows"], first["added"]["pool"]) == ("a.csv", "imported", 2, 1)
    assert first["columns"]["text"] == "words"
    assert (second["file"], second["outcome"]) == ("b.txt", "failed")
    assert [key for key in {**first, **second} if f"`{key}`" not in _PAGE.read_text("utf-8")] == []
    assert told.stderr.startswith("lamm: 'b.txt' is of an unknown format")
    (folder / "b.txt").unlink()
    again = lamm()
    assert (again.exit_code, again.stdout) == (ExitCode.DONE, "")
    for wrong in (("file.csv",), ("--rejected-to", "r.csv")):
        assert lamm(*wrong).exit_code == ExitCode.USAGE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_watch_that_would_go_on(
    sqlite_workspace: Workspace, folder: Path, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_project(sqlite_workspace, "small", world.settings_of())
    monkeypatch.setattr(watch_folder, "Watch", partial(Watch, settle=0.0))
    monkeypatch.setattr(watch_folder._Talk, "file", lambda *_: os.kill(os.getpid(), number))
    put(folder, "a.csv", "1,en,one,")
    put(folder, "b.csv", "2,en,two,")
    before = signal.getsignal(number)
    words = ("import", "small", "--watch", str(folder), "--no-embed")
    told = CliRunner().invoke(app, ["--home", str(sqlite_workspace.settings.home), *words])
    assert told.exit_code == ExitCode.DONE, told.output
    assert signal.getsignal(number) == before
    with sqlite_workspace.database.read() as connection:
        assert [each.name for each in watched_files.newest(connection, 1, 9)] == ["a.csv"]
