"""Vectors of a pool, block after block: of an array in memory, or of a file of any size.

A file is read into the memory of one block, small enough for the processor's cache. Where the system does not have what
comes next in its memory, it is told so some way ahead: a cold disk is then read in long stretches while the last block
is in use. A warm file needs no such word, which costs more than it seems.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lamm_core.errors import EmbeddingStoreDamaged, InvalidInput
from lamm_core.model.half_precision import widen
from lamm_core.words import translate as _

Vectors = NDArray[np.float32]

# Few enough to stay near the processor, enough for a product to be quick; of a file, 2 MB of 512 numbers.
BLOCK_ROWS = 4096
_FILE_ROWS = 1024
# How far ahead the system is to read.
_AHEAD_BYTES = 32 << 20


@dataclass(frozen=True)
class VectorFile:
    """Vectors in a file, one row after the other.

    Attributes:
        path: the file.
        rows: number of vectors.
        dimension: numbers a vector.
        dtype: how a number is kept: `<f4`, or `<f2` for half precision.
        offset: bytes before the first row.
    """

    path: Path
    rows: int
    dimension: int
    dtype: str = "<f4"
    offset: int = 0

    def __len__(self) -> int:
        return self.rows

    @property
    def row_bytes(self) -> int:
        """Bytes of one vector."""
        return self.dimension * np.dtype(self.dtype).itemsize

    @classmethod
    def behind(cls, array: NDArray[Any]) -> Self | None:
        """The file that a whole mapped array lies in; None where the array lies in memory."""
        mapped = array
        while isinstance(mapped.base, np.ndarray):  # a part of a mapped array claims to begin where the whole does
            mapped = mapped.base
        if not isinstance(mapped, np.memmap) or (mapped.shape, mapped.dtype) != (array.shape, array.dtype):
            return None
        if array.ndim != 2 or not array.flags.c_contiguous or array.dtype.str not in {"<f4", "<f2"}:
            return None
        return cls(Path(str(mapped.filename)), len(array), array.shape[1], array.dtype.str, int(mapped.offset))


def blocks(vectors: NDArray[Any] | VectorFile, rows: int = BLOCK_ROWS) -> Iterator[Vectors]:
    """The vectors in order, at most `rows` at a time, in single precision.

    Args:
        vectors: `(n, d)` in memory, or a file.
        rows: vectors in a block, at least 1.

    Yields:
        `(b, d)`; of a file only good until the next one is asked for.

    Raises:
        InvalidInput: an array is not `(n, d)`.
        EmbeddingStoreDamaged: the file is shorter than it should be.
        OSError: the file cannot be read.
    """
    if isinstance(vectors, VectorFile):
        yield from _of_file(vectors, rows)
        return
    if vectors.ndim != 2:
        raise InvalidInput(f"Vectors must be of shape (items, numbers); got {vectors.shape}.")
    for start in range(0, len(vectors), rows):
        block = vectors[start : start + rows]
        yield widen(block) if block.dtype == np.float16 else np.ascontiguousarray(block, dtype=np.float32)


def _of_file(file: VectorFile, rows: int) -> Iterator[Vectors]:
    raw = np.empty((min(rows, _FILE_ROWS, file.rows), file.dimension), dtype=file.dtype)
    wide = np.empty_like(raw, dtype=np.float32) if file.dtype == "<f2" else None
    with file.path.open("rb", buffering=0) as opened:
        reading = _Reading(opened.fileno(), file)
        for start in range(0, file.rows, max(len(raw), 1)):
            block = raw[: file.rows - start]
            reading.fill(memoryview(block.data).cast("B"), file.offset + start * file.row_bytes)
            yield block if wide is None else widen(block, wide[: len(block)])


class _Reading:
    """Reads an open file from beginning to end, and has the system read ahead where it must go to the disk."""

    def __init__(self, handle: int, file: VectorFile) -> None:
        self._handle = handle
        self._file = file
        self._told = 0

    def fill(self, memory: memoryview, place: int) -> None:
        """Read as many bytes as the memory has, from this place on.

        Raises:
            EmbeddingStoreDamaged: the file ends before.
        """
        done = self._at_hand(memory, place)
        if done < len(memory):
            self._announce(place + done)
        while done < len(memory):
            got = os.preadv(self._handle, [memory[done:]], place + done)
            if not got:
                raise EmbeddingStoreDamaged(_("{file} is shorter than it should be.", file=self._file.path))
            done += got

    def _at_hand(self, memory: memoryview, place: int) -> int:
        """Read what the system has in its memory; returns how many bytes that was."""
        if not hasattr(os, "RWF_NOWAIT"):
            return 0
        try:
            return os.preadv(self._handle, [memory], place, os.RWF_NOWAIT)
        except OSError:  # nothing of it is, or this file system cannot tell
            return 0

    def _announce(self, place: int) -> None:
        """Say what comes next, in long stretches."""
        end = place + _AHEAD_BYTES
        if hasattr(os, "posix_fadvise") and end - self._told >= _AHEAD_BYTES // 2:
            begin = max(place, self._told)
            os.posix_fadvise(self._handle, begin, end - begin, os.POSIX_FADV_WILLNEED)
            self._told = end
