"""Each text drawn towards its nearest texts of the pool, across languages.

What a label says of one text it says of the texts around it. Each step draws a text towards the mean of its
neighbours, and a part of what it was at the start stays, so that clusters become tight without running together.
Only texts of the pool are neighbours; texts of the check set never change where another text lies.

Source: Zhou et al. (2004), "Learning with local and global consistency", on vectors instead of labels.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from lamm_core.model.embedding_store import Vectors
from lamm_core.model.preparation.centring import Arrays, unit_length
from lamm_core.model.preparation.rows import chunks, sample_rows

NEIGHBOURS = 20
STEPS = 4
OWN_PART = 0.3
# Above, these many texts of the pool, drawn by chance, are everyone's neighbours: time grows with their number.
MAX_REFERENCES = 20_000
_CHUNK = 256


@dataclass(frozen=True, eq=False)
class Smoothing:
    """The texts of the pool that draw others.

    Attributes:
        references: `(r, d)` their vectors before smoothing, among which neighbours are found.
        pull: `(r, d)` their vectors before the last step, towards which others are drawn.
    """

    references: Vectors
    pull: Vectors

    def apply(self, vectors: Vectors) -> Vectors:
        """Vectors `(n, d)` of length 1, each drawn towards its nearest references.

        The steps before the last concern the references alone, so one step is enough here.
        """
        return _drawn(vectors, _neighbours(vectors, self.references), self.pull)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that decides it, by name."""
        return {"references": self.references, "pull": self.pull}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """The smoothing that gave these `arrays`."""
        return cls(arrays["references"], arrays["pull"])


def fit_smoothing(pool: Vectors) -> tuple[Smoothing, Vectors]:
    """Smooth the pool.

    Args:
        pool: `(p, d)` vectors of length 1.

    Returns:
        The smoothing for other texts, and the pool's vectors `(p, d)` smoothed. No text is a neighbour of itself.
    """
    rows = sample_rows(len(pool), MAX_REFERENCES)
    references = pool[rows]
    near = _neighbours(references, references, themselves=False)
    before = after = references
    for _ in range(STEPS if len(references) > 1 else 0):
        before, after = after, _drawn(references, near, after)
    smoothing = Smoothing(references, before)
    if len(rows) == len(pool):
        return smoothing, after
    smoothed = np.empty_like(pool)
    smoothed[rows] = after
    others = np.setdiff1d(np.arange(len(pool)), rows, assume_unique=True)
    smoothed[others] = smoothing.apply(pool[others])
    return smoothing, smoothed


def _drawn(vectors: Vectors, near: NDArray[np.int32], towards: Vectors) -> Vectors:
    """One step: a part of the vectors themselves, the rest the mean over their neighbours."""
    rows, count = near.shape
    ends = np.arange(0, rows * count + 1, count) if count else np.zeros(rows + 1, dtype=np.intp)
    share = np.full(near.size, (1 - OWN_PART) / max(count, 1), dtype=np.float32)
    mean = sp.csr_matrix((share, near.ravel(), ends), shape=(rows, len(towards))) @ towards
    return unit_length(np.float32(OWN_PART) * vectors + mean)


def _neighbours(vectors: Vectors, references: Vectors, *, themselves: bool = True) -> NDArray[np.int32]:
    """The nearest references of each vector by cosine, `(n, 20)`, in the order of the references.

    Args:
        vectors: `(n, d)` of length 1.
        references: `(r, d)` of length 1.
        themselves: whether a vector may be a neighbour of itself; if not, vectors and references are the same.
    """
    count = min(NEIGHBOURS, len(references) - (not themselves))
    near = np.zeros((len(vectors), max(count, 0)), dtype=np.int32)
    if not near.size:
        return near
    # Always as many rows at a time: a product of another shape may differ in the last digit, and so would neighbours
    # that are equally near.
    block = np.zeros((_CHUNK, vectors.shape[1]), dtype=np.float32)
    for rows in chunks(len(vectors), _CHUNK):
        size = rows.stop - rows.start
        block[:size] = vectors[rows]
        cosines = (block @ references.T)[:size]
        if not themselves:
            cosines[np.arange(size), np.arange(rows.start, rows.stop)] = -np.inf
        near[rows] = np.argpartition(cosines, -count, axis=1)[:, -count:]
    near.sort(axis=1)
    return near
