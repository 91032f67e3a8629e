"""Foresight: choose the texts whose labels are expected to make the model surest about what is still unlabelled.

Greedy I-optimal design. The model is looked at as a linear one whose coefficients have the covariance
`S = (I + sum_labelled x x^T)^-1`, so that `x^T S x` says how little is known about a text x. A label of the text c
lowers that of every text i by `h_c (x_i^T S x_c)^2 / (1 + h_c x_c^T S x_c)`, where `h_c` is the doubt about c. The text
is chosen for which the sum of that, over a pool in which each text counts by its language and its own doubt, times a
power of `h_c`, is largest; then S is updated, and the next one chosen. So uncertainty, density, diversity and what one
language teaches another decide together, and two texts that teach the same are not both chosen.
"""

import numpy as np

from lamm_core.selection.arrays import FloatArray, IntArray
from lamm_core.selection.candidates import Candidates, highest
from lamm_core.selection.uncertainty import gibbs_error

# The directions in which embeddings vary most; more cost time and change little.
_DIRECTIONS = 256
_SAMPLE = 4_000
# How much the doubt about a text itself counts, against what it teaches about others.
_DOUBT_POWER = 3
# A larger pool is represented by this many texts of it, and only the most promising ones may be chosen.
_POOL = 20_000
_SHORTLIST = 2_000


def design_with_foresight(
    candidates: Candidates,
    language_codes: IntArray,
    weights: FloatArray,
    count: int,
    rng: np.random.Generator,
) -> IntArray:
    """Positions `(count,)` of the texts that teach most, best first.

    Args:
        candidates: n texts with vectors of length 1; their scores are the doubt about each.
        language_codes: `(n,)` position of each text's language in `weights`.
        weights: `(languages,)` how much the texts of each language count in total, 0 or more.
        count: at most n.
        rng: draws the texts that stand for a large pool.

    Source: Atkinson and Donev (1992), "Optimum Experimental Designs", on I- (or V-) optimality; Yu, Bi and Tresp
    (2006), "Active learning via transductive experimental design", on the greedy form.
    """
    codes = language_codes
    of_item = (weights / np.maximum(np.bincount(codes, minlength=len(weights)), 1))[codes]
    doubt = _as_shares(candidates.scores)
    pool = _representatives(len(candidates), rng)
    vectors = candidates.known_vectors
    axes = _main_directions(vectors[pool], rng)

    covariance = np.linalg.inv(np.eye(axes.shape[1]) + _moments(candidates.labelled @ axes)).astype(np.float32)
    importance = _as_shares(of_item[pool] * gibbs_error(candidates.probabilities[pool]))
    moments = _moments(vectors[pool] @ axes, importance)

    rows = highest(doubt * of_item, candidates.tie_order, max(_POOL, count))
    texts, doubt = vectors[rows] @ axes, doubt[rows].astype(np.float32)
    promise = _promise(*_teaching_and_unknown(texts, covariance, moments), doubt)
    shortlist = highest(promise, rows, max(_SHORTLIST, count))
    return rows[shortlist[_pick(texts[shortlist], doubt[shortlist], covariance, moments, count)]]


def _pick(texts: FloatArray, doubt: FloatArray, covariance: FloatArray, moments: FloatArray, count: int) -> IntArray:
    """Positions of the texts in the order in which they are chosen, the covariance updated after each.

    Adding x takes `g u u^T` from the covariance S, with `u = S x` and `g = h / (1 + h x^T u)`. What that does to every
    `x_c^T S M S x_c` and `x_c^T S x_c` follows from two products of all texts with a vector.
    """
    covariance, influence = covariance.copy(), covariance @ moments @ covariance
    teaching, unknown = _teaching_and_unknown(texts, covariance, moments)
    chosen: list[int] = []
    free = np.ones(len(texts), dtype=bool)
    for _ in range(count):
        position = int(np.argmax(np.where(free, _promise(teaching, unknown, doubt), -np.inf)))
        chosen.append(position)
        free[position] = False
        text = texts[position]
        along, towards = covariance @ text, influence @ text
        gained = doubt[position] / (1 + doubt[position] * (text @ along))
        with_text, with_influence, own = texts @ along, texts @ towards, text @ towards
        teaching = teaching - 2 * gained * with_text * with_influence + gained**2 * own * with_text**2
        unknown = unknown - gained * with_text**2
        covariance -= gained * np.outer(along, along)
        crossed = np.outer(along, towards)
        influence += gained**2 * own * np.outer(along, along) - gained * (crossed + crossed.T)
    return np.array(chosen, dtype=np.intp)


def _promise(teaching: FloatArray, unknown: FloatArray, doubt: FloatArray) -> FloatArray:
    """`(n,)` what a label of each text is expected to take from the weighted doubt about the pool."""
    promise: FloatArray = doubt**_DOUBT_POWER * doubt * teaching / (1 + doubt * unknown)
    return promise


def _teaching_and_unknown(
    texts: FloatArray, covariance: FloatArray, moments: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """`x^T S M S x` and `x^T S x` of every text x."""
    seen = texts @ covariance
    return ((seen @ moments) * seen).sum(axis=1), (seen * texts).sum(axis=1)


def _moments(texts: FloatArray, importance: FloatArray | None = None) -> FloatArray:
    """`sum_i w_i x_i x_i^T`, `(d, d)`; every weight 1 where none are given."""
    weighted = texts if importance is None else texts * importance.astype(np.float32)[:, None]
    moments: FloatArray = (weighted.T @ texts).astype(np.float32)
    return moments


def _as_shares(values: FloatArray) -> FloatArray:
    """Values as shares of the largest one; all 1 where none is above 0, so that other things decide."""
    largest = values.max(initial=0)
    return values / largest if largest > 0 else np.ones_like(values)


def _representatives(n: int, rng: np.random.Generator) -> IntArray:
    """Positions of the texts that stand for the pool, ascending."""
    return np.arange(n) if n <= _POOL else np.sort(rng.choice(n, _POOL, replace=False))


def _main_directions(vectors: FloatArray, rng: np.random.Generator) -> FloatArray:
    """`(d, e)` orthonormal directions in which the texts vary most; all of them where d is small.

    Source: Halko, Martinsson and Tropp (2011), "Finding structure with randomness", algorithm 4.4 with two iterations.
    """
    dimension = vectors.shape[1]
    if dimension <= _DIRECTIONS:
        return np.eye(dimension, dtype=np.float32)
    sample = vectors if len(vectors) <= _SAMPLE else vectors[np.sort(rng.choice(len(vectors), _SAMPLE, replace=False))]
    axes = rng.standard_normal((dimension, _DIRECTIONS)).astype(np.float32)
    for _ in range(3):
        axes = np.linalg.qr(sample.T @ (sample @ axes))[0]
    return np.ascontiguousarray(axes, dtype=np.float32)
