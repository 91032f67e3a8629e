"""The pulse of a comparison."""

import multiprocessing
import os
import signal
import socket
import threading
from types import FrameType, TracebackType
from typing import Self

from lamm_core.comparison import Compared, Comparison, ComparisonState
from lamm_core.errors import ComparisonCancelled, LammError
from lamm_core.storage import comparisons
from lamm_core.words import marked
from lamm_core.workflow.fault import FAULT
from lamm_core.workflow.pulse import EMBEDDING, Pulse
from lamm_core.workflow.workspace import Workspace, utc_now

REPLAYING = marked("{done:,} of {all:,} replays")


class ComparisonPulse(Pulse):
    """Context in which a comparison works. Left by an error, it marks the comparison failed.

    Where it was cancelled in the meantime, the process is told by SIGTERM, which ends its replays at once and raises
    `ComparisonCancelled` here. Only the main thread of a process can enter it.
    """

    def __init__(self, workspace: Workspace, comparison: Comparison) -> None:
        super().__init__(f"comparison {comparison.id}")
        self._workspace = workspace
        self._comparison = comparison

    def __enter__(self) -> Self:
        # Processes that were there before do other work, and go on with it.
        self._others = set(multiprocessing.active_children())
        self._before = signal.signal(signal.SIGTERM, self._end_replays)
        try:
            return super().__enter__()
        except BaseException:
            signal.signal(signal.SIGTERM, self._before)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGTERM, self._before)
        super().__exit__(kind, error, trace)
        if error is not None:
            with self._workspace.database.write() as connection:
                comparisons.close(connection, self._comparison.id, *_end(error), utc_now())

    def embedding(self, done: int, total: int) -> None:
        """Progress of the embedding, which starts only where texts lack one."""
        self._say(EMBEDDING.format(done=done, all=total), 0.0)

    def replaying(self, done: int, total: int) -> None:
        """Progress of the replays."""
        self._say(REPLAYING.format(done=done, all=total), done / total if total else 1.0)

    def finish(self, result: Compared) -> None:
        """Store what came of it.

        Raises:
            ComparisonCancelled: it was cancelled in the meantime; nothing is saved.
        """
        with self._workspace.database.write() as connection:
            comparisons.finish(connection, self._comparison.id, result, utc_now())
        self._stop.set()

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

    def _end_work(self, error: LammError) -> None:
        main = threading.main_thread().ident
        if main is not None:
            signal.pthread_kill(main, signal.SIGTERM)

    def _end_replays(self, number: int, frame: FrameType | None) -> None:
        """End the processes that replay, for which the main thread would wait otherwise, and then the work here."""
        for child in set(multiprocessing.active_children()) - self._others:
            child.kill()
        if callable(self._before):  # of the job that this comparison is done for
            self._before(number, frame)
        raise ComparisonCancelled("The comparison was cancelled; its result is not saved.")


def _end(error: BaseException) -> tuple[ComparisonState, str | None]:
    """What a manager reads about a comparison that did not finish."""
    if isinstance(error, ComparisonCancelled | KeyboardInterrupt):
        return ComparisonState.CANCELLED, None
    if isinstance(error, LammError):
        return ComparisonState.FAILED, str(error)
    return ComparisonState.FAILED, FAULT.format(kind=type(error).__name__, reason=error)
