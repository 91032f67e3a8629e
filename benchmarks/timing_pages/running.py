"""One run: a small and a large project, each behind a server of its own, that are looked at in turn."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from timing_labels.crowd import Errand, gathered
from timing_labels.figures import Spread, spread
from timing_labels.plan import NO_PACE
from timing_labels.project import open_home
from timing_labels.server import Server, serving
from timing_pages.project import NAME, make_grown_project
from timing_pages.size import Size
from timing_pages.visiting import PAGES, Visit, visit
from timing_teams.plan import Engine
from timing_teams.running import database

Say = Callable[[str], None]
_TURNS, _LABELS_A_TURN = 4, 40


@dataclass
class SizeReport:
    """What was measured of one project.

    Attributes:
        engine: the database.
        size: the project.
        start_seconds: from the command until the server answers.
        pages: page to how long it took.
        label_ms: from sending a label, with the claim of further texts where few are left, until it is acknowledged.
        memory_mb: resident memory of the server after all of it, in megabytes (2^20 bytes).
    """

    engine: Engine
    size: Size
    start_seconds: float
    pages: dict[str, Visit] = field(default_factory=dict)
    label_ms: Spread | None = None
    memory_mb: float = 0.0


@dataclass
class _Case:
    server: Server
    report: SizeReport
    milliseconds: list[float] = field(default_factory=list)


def perform(engine: Engine, sizes: tuple[Size, ...], home: Path, times: int, say: Say) -> list[SizeReport]:
    """Look at projects of several sizes on one engine, page by page and label by label in turn.

    Args:
        home: a new folder.
        times: how often each page is run again.

    Raises:
        BenchmarkStopped: a server did not do what was waited for.
    """
    with ExitStack() as stack:
        cases = [stack.enter_context(_served(engine, size, home / str(size.items), say)) for size in sizes]
        for page in PAGES:
            for case in cases:
                case.report.pages[page.title] = visit(case.server, page, times)
        for turn in range(_TURNS):
            for case in cases:
                say(f"{engine}, {case.report.size.items:,} texts: labelling, turn {turn + 1} of {_TURNS}.")
                errand = Errand((case.server.port,), NAME, 1, NO_PACE, turn, most=_LABELS_A_TURN)
                with gathered(errand) as crowd:
                    crowd.begin()
                    case.milliseconds += crowd.finish(stop=False).log.milliseconds
        for case in cases:
            case.report.label_ms = spread(case.milliseconds)
            case.report.memory_mb = round(psutil.Process(case.server.process_id).memory_info().rss / 2**20, 1)
        return [case.report for case in cases]


@contextmanager
def _served(engine: Engine, size: Size, home: Path, say: Say) -> Iterator[_Case]:
    with database(engine) as url:
        say(f"{engine}: making a project of {size.items:,} texts and {size.labels:,} labels.")
        workspace = open_home(home, url)
        try:
            make_grown_project(workspace, size)
        finally:
            workspace.close()
        began = time.perf_counter()
        with serving(workspace.settings) as server:
            yield _Case(server, SizeReport(engine, size, round(time.perf_counter() - began, 2)))
