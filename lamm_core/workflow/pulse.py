"""While long work goes on, tell the database every two seconds that it is alive and how far it is."""

import logging
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from lamm_core.errors import LammError, StorageUnavailable
from lamm_core.words import marked

SECONDS = 2.0
# What is being done is stored in English, and told in the language of whoever looks.
EMBEDDING = marked("embedding {done:,} of {all:,} texts")
_log = logging.getLogger(__name__)


class Pulse(ABC):
    """Context in which the work is done; it beats in a thread of its own.

    Args:
        name: of the work, for the log.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._stage = marked("starting")
        self._progress = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"pulse of {name}", daemon=True)

    def __enter__(self) -> Self:
        self._beat()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _say(self, stage: str, progress: float) -> None:
        self._stage, self._progress = stage, progress
        self._beat()

    @abstractmethod
    def _beat(self) -> None:
        """Write that the work is alive, with its stage and progress.

        Raises:
            LammError: nobody wants the work any more, which ends the pulse.
            StorageUnavailable: it did not get through; the next beat may.
        """

    def _end_work(self, error: LammError) -> None:  # noqa: B027 - some work notices by itself
        """Called in the thread of the pulse when nobody wants the work any more."""

    def _run(self) -> None:
        while not self._stop.wait(SECONDS):
            try:
                self._beat()
            except StorageUnavailable:
                _log.warning("a heartbeat of %s did not get through", self._name)
            except LammError as error:
                if not self._stop.is_set():
                    self._end_work(error)
                return
