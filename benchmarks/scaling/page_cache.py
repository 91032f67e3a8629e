"""Whether a file lies in the memory of the system: read beforehand, or thrown out of it."""

import ctypes
import mmap
import os
from pathlib import Path

import numpy as np

from scaling.errors import BenchmarkStopped

_CHUNK = 8 << 20
_LEFT = 0.001  # of a file that was thrown out, at most; what is left does not show in the time to read it


def read_through(path: Path) -> int:
    """Read a file from its beginning to its end, into memory that is used again and again; gives its bytes."""
    buffer = bytearray(_CHUNK)
    total = 0
    with path.open("rb", buffering=0) as file:
        while read := file.readinto(buffer):
            total += read
    return total


def throw_out(path: Path) -> None:
    """Throw a file out of the system's memory.

    Raises:
        BenchmarkStopped: it stays there, as files of a memory disk do, and those that another process has mapped.
    """
    with path.open("rb") as file:
        os.fsync(file.fileno())  # pages that are not written yet would stay
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    left = resident_share(path)
    if left > _LEFT:
        raise BenchmarkStopped(f"{left:.1%} of {path} stay in memory; --scratch must name a folder on a disk.")


def resident_share(path: Path) -> float:
    """The share of a file, 0 to 1, that lies in the memory of the system: mincore(2)."""
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    pages = np.zeros(-(-len(mapped) // mmap.PAGESIZE), dtype=np.uint8)
    start = ctypes.addressof(ctypes.c_char.from_buffer(mapped))
    library = ctypes.CDLL(None, use_errno=True)
    if library.mincore(ctypes.c_void_p(start), ctypes.c_size_t(len(mapped)), pages.ctypes.data_as(ctypes.c_void_p)):
        raise OSError(ctypes.get_errno(), "mincore failed")
    return float(np.mean(pages & 1))
