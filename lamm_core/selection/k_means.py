"""Uncertain texts that differ: one from each cluster of the most uncertain ones."""

import numpy as np

from lamm_core.selection.arrays import IntArray
from lamm_core.selection.candidates import Candidates, filled_up, highest
from lamm_core.selection.clusters import k_means

# The clusters are made of this many times the items asked for.
_SHORTLIST = 10


def choose_by_clusters(candidates: Candidates, count: int, rng: np.random.Generator) -> IntArray:
    """The item nearest to the centre of each of `count` clusters, highest score first.

    The clusters are those of the 10 `count` highest scores, each item weighted by its score. Where fewer than `count`
    items differ, the highest scores fill up.

    Source: Zhdanov (2019), "Diverse mini-batch active learning".
    """
    shortlist = np.sort(highest(candidates.scores, candidates.tie_order, _SHORTLIST * count))
    if len(shortlist) <= count:
        return filled_up((), candidates, count)
    points, scores = candidates.known_vectors[shortlist], candidates.scores[shortlist]
    found = k_means(points, scores - min(scores.min(), 0), count, rng)
    medoids = shortlist[found.medoids(points)]
    best_first = np.lexsort((candidates.tie_order[medoids], -candidates.scores[medoids]))
    return filled_up(medoids[best_first].tolist(), candidates, count)
