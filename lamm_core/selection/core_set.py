"""Texts that cover the pool: always the one furthest from everything labelled or chosen."""

import numpy as np

from lamm_core.selection import distances
from lamm_core.selection.arrays import IntArray
from lamm_core.selection.candidates import Candidates, filled_up, highest


def choose_core_set(candidates: Candidates, count: int, rng: np.random.Generator) -> IntArray:  # noqa: ARG001
    """Greedy k-centre from the labelled items on; without any, from the highest score on. Scores decide nothing else.

    Where every item is at no distance from what is labelled or chosen, the highest scores fill up.

    Source: Sener and Savarese (2018), "Active learning for convolutional neural networks: a core-set approach".
    """
    if len(candidates) <= 1:
        return filled_up((), candidates, count)
    points = candidates.known_vectors
    lengths = distances.squares(points)
    chosen: list[int] = []
    if len(candidates.labelled):
        far = distances.to_nearest(points, candidates.labelled)
    else:
        chosen = highest(candidates.scores, candidates.tie_order, 1).tolist()
        far = distances.to_point(points, lengths, chosen[0])
    while len(chosen) < count and far.any():
        chosen.append(int(np.argmax(far)))
        far = np.minimum(far, distances.to_point(points, lengths, chosen[-1]))
        # Its distance to itself may be off by a rounding.
        far[chosen[-1]] = 0
    return filled_up(chosen, candidates, count)
