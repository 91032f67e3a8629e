"""Rows by the chunk, and rows drawn by chance."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

SEED = 0


def chunks(rows: int, size: int) -> Iterator[slice]:
    """Slices of at most `size` that cover `rows` rows, in order."""
    return (slice(start, min(start + size, rows)) for start in range(0, rows, size))


def sample_rows(rows: int, limit: int) -> NDArray[np.intp]:
    """At most `limit` of `rows` positions, in order: all of them, or as many drawn by a generator with a fixed seed."""
    if rows <= limit:
        return np.arange(rows)
    return np.sort(np.random.default_rng(SEED).choice(rows, limit, replace=False))
