"""While a round works, tell the database every two seconds that it is alive and how far it is."""

import logging
import os
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from lamm_core.errors import RoundSuperseded, StorageUnavailable
from lamm_core.records import Round
from lamm_core.storage import rounds
from lamm_core.words import marked
from lamm_core.workflow.workspace import Workspace, utc_now

Report = Callable[[str, float], None]
_SECONDS = 2.0
# What is being done is stored in English, and told in the language of whoever looks.
EMBEDDING = marked("embedding {done:,} of {all:,} texts")
# Embedding takes by far the longest, so it gets the first part of the progress bar.
_EMBEDDING_PART = 0.5


class Heartbeat:
    """Context in which a round works.

    Args:
        round_: the round that this process performs.
        report: also called with (stage, progress 0 to 1) at each change.
    """

    def __init__(self, workspace: Workspace, round_: Round, report: Report | None = None) -> None:
        self._workspace = workspace
        self._round = round_
        self._report = report
        self._stage = marked("starting")
        self._progress = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="round-heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._beat()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def stage(self, name: str, progress: float) -> None:
        """Say what the round does now, and how far it is (0 to 1).

        Raises:
            RoundSuperseded: the round was declared dead in the meantime.
        """
        self._stage, self._progress = name, progress
        self._beat()
        if self._report:
            self._report(name, progress)

    def embedding(self, done: int, total: int) -> None:
        """Progress of the embedding, for `embed_missing`."""
        stage = EMBEDDING.format(done=done, all=total)
        self._stage, self._progress = stage, _EMBEDDING_PART * done / total
        if self._report:
            self._report(self._stage, self._progress)

    def _beat(self) -> None:
        with self._workspace.database.write() as connection:
            rounds.beat(
                connection,
                self._round.id,
                self._round.attempt,
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
            except RoundSuperseded:
                return  # the work itself notices at its next stage
            except StorageUnavailable:
                logging.getLogger(__name__).warning("heartbeat of round %s did not get through", self._round.number)
