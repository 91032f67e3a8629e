"""Vectors of a pool, block after block: of an array in memory, or of a file of any size.

A file is mapped, and the system is told what comes next and what is done with. So a warm file is never copied, a cold
one is read in long stretches while the last block is in use, and the memory of the process holds a few blocks only.
"""

import mmap
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

# 8 MB of 512 numbers: few enough to stay near the processor, enough for a product to be quick.
BLOCK_ROWS = 4096
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
    def end(self) -> int:
        """Bytes of the file up to the end of the last row."""
        return self.offset + self.rows * self.dimension * np.dtype(self.dtype).itemsize

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
    if not file.rows:
        return
    with file.path.open("rb") as opened:
        if opened.seek(0, 2) < file.end:
            raise EmbeddingStoreDamaged(_("{file} is shorter than it should be.", file=file.path))
        memory = mmap.mmap(opened.fileno(), file.end, access=mmap.ACCESS_READ)
    passing = _Passing(memory)
    table = np.frombuffer(memory, dtype=file.dtype, offset=file.offset).reshape(file.rows, file.dimension)
    wide = np.empty((min(rows, file.rows), file.dimension), dtype=np.float32) if file.dtype == "<f2" else None
    step = rows * table.strides[0]
    for start in range(0, file.rows, rows):
        place = file.offset + start * table.strides[0]
        passing.ahead(place + step)
        block = table[start : start + rows]
        yield block if wide is None else widen(block, wide[: len(block)])
        passing.done(place + step)


class _Passing:
    """Tells the system what of a mapped file comes next, and what is done with; where it cannot be told, it guesses."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memory
        self._told = self._forgotten = 0

    def ahead(self, place: int) -> None:
        """The bytes up to some megabytes after `place` are needed soon; said for long stretches at a time."""
        end = min(place + _AHEAD_BYTES, len(self._memory))
        if end - self._told >= _AHEAD_BYTES // 2 or end == len(self._memory) > self._told:
            self._advise("MADV_WILLNEED", self._told, end)
            self._told = _whole_pages(end)

    def done(self, place: int) -> None:
        """The bytes before `place` are not needed any more; they stay in the memory of the system, if there is room."""
        end = _whole_pages(min(place, len(self._memory)))
        self._advise("MADV_DONTNEED", self._forgotten, end)
        self._forgotten = end

    def _advise(self, advice: str, start: int, end: int) -> None:
        if hasattr(mmap, advice) and end > start:
            self._memory.madvise(getattr(mmap, advice), start, end - start)


def _whole_pages(place: int) -> int:
    return place - place % mmap.PAGESIZE
