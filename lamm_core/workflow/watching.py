"""Watch a folder: what appears in it is imported and embedded, and so enters the next round."""

import threading
import time
from pathlib import Path
from typing import Protocol

from lamm_core.errors import LammError, StorageUnavailable, UnreadableFile
from lamm_core.exchange.arrivals import Arrivals
from lamm_core.job import Job
from lamm_core.records import Project
from lamm_core.workflow.arrivals import FileReport, Outcome, import_arrival, imported_before
from lamm_core.workflow.duplicates import set_duplicates_aside
from lamm_core.workflow.importing import embed_project, have_texts_embedded
from lamm_core.workflow.projects import get_project
from lamm_core.workflow.surveying import ImportChoices
from lamm_core.workflow.workspace import Workspace

EVERY, SETTLE = 10.0, 5.0  # seconds


class Listener(Protocol):
    """Who is told what a watch does."""

    def file(self, project: Project, report: FileReport) -> None:
        """What came of a file."""

    def embedded(self, project: Project, texts: int, job: Job | None) -> None:
        """The texts of some files were embedded here; or a worker does it, by this job."""

    def trouble(self, sentence: str) -> None:
        """What stands in the way for now; it is tried again."""


class Watch:
    """Imports what appears in a folder, until it is told to end.

    Args:
        project: name of the project. It is read anew for each look, since classes and languages may be added meanwhile.
        folder: where files appear; it may be on another machine.
        choices: what is said of all files.
        listener: who is told what is done.
        every: seconds between two looks.
        settle: seconds for which a file must lie unchanged before it counts as complete.
        embed: whether to have the texts embedded; else the next round does it.
    """

    def __init__(
        self,
        workspace: Workspace,
        project: str,
        folder: Path,
        choices: ImportChoices,
        listener: Listener,
        *,
        every: float = EVERY,
        settle: float = SETTLE,
        embed: bool = True,
    ) -> None:
        self._workspace = workspace
        self._project = project
        self._arrivals = Arrivals(folder, settle)
        self._choices = choices
        self._listener = listener
        self._every = every
        self._settle = settle
        self._embeds = embed
        self._ends = threading.Event()
        self._last_trouble = ""

    def end(self) -> None:
        """Let it end: a file that is being imported is rolled back. May be called by the handler of a signal."""
        self._ends.set()

    @property
    def is_ended(self) -> bool:
        """Whether it was told to end."""
        return self._ends.is_set()

    def run(self, *, once: bool = False) -> int:
        """Look, wait, and import what is complete, again and again; returns how many files failed.

        Args:
            once: end when what is there now has been seen to; what is still being written is left.

        Raises:
            UnreadableFile: there is no such folder.
            StorageUnavailable: the database cannot be used. Unless `once`, both are raised at the start only, and
                waited out later.
        """
        self._look()
        failed = 0
        while self._arrivals.open or not once:
            self._ends.wait(self._pause(once=once))
            if self.is_ended:
                break
            try:
                failed += self._import_complete()
                self._last_trouble = ""
            except (StorageUnavailable, UnreadableFile) as error:
                if once:
                    raise
                self._tell_trouble(error)
            if once:
                break
        return failed

    def _pause(self, *, once: bool) -> float:
        """Seconds until the next look."""
        if once:
            return self._settle
        return min(self._every, self._settle) if self._arrivals.open else self._every

    def _look(self) -> Project | None:
        """See what is there; files that were imported as they lie there are done. None where none is left."""
        self._arrivals.look(time.monotonic())
        if not self._arrivals.open:
            return None
        project = get_project(self._workspace, self._project)
        for each in imported_before(self._workspace, project, self._arrivals.open):
            self._arrivals.see_to(each)
        return project

    def _import_complete(self) -> int:
        """Import what is complete; returns how many files failed."""
        project = self._look()
        if project is None:
            return 0
        outcomes = []
        try:
            for each in self._arrivals.complete(time.monotonic()):
                self._go_on("", 0.0)
                report = import_arrival(self._workspace, project, each, self._choices, self._go_on)
                if report is not None:
                    self._arrivals.see_to(each)
                    self._listener.file(project, report)
                    outcomes.append(report.outcome)
            if self._embeds and Outcome.IMPORTED in outcomes:
                self._have_embedded(project)
        except _Ended:
            pass
        return outcomes.count(Outcome.FAILED)

    def _have_embedded(self, project: Project) -> None:
        try:
            set_duplicates_aside(self._workspace, project, self._go_on)
            job = have_texts_embedded(self._workspace, project)
            texts = 0 if job else embed_project(self._workspace, project, self._go_on)
        except StorageUnavailable:
            raise
        except LammError as error:  # the next round tries it again
            self._tell_trouble(error)
        else:
            self._listener.embedded(project, texts, job)

    def _go_on(self, _what: object, _share: float) -> None:
        """Called as work goes on: it ends here where it is to end."""
        if self.is_ended:
            raise _Ended

    def _tell_trouble(self, error: LammError) -> None:
        """Once, however often it is met."""
        if str(error) != self._last_trouble:
            self._last_trouble = str(error)
            self._listener.trouble(self._last_trouble)


class _Ended(Exception):
    """It was told to end in the middle of work."""
