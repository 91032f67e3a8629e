"""Each embedding less the mean of its language, then scaled to length 1.

An encoder puts a language's texts in a corner of their own. What is left without the corner is what the text says, so
a boundary learnt in one language fits the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from lamm_core.model.embedding_store import Vectors

Languages = NDArray[np.str_]
Arrays = Mapping[str, NDArray[Any]]

# So many texts at the pool's mean are added to each language: a language of 10 texts is centred halfway.
SHRINKAGE = 10


@dataclass(frozen=True, eq=False)
class Centring:
    """The means that are taken away.

    Attributes:
        elsewhere: `(d,)` the mean for a language without one of its own.
        languages: `(L,)` languages with a mean of their own, sorted.
        means: `(L, d)` their means.
    """

    elsewhere: NDArray[np.float64]
    languages: Languages
    means: NDArray[np.float64]

    def apply(self, vectors: Vectors, languages: Languages) -> Vectors:
        """Vectors `(n, d)` less the mean of their languages `(n,)`, each scaled to length 1.

        A vector that equals its mean has no direction, and becomes 0.
        """
        centred = vectors - self.elsewhere.astype(np.float32)
        for language, mean in zip(self.languages, self.means, strict=True):
            rows = np.flatnonzero(languages == language)
            centred[rows] = vectors[rows] - mean.astype(np.float32)
        return unit_length(centred)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that decides it, by name."""
        return {"elsewhere": self.elsewhere, "languages": self.languages, "means": self.means}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """The centring that gave these `arrays`."""
        return cls(arrays["elsewhere"], arrays["languages"], arrays["means"])


def fit_pool_centring(pool: Vectors) -> Centring:
    """One mean for all languages: that of the pool's vectors `(p, d)`."""
    # scikit-learn's own sum, so that the numbers are to the last digit those of a pipeline with StandardScaler.
    mean = StandardScaler(with_std=False).fit(pool).mean_
    return Centring(mean, np.empty(0, dtype=np.str_), np.empty((0, pool.shape[1])))


def fit_language_centring(pool: Vectors, languages: Languages) -> Centring:
    """A mean for each language of the pool, drawn towards the pool's mean where there are few texts.

    Args:
        pool: `(p, d)` vectors.
        languages: `(p,)` their languages.

    Returns:
        Means `(sum_l + SHRINKAGE * pool mean) / (n_l + SHRINKAGE)`.
    """
    elsewhere = pool.mean(axis=0, dtype=np.float64)
    names = np.unique(languages)
    means = [_shrunk(pool[languages == name], elsewhere) for name in names]
    return Centring(elsewhere, names, np.stack(means))


def unit_length(vectors: Vectors) -> Vectors:
    """Vectors `(n, d)`, each divided by its length; one of length 0 stays 0."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    # scikit-learn's bound: what is shorter is rounding error, and has no direction.
    lengths[lengths < 10 * np.finfo(vectors.dtype).eps] = 1
    scaled: Vectors = vectors / lengths[:, None]
    return scaled


def _shrunk(vectors: Vectors, towards: NDArray[np.float64]) -> NDArray[np.float64]:
    total = vectors.sum(axis=0, dtype=np.float64) + SHRINKAGE * towards
    mean: NDArray[np.float64] = total / (len(vectors) + SHRINKAGE)
    return mean
