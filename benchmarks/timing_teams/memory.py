"""How the memory of the servers goes on."""

import threading
from collections.abc import Sequence
from typing import Self

import psutil

_EVERY = 2.0  # seconds between two looks
_PARTS = 5


class MemoryWatch:
    """Context that notes the resident memory of some processes, all together.

    Args:
        process_ids: of the processes.
    """

    def __init__(self, process_ids: Sequence[int]) -> None:
        self._processes = [psutil.Process(each) for each in process_ids]
        self._megabytes: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def course(self) -> list[float]:
        """The largest memory in each fifth of the time, in megabytes (2^20 bytes)."""
        size = max(1, len(self._megabytes) // _PARTS)
        parts = [self._megabytes[start : start + size] for start in range(0, size * _PARTS, size)]
        return [round(max(each), 1) for each in parts if each]

    def _run(self) -> None:
        while True:
            self._megabytes.append(sum(each.memory_info().rss for each in self._processes) / 2**20)
            if self._stop.wait(_EVERY):
                return
