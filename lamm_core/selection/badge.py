"""Texts that would pull the model in different directions, and hard."""

import numpy as np

from lamm_core.selection import distances
from lamm_core.selection.arrays import FloatArray, IntArray
from lamm_core.selection.candidates import Candidates, filled_up
from lamm_core.selection.clusters import draw


def choose_badge(candidates: Candidates, count: int, rng: np.random.Generator) -> IntArray:
    """k-means++ on the gradients that the likeliest class of each item would give the last layer.

    The gradient of item i is the outer product of `r_i = p_i - e_i`, e_i being 1 at the likeliest class, and its
    embedding `x_i`; so `g_i . g_j = (r_i . r_j) (x_i . x_j)`, and the `(n, k d)` gradients are never built. The first
    item is the one with the longest gradient. Where no gradient differs any more, the highest scores fill up.

    Source: Ash et al. (2020), "Deep batch active learning by diverse, uncertain gradient lower bounds".
    """
    if len(candidates) <= 1:
        return filled_up((), candidates, count)
    points = candidates.known_vectors
    residuals = _residuals(candidates.probabilities).astype(points.dtype)
    lengths = distances.squares(points) * distances.squares(residuals)
    chosen: list[int] = []
    far = np.full(len(points), np.inf, dtype=points.dtype)
    while len(chosen) < count and far.any():
        place = draw(far, rng) if chosen else int(np.argmax(lengths))
        chosen.append(place)
        products = (points @ points[place]) * (residuals @ residuals[place])
        scale = lengths + lengths[place]
        far = np.minimum(far, distances.cleared(scale - 2 * products, scale))
        # Its distance to itself may be off by a rounding.
        far[place] = 0
    return filled_up(chosen, candidates, count)


def _residuals(probabilities: FloatArray) -> FloatArray:
    """`(n, k)` probabilities minus 1 at the likeliest class."""
    residuals = probabilities.copy()
    residuals[np.arange(len(residuals)), probabilities.argmax(axis=1)] -= 1
    return residuals
