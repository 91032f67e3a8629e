"""Uncertain texts without near-duplicates of each other."""

import numpy as np

from lamm_core.selection import distances
from lamm_core.selection.arrays import IntArray
from lamm_core.selection.candidates import Candidates, filled_up

# Two texts are twins from this cosine on.
_TWINS = 0.95


def choose_without_twins(candidates: Candidates, count: int, rng: np.random.Generator) -> IntArray:  # noqa: ARG001
    """Walk down the scores and skip what has a cosine over 0.95 to an item of the batch; fill up with the skipped."""
    points = candidates.known_vectors
    lengths = np.sqrt(distances.squares(points))
    batch = np.empty((count, points.shape[1]), dtype=points.dtype)
    chosen: list[int] = []
    for place in np.lexsort((candidates.tie_order, -candidates.scores)).tolist():
        if len(chosen) == count:
            break
        # A vector of zeros points nowhere and is nobody's twin.
        direction = points[place] / (lengths[place] or 1)
        if not (batch[: len(chosen)] @ direction > _TWINS).any():
            batch[len(chosen)] = direction
            chosen.append(place)
    return filled_up(chosen, candidates, count)
