"""Which row of an embedding store belongs to a key.

The keys stand in sorted runs, each at least twice as long as the next. A few new keys become a run of their own and are
merged only with runs of their size, so that a store that grows by little steps never sorts all that it holds again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

KEY_BYTES = 16


@dataclass(frozen=True)
class _Run:
    """n keys in the order of their first halves, with the row of each; all arrays are `(n,)`."""

    high: NDArray[np.uint64]
    low: NDArray[np.uint64]
    rows: NDArray[np.intp]

    @classmethod
    def of(cls, high: NDArray[np.uint64], low: NDArray[np.uint64], rows: NDArray[np.intp]) -> Self:
        """Put keys in order; two runs one after the other are only merged by this."""
        order = np.argsort(high, kind="stable")
        return cls(high[order], low[order], rows[order])

    def __len__(self) -> int:
        return len(self.rows)

    def merged(self, other: Self) -> Self:
        """Both runs as one."""
        return self.of(
            np.concatenate((self.high, other.high)),
            np.concatenate((self.low, other.low)),
            np.concatenate((self.rows, other.rows)),
        )

    def find(self, high: NDArray[np.uint64], low: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Row of each key, `(n,)`; -1 where it is not in this run."""
        place = np.minimum(np.searchsorted(self.high, high), len(self) - 1)
        while True:
            same_high = self.high[place] == high
            found = same_high & (self.low[place] == low)
            # Keys that share their first half stand side by side; it is a one in 10^7 event among a million texts.
            further = same_high & ~found & (place + 1 < len(self))
            if not further.any():
                return np.where(found, self.rows[place], -1)
            place[further] += 1


class KeyIndex:
    """Rows by key. The first key added is that of row 0, the next that of row 1, and so on."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def add(self, keys: bytes) -> None:
        """Add the keys of the rows that follow.

        Args:
            keys: n keys of 16 bytes, one after the other.
        """
        high, low = _halves(keys)
        if not len(high):
            return
        run = _Run.of(high, low, np.arange(self._rows, self._rows + len(high)))
        self._rows += len(run)
        while self._runs and len(self._runs[-1]) < 2 * len(run):
            run = self._runs.pop().merged(run)
        self._runs.append(run)

    def rows_of(self, keys: Sequence[bytes]) -> NDArray[np.intp]:
        """Row of each key, `(n,)`; -1 where it was not added."""
        high, low = _halves(b"".join(keys))
        rows = np.full(len(keys), -1, dtype=np.intp)
        for run in self._runs:
            missing = np.flatnonzero(rows < 0)
            if not len(missing):
                break
            rows[missing] = run.find(high[missing], low[missing])
        return rows


def _halves(keys: bytes) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """First and second half of each key, as numbers that are ordered like the bytes."""
    numbers = np.frombuffer(keys, dtype=">u8").reshape(-1, 2).astype(np.uint64)
    return numbers[:, 0], numbers[:, 1]
