"""Weighted k-means on arrays, for choosing texts that differ from each other."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lamm_core.selection import distances
from lamm_core.selection.arrays import FloatArray, IntArray

_STEPS = 25


@dataclass(frozen=True, eq=False)
class Clusters:
    """Points in clusters.

    Attributes:
        cluster_of: `(n,)` cluster of each point.
        centres: `(c, d)` centre of each cluster; c is the number asked for, or fewer where fewer points differ.
    """

    cluster_of: IntArray
    centres: FloatArray

    def members(self) -> Iterator[tuple[int, IntArray]]:
        """Each cluster that has points, with their positions, ascending."""
        order = np.argsort(self.cluster_of, kind="stable")
        bounds = np.searchsorted(self.cluster_of[order], np.arange(len(self.centres) + 1))
        for cluster in range(len(self.centres)):
            inside = order[bounds[cluster] : bounds[cluster + 1]]
            if len(inside):
                yield cluster, inside

    def medoids(self, points: FloatArray) -> list[int]:
        """The point nearest to the centre of each cluster; the first one among equals."""
        found = []
        for cluster, inside in self.members():
            difference = points[inside] - self.centres[cluster]
            found.append(int(inside[np.argmin(distances.squares(difference))]))
        return found


def k_means(points: FloatArray, weights: FloatArray, clusters: int, rng: np.random.Generator) -> Clusters:
    """Lloyd's algorithm from a k-means++ start.

    Args:
        points: `(n, d)`, n at least 1.
        weights: `(n,)` how much each point counts, 0 or more; all alike where all are 0.
        clusters: number of clusters, at least 1.
        rng: draws the first centres.

    Source: Lloyd (1982); Arthur and Vassilvitskii (2007), "k-means++: the advantages of careful seeding".
    """
    weights = (weights if weights.any() else np.ones_like(weights)).astype(points.dtype)
    centres = points[_seeds(points, weights, clusters, rng)]
    found = Clusters(distances.nearest(points, centres), centres)
    for _ in range(_STEPS):
        centres = found.centres.copy()
        for cluster, inside in found.members():
            total = weights[inside].sum()
            # A cluster of points without weight stays where it is.
            if total > 0:
                centres[cluster] = (weights[inside] / total) @ points[inside]
        moved = Clusters(distances.nearest(points, centres), centres)
        settled = np.array_equal(moved.cluster_of, found.cluster_of)
        found = moved
        if settled:
            break
    return found


def _seeds(points: FloatArray, weights: FloatArray, clusters: int, rng: np.random.Generator) -> list[int]:
    """Points drawn by weight times squared distance to those drawn before; fewer where no other point differs."""
    lengths = distances.squares(points)
    far = np.full(len(points), np.inf, dtype=points.dtype)
    seeds: list[int] = []
    chances = weights
    while len(seeds) < clusters and chances.any():
        seeds.append(draw(chances, rng))
        far = np.minimum(far, distances.to_point(points, lengths, seeds[-1]))
        # Points without weight come last, but they come.
        chances = weights * far if (weights * far).any() else far
    return seeds


def draw(chances: FloatArray, rng: np.random.Generator) -> int:
    """One position, drawn in proportion to `(n,)` chances of 0 or more that are not all 0."""
    total = np.cumsum(chances, dtype=np.float64)
    # Where a chance is 0 the total does not rise, so such a position is never found.
    place = int(np.searchsorted(total, rng.random() * total[-1], side="right"))
    # A product so near 1 that it rounds to the whole total finds the end.
    return min(place, int(np.flatnonzero(chances)[-1]))
