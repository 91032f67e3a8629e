"""While a comparison works, tell the database every two seconds that it is alive and how far it is."""

import logging
import multiprocessing
import os
import signal
import socket
import threading
from types import FrameType, TracebackType
from typing import Self

from lamm_core.comparison import Compared, Comparison, ComparisonState
from lamm_core.errors import ComparisonCancelled, LammError, StorageUnavailable
from lamm_core.storage import comparisons
from lamm_core.words import marked
from lamm_core.workflow.fault import FAULT
from lamm_core.workflow.heartbeat import EMBEDDING
from lamm_core.workflow.workspace import Workspace, utc_now

_SECONDS = 2.0
_REPLAYING = marked("{done:,} of {all:,} replays")


class ComparisonPulse:
    """Context in which a comparison works. Left by an error, it marks the comparison failed.

    Where it was cancelled in the meantime, the process is told by SIGTERM, which ends its replays at once and raises
    `ComparisonCancelled` here. Only the main thread of a process can enter it.
    """

    def __init__(self, workspace: Workspace, comparison: Comparison) -> None:
        self._workspace = workspace
        self._comparison = comparison
        self._stage = marked("starting")
        self._progress = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="comparison-heartbeat", daemon=True)

    def __enter__(self) -> Self:
        # Processes that were there before do other work, and go on with it.
        self._others = set(multiprocessing.active_children())
        self._before = signal.signal(signal.SIGTERM, self._end_replays)
        try:
            self._beat()
        except BaseException:
            signal.signal(signal.SIGTERM, self._before)
            raise
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGTERM, self._before)
        self._stop.set()
        self._thread.join()
        if error is not None:
            with self._workspace.database.write() as connection:
                comparisons.close(connection, self._comparison.id, *_end(error), utc_now())

    def embedding(self, done: int, total: int) -> None:
        """Progress of the embedding, which starts only where texts lack one."""
        self._say(EMBEDDING.format(done=done, all=total), 0.0)

    def replaying(self, done: int, total: int) -> None:
        """Progress of the replays."""
        self._say(_REPLAYING.format(done=done, all=total), done / total if total else 1.0)

    def finish(self, result: Compared) -> None:
        """Store what came of it.

        Raises:
            ComparisonCancelled: it was cancelled in the meantime; nothing is saved.
        """
        with self._workspace.database.write() as connection:
            comparisons.finish(connection, self._comparison.id, result, utc_now())
        self._stop.set()

    def _say(self, stage: str, progress: float) -> None:
        self._stage, self._progress = stage, progress
        self._beat()

    def _beat(self) -> None:
        with self._workspace.database.write() as connection:
            comparisons.beat(
                connection,
                self._comparison.id,
                utc_now(),
                stage=self._stage,
                progress=self._progress,
                host=socket.gethostname(),
                process_id=os.getpid(),
            )

    def _run(self) -> None:
        while not self._stop.wait(_SECONDS):
            try:
                self._beat()
            except ComparisonCancelled:
                main = threading.main_thread().ident
                if not self._stop.is_set() and main is not None:
                    signal.pthread_kill(main, signal.SIGTERM)
                return
            except StorageUnavailable:
                logging.getLogger(__name__).warning("heartbeat of comparison %s did not get through", self._comparison)

    def _end_replays(self, _signal: int, _frame: FrameType | None) -> None:
        """End the processes that replay, for which the main thread would wait otherwise, and then the work here."""
        for child in set(multiprocessing.active_children()) - self._others:
            child.kill()
        raise ComparisonCancelled("The comparison was cancelled; its result is not saved.")


def _end(error: BaseException) -> tuple[ComparisonState, str | None]:
    """What a manager reads about a comparison that did not finish."""
    if isinstance(error, ComparisonCancelled | KeyboardInterrupt):
        return ComparisonState.CANCELLED, None
    if isinstance(error, LammError):
        return ComparisonState.FAILED, str(error)
    return ComparisonState.FAILED, FAULT.format(kind=type(error).__name__, reason=error)
