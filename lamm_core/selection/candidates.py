"""The items that a batch is chosen from, as every way to choose sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from lamm_core.errors import MissingVectors
from lamm_core.selection.arrays import FloatArray, IntArray

Rows = TypeVar("Rows", FloatArray, FloatArray | None)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Items to choose from. They stand in the order of `tie_order`, so that the order of the input decides nothing.

    Attributes:
        scores: `(n,)` larger means label sooner.
        probabilities: `(n, k)` class probabilities.
        vectors: `(n, d)` embeddings; None where none were given or none are needed.
        labelled_vectors: `(m, d)` embeddings of the items labelled so far; None where none were given.
        tie_order: `(n,)` ascending; among equals the lower one comes first.
    """

    scores: FloatArray
    probabilities: FloatArray
    vectors: FloatArray | None
    labelled_vectors: FloatArray | None
    tie_order: IntArray

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def known_vectors(self) -> FloatArray:
        """`(n, d)` embeddings.

        Raises:
            MissingVectors: none were given.
        """
        if self.vectors is None:
            raise MissingVectors("This way to choose needs the embedding of every item, and none were given.")
        return self.vectors

    @property
    def labelled(self) -> FloatArray:
        """`(m, d)` embeddings of the items labelled so far, none of them where none were given."""
        if self.labelled_vectors is None:
            return self.known_vectors[:0]
        return self.labelled_vectors

    def take(self, rows: IntArray) -> "Candidates":
        """The candidates at these positions, in this order."""
        return Candidates(
            scores=self.scores[rows],
            probabilities=self.probabilities[rows],
            vectors=None if self.vectors is None else self.vectors[rows],
            labelled_vectors=self.labelled_vectors,
            tie_order=self.tie_order[rows],
        )


def highest(scores: FloatArray, tie_order: IntArray, count: int) -> IntArray:
    """The `count` positions with the highest scores, highest first, exact ties by `tie_order`.

    A partition finds the threshold in linear time; only the winners are sorted.
    """
    count = min(count, len(scores))
    if count == 0:
        return np.empty(0, dtype=np.intp)
    threshold = np.partition(scores, len(scores) - count)[len(scores) - count]
    above = np.flatnonzero(scores > threshold)
    level = np.flatnonzero(scores == threshold)
    level = level[np.argsort(tie_order[level])][: count - len(above)]
    winners = np.concatenate([above, level])
    return winners[np.lexsort((tie_order[winners], -scores[winners]))]


def in_order(rows: Rows, order: IntArray) -> Rows:
    """The rows, if any, in this order; not copied where they stand in it already."""
    return rows if rows is None or (np.diff(order) == 1).all() else rows[order]


def filled_up(chosen: Iterable[int], candidates: Candidates, count: int) -> IntArray:
    """The chosen positions, then the highest scores among the others, until there are `count`."""
    first = np.fromiter(chosen, dtype=np.intp)[:count]
    others = np.setdiff1d(np.arange(len(candidates)), first)
    extra = highest(candidates.scores[others], candidates.tie_order[others], count - len(first))
    return np.concatenate([first, others[extra]])
