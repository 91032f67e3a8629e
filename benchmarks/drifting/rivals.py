"""Other tests of whether two samples are of one kind, each with 400 permutations: what the chosen one is held against.

All have the level that they state, for the permutations see the same numbers; they differ in what they find.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

_PERMUTATIONS = 400
_FOLDS = 5

_Numbers = NDArray[np.float64]
# From embeddings `(n, d)` and weights `(n, p)`, 1 / m for a check text and -1 / n for another one, one column a
# permutation and the first as drawn, to `(p,)` statistics: larger where the samples differ more.
Statistic = Callable[[_Numbers, _Numbers], _Numbers]


def p_value(statistic: Statistic, check: _Numbers, texts: _Numbers, rng: np.random.Generator) -> float:
    """Share of permutations that differ as much or more, the drawn one among them."""
    both = np.concatenate([check, texts]).astype(np.float64)
    both -= both.mean(axis=0)
    both /= np.linalg.norm(both, axis=1, keepdims=True)
    both -= both.mean(axis=0)
    weights = np.full((len(both), 1 + _PERMUTATIONS), -1 / len(texts))
    weights[: len(check), 0] = 1 / len(check)
    for column in range(1, 1 + _PERMUTATIONS):
        weights[rng.choice(len(both), len(check), replace=False), column] = 1 / len(check)
    found = statistic(both, weights)
    return float((found >= found[0]).mean())


def means(vectors: _Numbers, weights: _Numbers) -> _Numbers:
    """Squared distance of the means: what LAMM uses, with permutations in place of the law."""
    return np.asarray(((vectors.T @ weights) ** 2).sum(axis=0))


def gaussian(vectors: _Numbers, weights: _Numbers) -> _Numbers:
    """Maximum mean discrepancy with a Gaussian kernel as wide as the median distance (Gretton et al., 2012)."""
    squares = (vectors**2).sum(axis=1)
    distances = np.maximum(squares[:, None] + squares - 2 * vectors @ vectors.T, 0)
    kernel = np.exp(-distances / np.median(distances))
    return np.asarray(((kernel @ weights) * weights).sum(axis=0))


def hotelling(vectors: _Numbers, weights: _Numbers) -> _Numbers:
    """Squared distance of the means over the covariance, with as much of the unit matrix added."""
    between = vectors.T @ weights
    return np.asarray((between * np.linalg.solve(_regular(vectors.T @ vectors / len(vectors)), between)).sum(axis=0))


def classifier(vectors: _Numbers, weights: _Numbers) -> _Numbers:
    """How far a linear classifier tells texts apart that it did not learn from (Lopez-Paz and Oquab, 2017)."""
    folds = np.random.default_rng(0).permutation(len(vectors)) % _FOLDS
    found = np.zeros(weights.shape[1])
    for fold in range(_FOLDS):
        inside = folds == fold
        known = vectors[~inside]
        direction = np.linalg.solve(_regular(known.T @ known / len(known)), known.T @ weights[~inside])
        found += ((vectors[inside].T @ weights[inside]) * direction).sum(axis=0)
    return found


def _regular(covariance: _Numbers) -> _Numbers:
    return np.asarray(covariance + np.trace(covariance) / len(covariance) * np.eye(len(covariance)))


RIVALS: dict[str, Statistic] = {
    "means": means,
    "Gaussian kernel": gaussian,
    "Hotelling": hotelling,
    "classifier": classifier,
}
