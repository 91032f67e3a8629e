"""Latent semantic analysis: counts of n-grams as a few numbers a text.

Source: Deerwester et al. (1990), "Indexing by latent semantic analysis"; the decomposition by Halko et al. (2011).
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

from lamm_core.model.embedding_store import Vectors
from lamm_core.model.preparation.centring import Arrays
from lamm_core.model.preparation.ngrams import Counts
from lamm_core.model.preparation.rows import SEED

MAX_COLUMNS = 100_000
_ITERATIONS = 2


@dataclass(frozen=True, eq=False)
class Lsa:
    """A fitted analysis.

    Attributes:
        columns: `(c,)` the n-grams that count, as columns of the counts.
        idf: `(c,)` what each n-gram weighs: much where few texts have it.
        components: `(c, k)` what each n-gram adds to each of the k numbers.
    """

    columns: NDArray[np.int64]
    idf: NDArray[np.float32]
    components: NDArray[np.float32]

    def apply(self, counts: Counts) -> Vectors:
        """Counts `(n, v)` as vectors `(n, k)`."""
        if not self.components.size:
            return np.zeros((counts.shape[0], self.components.shape[1]), dtype=np.float32)
        return np.asarray(_weigh(counts[:, self.columns], self.idf) @ self.components, dtype=np.float32)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that decides it, by name."""
        return {"columns": self.columns, "idf": self.idf, "components": self.components}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """The analysis that gave these `arrays`."""
        return cls(arrays["columns"], arrays["idf"], arrays["components"])


def fit_lsa(counts: Counts, size: int, min_texts: int, skip: int = 0) -> Lsa:
    """Fit on counts `(n, v)`.

    Args:
        counts: how often each text has each n-gram.
        size: numbers a text; fewer where there are fewer texts or n-grams.
        min_texts: texts that must have an n-gram for it to count; of those, the 100,000 most frequent do.
        skip: the first so many components, which say what all texts have in common, are left out.
    """
    texts_with = np.bincount(counts.indices, minlength=counts.shape[1])
    columns = np.flatnonzero(texts_with >= min_texts)
    if len(columns) > MAX_COLUMNS:
        columns = np.sort(columns[np.argsort(-texts_with[columns], kind="stable")[:MAX_COLUMNS]])
    rows = counts.shape[0]
    idf = (np.log((1 + rows) / (1 + texts_with[columns])) + 1).astype(np.float32)
    rank = min(size + skip, rows - 1, len(columns) - 1)
    if rank <= skip:
        return Lsa(columns, idf, np.zeros((len(columns), 0), dtype=np.float32))
    _, _, right = randomized_svd(
        _weigh(counts[:, columns], idf),
        rank,
        n_iter=_ITERATIONS,
        power_iteration_normalizer="LU",
        random_state=SEED,
    )
    return Lsa(columns, idf, np.ascontiguousarray(right[skip:].T, dtype=np.float32))


def _weigh(counts: Counts, idf: NDArray[np.float32]) -> Counts:
    """Tf-idf: `(1 + ln count) idf`, each text scaled to length 1."""
    weighed = counts.copy()
    weighed.data = (1 + np.log(weighed.data)) * idf[weighed.indices]
    return normalize(weighed, copy=False) if weighed.shape[0] else weighed
