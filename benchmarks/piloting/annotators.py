"""Annotators, each a process of its own, who claim and label as fast as they can."""

import multiprocessing
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier, Semaphore

from lamm_core.actors import OPERATOR
from lamm_core.records import Lease, Project
from lamm_core.settings import Settings
from lamm_core.storage.database import Database
from lamm_core.workflow import labelling
from lamm_core.workflow.projects import ensure_annotator
from lamm_core.workflow.workspace import Workspace
from piloting.logs import Acknowledged, AnnotatorLog, HandedOut
from piloting.plan import Plan
from piloting.waiting import wait_for_item

_HOLD = 3  # items that an annotator has in hand, as a page that fetches the next ones ahead
_START_TOGETHER = 120.0  # seconds for all processes to be there

_barrier: Barrier
_tickets: Semaphore


def annotate_together(
    workspace: Workspace, project: Project, truth: Mapping[str, str], plan: Plan
) -> list[AnnotatorLog]:
    """Let the annotators begin at the same moment, and return what they wrote down when all labels are given.

    Args:
        truth: id of an item in the imported file to its class.

    Raises:
        PilotStopped: a round failed, or nothing came to be labelled.
    """
    context = multiprocessing.get_context("spawn")
    shared = (context.Barrier(plan.annotators), context.Semaphore(plan.labels))
    # Each process waits at the barrier within its call, so each gets exactly one.
    with ProcessPoolExecutor(plan.annotators, context, _share, shared) as processes:
        futures = [
            processes.submit(_annotate, workspace.settings, project, f"Annotator {number}", truth)
            for number in range(1, plan.annotators + 1)
        ]
        return [each.result() for each in futures]


def _share(barrier: Barrier, tickets: Semaphore) -> None:
    """Called once in each annotator's process: what they begin together by, and what they count labels with."""
    global _barrier, _tickets  # a worker process has nothing else to keep them in
    _barrier, _tickets = barrier, tickets


def _annotate(settings: Settings, project: Project, name: str, truth: Mapping[str, str]) -> AnnotatorLog:
    """Label as one annotator until all labels of the pilot are given; runs in a process of its own.

    Nothing is released at the end, as when a browser is closed, so that no item changes hands.
    """
    workspace = Workspace(settings, Database(settings.database_url), OPERATOR)
    try:
        annotator = _Annotator(workspace, project, ensure_annotator(workspace, name), truth)
        _barrier.wait(_START_TOGETHER)
        annotator.work(_tickets)
        return AnnotatorLog(name, tuple(annotator.events), annotator.waited)
    finally:
        workspace.close()


@dataclass
class _Annotator:
    workspace: Workspace
    project: Project
    id: int
    truth: Mapping[str, str]
    events: list[HandedOut | Acknowledged] = field(default_factory=list)
    waited: float = 0.0

    def work(self, tickets: Semaphore) -> None:
        """Label until the tickets, one a label, are used up."""
        while True:
            leases = self._claim()
            if not leases:
                self._wait()
            # The last one stays in hand while the next are fetched, so it is handed out again.
            for lease in leases[: max(1, len(leases) - 1)]:
                if not tickets.acquire(block=False):
                    return
                self._label(lease)

    def _claim(self) -> list[Lease]:
        started = time.perf_counter()
        leases = labelling.claim(self.workspace, self.project, self.id, _HOLD)
        self.events.append(HandedOut(tuple(each.item_id for each in leases), time.perf_counter() - started))
        return leases

    def _wait(self) -> None:
        started = time.perf_counter()
        wait_for_item(self.workspace, self.project)
        self.waited += time.perf_counter() - started

    def _label(self, lease: Lease) -> None:
        class_name = self.truth[lease.external_id]
        started = time.perf_counter()
        labelling.submit(self.workspace, self.project, self.id, lease.item_id, class_name, lease.revision)
        seconds = time.perf_counter() - started
        self.events.append(Acknowledged(lease.item_id, lease.external_id, class_name, seconds))
