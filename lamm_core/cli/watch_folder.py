"""`lamm import --watch`: what appears in a folder, as it comes."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from lamm_core.cli.exit_codes import ExitCode
from lamm_core.cli.import_command import import_record
from lamm_core.cli.json_output import print_json_line
from lamm_core.cli.shell import INTERRUPTED, command_line, complain
from lamm_core.workflow.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

    from lamm_core.job import Job
    from lamm_core.records import Project
    from lamm_core.workflow.arrivals import FileReport
    from lamm_core.workflow.surveying import ImportChoices
    from lamm_core.workflow.workspace import Workspace


def watch_folder(
    workspace: Workspace,
    project: str,
    folder: Path,
    choices: ImportChoices,
    *,
    every: float,
    once: bool,
    embed: bool,
    as_json: bool,
) -> None:
    """Import what appears in a folder until a signal ends it; a second signal ends it at once.

    Raises:
        UnreadableFile: there is no such folder.
        UnknownProject: there is no such project.
        StorageUnavailable: the database cannot be used.
        typer.Exit: some file could not be imported, or `once` was interrupted.
    """
    from lamm_core.workflow.projects import get_project

    found = get_project(workspace, project)
    talk = _Talk(as_json=as_json)
    watch = Watch(workspace, project, folder, choices, talk, every=every, embed=embed)
    if not once:
        talk.say(f"Watching {folder} for {found.name!r}; Ctrl-C ends it.")
    with _ended_by_signals(watch):
        failed = watch.run(once=once)
    if once and watch.is_ended:
        complain("Interrupted; the files that were not told of are imported the next time.")
        raise typer.Exit(INTERRUPTED)
    if once and failed:
        raise typer.Exit(ExitCode.BAD_FILE)


@contextmanager
def _ended_by_signals(watch: Watch) -> Iterator[None]:
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}

    def end(number: int, _frame: FrameType | None) -> None:
        watch.end()
        signal.signal(number, signal.SIG_DFL)

    for each in before:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class _Talk:
    """One line a file: a sentence for a person, JSON for a program."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def say(self, sentence: str) -> None:
        """One line, for a person."""
        if not self._as_json:
            typer.echo(sentence)

    def file(self, project: Project, report: FileReport) -> None:
        """What came of a file."""
        if self._as_json:
            print_json_line(_record(project, report))
        else:
            self._say_file(report)
        if report.reason:
            complain(report.reason)
        if report.trouble:
            complain(report.trouble)

    def _say_file(self, report: FileReport) -> None:
        if report.earlier is not None:
            day = f"{report.earlier.read_at:%Y-%m-%d %H:%M} UTC"
            self.say(f"{report.name}: what it holds was imported before, as {report.earlier.name!r} on {day}.")
        elif report.result is not None and not report.reason:
            self.say(f"{report.name}: {report.result.summary}; {report.result.refused:,} rows rejected.")
        if report.rejected_to is not None:
            self.say(f"  The rejected rows are in {report.rejected_to}.")

    def embedded(self, project: Project, texts: int, job: Job | None) -> None:
        """Where the texts were embedded."""
        if job is None:
            self.say(f"Embedded {texts:,} texts.")
        else:
            jobs = command_line("lamm", "jobs", "list", project.name)
            self.say(f"A worker embeds the texts (job {job.id}); see: {jobs}")

    def trouble(self, sentence: str) -> None:
        """What stands in the way for now."""
        complain(sentence)


def _record(project: Project, report: FileReport) -> dict[str, Any]:
    """The object of a file. Of one that was never read, what an import counts is null."""
    told = {
        "outcome": report.outcome,
        "reason": report.reason or None,
        "earlier": report.earlier.name if report.earlier else None,
        "rejected_to": report.rejected_to,
    }
    if report.result is None:
        return {"project": project.name, "file": report.name, **told}
    return import_record(project, report.name, report.format, report.columns, report.result) | told
