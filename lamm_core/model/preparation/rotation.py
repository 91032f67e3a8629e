"""Vectors of many numbers turned so that few numbers say nearly all: a smaller file, and quicker fits and choices."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.embedding_store import Vectors
from lamm_core.model.preparation.centring import Arrays
from lamm_core.model.preparation.rows import sample_rows

SIZE = 512
_MAX_FIT = 20_000


@dataclass(frozen=True, eq=False)
class Rotation:
    """The directions in which the pool varies most.

    Attributes:
        axes: `(d, 512)` orthonormal, the one of most variation first.
    """

    axes: NDArray[np.float32]

    def apply(self, vectors: Vectors) -> Vectors:
        """Vectors `(n, d)` along the axes, `(n, 512)`, a little shorter than before."""
        return vectors @ self.axes

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that decides it, by name."""
        return {"axes": self.axes}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """The rotation that gave these `arrays`."""
        return cls(arrays["axes"])


def fit_rotation(pool: Vectors) -> Rotation | None:
    """The rotation for vectors `(p, d)`; None where they are short enough as they are.

    Not centred: a mean is a direction like any other, and the logistic regression has an intercept anyway.

    Source: principal component analysis, Pearson (1901).
    """
    if pool.shape[1] <= SIZE:
        return None
    sample = pool[sample_rows(len(pool), _MAX_FIT)]
    _, axes = np.linalg.eigh(sample.T @ sample)
    return Rotation(np.ascontiguousarray(axes[:, ::-1][:, :SIZE], dtype=np.float32))
