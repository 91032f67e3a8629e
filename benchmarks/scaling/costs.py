"""What a call costs: time, processor time, and memory beyond what its process held before."""

import ctypes
import gc
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Self, TypeVar

from threadpoolctl import threadpool_limits

_PROCESS = Path("/proc/self")
_RESET_PEAK = "5"  # what the kernel wants to read there; see proc_pid_clear_refs(5)
_MEGABYTE = 1024  # kilobytes, which is what the kernel counts in
_THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """What a call took.

    Attributes:
        seconds: of the wall.
        processor: seconds of processor time, of all threads of the process.
        megabytes: the most memory that the process held meanwhile, beyond what it held before; mapped files count.
    """

    seconds: float
    processor: float
    megabytes: float

    @classmethod
    def median(cls, costs: "Sequence[Cost]") -> Self:
        """The median of each figure by itself."""
        return cls(
            median(each.seconds for each in costs),
            median(each.processor for each in costs),
            median(each.megabytes for each in costs),
        )


def only_one_thread() -> None:
    """Let the processes that are started from now on compute with one thread, outside `measured` too."""
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))


def measured(call: Callable[[], T]) -> tuple[T, Cost]:
    """The result of a call with one thread, and what it took. Linux only.

    The peak is the kernel's own (VmHWM), so that memory counts wherever it is taken: numpy, BLAS, mapped files.
    """
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what an earlier call has freed must not be there for this one
    with threadpool_limits(1):
        (_PROCESS / "clear_refs").write_text(_RESET_PEAK)
        before = _kilobytes("VmRSS")
        processor, started = time.process_time(), time.perf_counter()
        result = call()
        seconds, processor = time.perf_counter() - started, time.process_time() - processor
        peak = _kilobytes("VmHWM")
    return result, Cost(seconds, processor, max(0, peak - before) / _MEGABYTE)


def _kilobytes(name: str) -> int:
    for line in (_PROCESS / "status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise OSError(f"the kernel does not tell {name}")
