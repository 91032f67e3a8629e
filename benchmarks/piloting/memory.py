"""How much memory the pilot's processes take."""

import threading
from typing import Self

import psutil

_EVERY = 0.2  # seconds between two looks
# The command line tells the kind: a process that was forked and runs nothing of its own yet is none of them.
_KINDS = {"lamm_core.workflow.round_process": "round", "--multiprocessing-fork": "annotator"}


class MemoryWatch:
    """Context that notes the largest resident memory of the processes started within it.

    Attributes:
        peaks: bytes of the largest process of each kind: round, annotator.
    """

    def __init__(self) -> None:
        self.peaks = dict.fromkeys(_KINDS.values(), 0)
        # A round outlives the annotator that started it, and is nobody's child then: remember it.
        self._known: set[psutil.Process] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        here = psutil.Process()
        while not self._stop.wait(_EVERY):
            self._known |= set(here.children(recursive=True))
            self._known = {each for each in self._known if self._look(each)}

    def _look(self, process: psutil.Process) -> bool:
        """Note its memory; False when it is gone."""
        try:
            words, resident = process.cmdline(), process.memory_info().rss
        except psutil.Error:
            return False
        for word, kind in _KINDS.items():
            if word in words:
                self.peaks[kind] = max(self.peaks[kind], resident)
        return True
