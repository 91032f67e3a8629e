"""One run: a fresh project, a server, people, and at the end a look into the database."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lamm_core.records import Project
from lamm_core.workflow.workspace import Workspace
from timing_labels.browser import BrowserPerson, Timed, browsing
from timing_labels.checks import find_faults, stored_labels
from timing_labels.crowd import Crowd, Done, Errand, gathered
from timing_labels.figures import spread
from timing_labels.fitting import Rounds, rounds_running
from timing_labels.page_runs import page_run_cpu_ms
from timing_labels.plan import CHROMIUM_PACE, HUMAN_PACE, NO_PACE, Case, Run
from timing_labels.project import NAME, content_of, make_project, open_home
from timing_labels.report import RunReport, faults_shown
from timing_labels.server import Server, serving

Say = Callable[[str], None]


@dataclass
class _Span:
    """What the server used while people labelled."""

    seconds: float = 0.0
    cpu: float = 0.0


@dataclass(frozen=True)
class _Found:
    page: Timed
    others: Done
    span: _Span
    rounds: Rounds
    reruns: int


def perform(run: Run, home: Path, say: Say) -> RunReport:
    """Perform one run in a folder of its own.

    Raises:
        BenchmarkStopped: the server, the browser or the page did not do what was waited for.
    """
    say(f"{run.case}, {run.users} users: making a project of {run.pool:,} texts.")
    workspace = open_home(home)
    try:
        project = make_project(workspace, content_of(run))
        with serving(workspace.settings) as server:
            say(f"{run.case}, {run.users} users: labelling.")
            found = _label(run, workspace, project, server)
            page_run = page_run_cpu_ms(server) if run.case is Case.ALONE else None
        return replace(_report(run, workspace, project, found, say), page_run_cpu_ms=page_run)
    finally:
        workspace.close()


def _label(run: Run, workspace: Workspace, project: Project, server: Server) -> _Found:
    with ExitStack() as stack:
        page = stack.enter_context(browsing(server.url)) if run.in_browser else None
        crowd = stack.enter_context(gathered(_errand(run, server))) if run.simulated else None
        rounds = stack.enter_context(rounds_running(workspace, project, run.case is Case.FITTING))
        before = page.reruns if page else 0
        with _measured(server) as span:
            timed, done = _work(run, page, crowd)
        reruns = done.log.reruns - run.simulated + (page.reruns - before if page else 0)
        return _Found(timed, done, span, rounds, reruns)


def _work(run: Run, page: BrowserPerson | None, crowd: Crowd | None) -> tuple[Timed, Done]:
    """Let the crowd begin, then the person in the browser; the crowd stops when that person is done."""
    if crowd is not None:
        crowd.begin()
    timed = Timed([], [], [])
    if page is not None:
        timed = page.label(run.labels, CHROMIUM_PACE, np.random.default_rng(run.seed))
    return timed, crowd.finish(stop=run.in_browser) if crowd is not None else Done()


def _errand(run: Run, server: Server) -> Errand:
    return Errand(
        ports=(server.port,),
        project=NAME,
        people=run.simulated,
        pause=HUMAN_PACE if run.in_browser else NO_PACE,
        seed=run.seed,
        most=None if run.in_browser else run.labels,
    )


@contextmanager
def _measured(server: Server) -> Iterator[_Span]:
    span = _Span()
    began, used = time.perf_counter(), server.cpu_seconds()
    yield span
    span.seconds, span.cpu = time.perf_counter() - began, server.cpu_seconds() - used


def _report(run: Run, workspace: Workspace, project: Project, found: _Found, say: Say) -> RunReport:
    given = [*found.page.given, *found.others.log.given]
    faults = find_faults(given, stored_labels(workspace, project))
    for fault in faults_shown(faults):
        say(fault)
    others = spread(found.others.log.milliseconds)
    return RunReport(
        case=run.case,
        users=run.users,
        key_to_next_ms=spread(found.page.key_to_next),
        ack_ms=spread(found.page.acknowledged) if run.in_browser else others,
        labels=len(found.page.given) if run.in_browser else len(given),
        lost=len(faults.lost),
        doubled=len(faults.doubled),
        others_ack_ms=others if run.in_browser else None,
        all_labels=len(given),
        shared=len(faults.shared),
        untold=len(faults.untold),
        labels_per_second=round(len(given) / (found.span.seconds if run.in_browser else found.others.seconds), 2),
        reruns=found.reruns,
        page_run_cpu_ms=None,
        label_cpu_ms=round(1000 * found.span.cpu / len(given), 2),
        rounds=found.rounds.started,
        round_share=found.rounds.share,
    )
