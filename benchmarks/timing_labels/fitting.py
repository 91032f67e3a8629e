"""Keep a round running beside people who label."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

from lamm_core.errors import RoundRunning
from lamm_core.records import Project, Round, RoundState
from lamm_core.settings import HOME_VARIABLE
from lamm_core.workflow import automatic
from lamm_core.workflow.running import notice_dead_round
from lamm_core.workflow.workspace import Workspace
from timing_labels.errors import BenchmarkStopped

_POLL = 0.1  # seconds
_PATIENCE = 60.0


@dataclass
class Rounds:
    """What ran.

    Attributes:
        started: rounds started.
        looks: how often it was looked whether one runs.
        running: how often one did.
    """

    started: int = 0
    looks: int = 0
    running: int = 0

    @property
    def share(self) -> float | None:
        """Share of the time in which a round was running, 0 to 1."""
        return round(self.running / self.looks, 3) if self.looks else None


@contextmanager
def rounds_running(workspace: Workspace, project: Project, wanted: bool) -> Iterator[Rounds]:
    """Start a round whenever none is running, as long as the block lasts; without being wanted, do nothing.

    The block begins when the first round runs. Its last one is ended with the block.

    Raises:
        BenchmarkStopped: a round failed.
    """
    rounds = Rounds()
    if not wanted:
        yield rounds
        return
    ended, begun = threading.Event(), threading.Event()
    failures: list[str] = []
    keeper = threading.Thread(target=_keep, args=(workspace, project, rounds, begun, ended, failures))
    keeper.start()
    try:
        begun.wait(_PATIENCE)
        yield rounds
    finally:
        ended.set()
        keeper.join(_PATIENCE)
        _end(workspace, notice_dead_round(workspace, project))
    if failures:
        raise BenchmarkStopped(f"A round failed: {failures[0]}")


def _keep(
    workspace: Workspace,
    project: Project,
    rounds: Rounds,
    begun: threading.Event,
    ended: threading.Event,
    failures: list[str],
) -> None:
    while not ended.wait(_POLL):
        latest = notice_dead_round(workspace, project)
        rounds.looks += 1
        if latest is not None and latest.state is RoundState.FAILED:
            failures.append(latest.error or "it does not say why")
            break
        if latest is not None and latest.state is RoundState.RUNNING:
            rounds.running += 1
            begun.set()
            continue
        with suppress(RoundRunning):  # the page starts rounds too
            automatic.start_round(workspace, project)
            rounds.started += 1
    begun.set()


def _end(workspace: Workspace, latest: Round | None) -> None:
    """End the process of a round that still runs; it would outlive this program."""
    if latest is None or latest.state is not RoundState.RUNNING or latest.process_id is None:
        return
    with suppress(psutil.Error):
        process = psutil.Process(latest.process_id)
        # A number that was given to another process meanwhile names none of ours.
        if process.environ().get(HOME_VARIABLE) == str(workspace.settings.home):
            process.kill()
            process.wait(_PATIENCE)
