"""The best items of every language among those seen so far, while a pool passes by block after block."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamm_core.selection.arrays import FloatArray, IntArray
from lamm_core.selection.candidates import highest

# Items that wait, as a multiple of those that are kept, until they are compared with them.
_WAITING = 4
_LEAST_WAITING = 4096


class BestSoFar:
    """Keeps the `count` highest scores of each language; memory grows with these alone.

    Args:
        count: how many are kept of each language.
        languages: number of languages.
        tie_order: `(n,)` rank of each item of the pool in the order that settles exact ties; None for its position.
    """

    def __init__(self, count: int, languages: int, tie_order: IntArray | None = None) -> None:
        self._count = count
        self._tie_order = tie_order
        # An item below it cannot be among the best of its language any more.
        self._least = np.full(languages, -np.inf)
        self._seen: list[tuple[FloatArray, NDArray[np.integer[Any]], IntArray]] = [
            (np.empty(0), np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp))
        ]
        self._waiting = 0
        self._most_waiting = max(_WAITING * count * languages, _LEAST_WAITING)

    def add(self, scores: FloatArray, codes: NDArray[np.integer[Any]], positions: IntArray) -> None:
        """See further items.

        Args:
            scores: `(b,)`, larger means label sooner.
            codes: `(b,)` language of each, from 0.
            positions: `(b,)` their places in the pool.
        """
        hopeful = np.flatnonzero(scores >= self._least[codes])
        self._seen.append((scores[hopeful], codes[hopeful], positions[hopeful]))
        self._waiting += len(hopeful)
        if self._waiting > self._most_waiting:
            self._keep_best()

    def best(self) -> tuple[FloatArray, IntArray, IntArray]:
        """Scores, languages and places in the pool of what is kept, in the order that settles ties."""
        self._keep_best()
        scores, codes, positions = self._seen[0]
        order = np.argsort(self._ranks(positions))
        return scores[order], codes[order].astype(np.intp), positions[order]

    def _ranks(self, positions: IntArray) -> IntArray:
        return positions if self._tie_order is None else self._tie_order[positions]

    def _keep_best(self) -> None:
        scores, codes, positions = (np.concatenate(column) for column in zip(*self._seen, strict=True))
        ranks, kept = self._ranks(positions), [np.empty(0, dtype=np.intp)]
        for code in range(len(self._least)):
            rows = np.flatnonzero(codes == code)
            rows = rows[highest(scores[rows], ranks[rows], self._count)]
            if len(rows) == self._count:
                self._least[code] = scores[rows[-1]]
            kept.append(rows)
        rows = np.concatenate(kept)
        self._seen = [(scores[rows], codes[rows], positions[rows])]
        self._waiting = 0
