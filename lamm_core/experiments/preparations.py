"""What is done to embeddings before a classifier is fitted on them, by name."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from lamm_core.errors import UnknownPreparation
from lamm_core.model.classifier import fit_preparation
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.threads import with_one_thread

# A preparation is fitted on the pool's embeddings `(p, d)`, without labels, and gives a pipeline with `transform`.
PREPARATIONS: dict[str, Callable[[Vectors], Pipeline]] = {"plain": fit_preparation}


def find_preparation(name: str) -> Callable[[Vectors], Pipeline]:
    """The registered preparation of that name.

    Raises:
        UnknownPreparation: none is registered under the name.
    """
    try:
        return PREPARATIONS[name]
    except KeyError:
        known = ", ".join(sorted(PREPARATIONS))
        raise UnknownPreparation(f"Unknown preparation {name!r}; choose one of: {known}.") from None


@with_one_thread
def prepare(name: str, embeddings: Vectors, pool: NDArray[np.intp]) -> Vectors:
    """Fit a preparation on the pool's rows and apply it to all rows.

    Args:
        name: a name in `PREPARATIONS`.
        embeddings: `(n, d)`.
        pool: positions of the pool in `embeddings`.

    Returns:
        `(n, e)` float32.

    Raises:
        UnknownPreparation: no preparation is registered under the name.
    """
    pipeline = find_preparation(name)(embeddings[pool])
    return np.ascontiguousarray(pipeline.transform(embeddings), dtype=np.float32)
