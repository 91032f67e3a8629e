"""Drift: whether texts are of the kind that a check set was drawn from, told from embeddings, without labels.

The test asks how far the mean of the check texts lies from that of the others, in embeddings that are centred on all of
them together and scaled to length 1. That is the maximum mean discrepancy with a linear kernel (Gretton et al., 2012),
which was the two-sample test of most power on embeddings of real texts, before a Gaussian kernel, Hotelling's statistic
and a classifier. Where both were drawn from the same texts, the squared distance is distributed as a weighted sum of
squares, with the eigenvalues of the covariance as weights; its tail is the p-value. Nothing is drawn by chance: the
same texts have the same p-value, whatever their order.

What differs tells how many texts must differ: a text's score is how much nearer it is to the mean of the other texts
than to that of the check set, both without the text itself. If so many check texts score up to some value and so many
others do, then at least the share of the others that is missing there is of another kind than the check set
(Blanchard, Lee and Scott, 2010, "Semi-supervised novelty detection").
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.chi_square_sum import chi_square_sum_tail
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.looks import allowed_so_far
from lamm_core.model.threads import with_one_thread

# Fewer texts on one side have no mean to speak of, and their law is not the normal one yet.
LEAST_TEXTS = 30
# The share is read where so many of the check texts lie below: further up it falls short of the truth by more, further
# down its interval is wider.
_CHECK_BELOW = 0.75
_DRAWS = 10_000
_LIKEST_LAST = 10

_Scores = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Drift:
    """How texts differ from a check set.

    Attributes:
        p_value: chance that texts of the same kind as the check set differ from it as much or more, 0 to 1.
        share: share of the texts that must be of another kind than the check set, 0 to 1; rather too small.
        low, high: 95 % interval of that share, for this check set and these texts as samples of all like them.
        unlike: `(k,)` positions of the texts that are least like the check set, the least alike first; 10 at most.
    """

    p_value: float
    share: float
    low: float
    high: float
    unlike: NDArray[np.intp]


@with_one_thread
def compare(check: Vectors, texts: Vectors) -> Drift | None:
    """Hold texts against a check set.

    Args:
        check: `(m, d)` embeddings of the check texts, not those of a preparation: one that was fitted on the pool alone
            moves pool and check texts apart.
        texts: `(n, d)` embeddings of the others, none of which is a check text.

    Returns:
        How they differ; None where there are fewer than 30 of either: too few to tell.
    """
    if min(len(check), len(texts)) < LEAST_TEXTS:
        return None
    check, texts = _centred(check, texts)
    scores = _scores(check, texts)
    share, low, high = _missing_share(*scores)
    # Positions decide between equal scores.
    least_alike = np.argsort(-scores[1], kind="stable")[:_LIKEST_LAST]
    return Drift(_p_value(check, texts), share, low, high, least_alike)


def found_at(look: int, p_values: Sequence[float]) -> list[bool]:
    """Which of several comparisons show drift: over all looks, the chance of ever finding a false one is 5 % at most.

    Each look spends a part of the 5 %, whatever the looks have in common (`looks.allowed_so_far`); among the
    comparisons of a look Holm's procedure divides it.

    Args:
        look: how often anybody has looked, this look included; 1 or more.
        p_values: of the comparisons of this look, in any order.

    Source: Holm (1979), "A simple sequentially rejective multiple test procedure".
    """
    spend = allowed_so_far(look) - allowed_so_far(look - 1)
    found = [False] * len(p_values)
    for rank, place in enumerate(np.argsort(p_values, kind="stable").tolist()):
        if p_values[place] > spend / (len(p_values) - rank):
            break
        found[place] = True
    return found


def _centred(check: Vectors, texts: Vectors) -> tuple[Vectors, Vectors]:
    """Both around their common mean and of length 1; what does not differ from the mean stays there."""
    total = check.sum(axis=0, dtype=np.float64) + texts.sum(axis=0, dtype=np.float64)
    mean = (total / (len(check) + len(texts))).astype(np.float32)
    # Vectors that are all the same differ from their mean by rounding alone.
    least = max(1e-5 * float(np.linalg.norm(mean)), float(np.finfo(np.float32).tiny))
    return _of_length_one(check - mean, least), _of_length_one(texts - mean, least)


def _of_length_one(rows: Vectors, least: float) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(lengths > least, lengths, np.float32(np.inf))
    return rows


def _p_value(check: Vectors, texts: Vectors) -> float:
    every = np.concatenate([check, texts])
    every -= every.mean(axis=0)
    covariance = (every.T @ every).astype(np.float64) / (len(every) - 1)
    weights = np.maximum(np.linalg.eigvalsh(covariance), 0) * (1 / len(check) + 1 / len(texts))
    if weights[-1] <= 0:
        return 1.0
    between = check.mean(axis=0, dtype=np.float64) - texts.mean(axis=0, dtype=np.float64)
    return chi_square_sum_tail(float(between @ between), weights)


def _scores(check: Vectors, texts: Vectors) -> tuple[_Scores, _Scores]:
    """Scores of check texts `(m,)` and of the others `(n,)`: larger where nearer to the mean of the others."""
    of_check, of_texts = check.mean(axis=0, dtype=np.float64), texts.mean(axis=0, dtype=np.float64)
    return (
        _without_itself(len(check)) * _squared(check, of_check) - _squared(check, of_texts),
        _squared(texts, of_check) - _without_itself(len(texts)) * _squared(texts, of_texts),
    )


def _without_itself(count: int) -> float:
    """By how much the squared distance of a text to a mean grows when the text is taken out of the mean."""
    return (count / (count - 1)) ** 2


def _squared(rows: Vectors, mean: NDArray[np.float64]) -> _Scores:
    """`(n,)` squared distances to a mean."""
    products = rows @ mean.astype(np.float32)
    return np.asarray((rows**2).sum(axis=1) - 2 * products.astype(np.float64) + mean @ mean)


def _missing_share(check: _Scores, texts: _Scores) -> tuple[float, float, float]:
    """Share of the texts that is missing where three quarters of the check texts lie, and its 95 % interval.

    The limit is the k-th of m check texts by score. How many of all texts like these lie below it is distributed as
    Beta(k, m + 1 - k), whatever the scores are; how many of all texts like the others do follows from those that do,
    with Jeffreys' prior.
    """
    rank = math.ceil(_CHECK_BELOW * len(check))
    limit = float(np.partition(check, rank - 1)[rank - 1])
    below = int((texts <= limit).sum())
    rng = np.random.default_rng(0)
    of_check = rng.beta(rank, len(check) + 1 - rank, _DRAWS)
    of_texts = rng.beta(below + 0.5, len(texts) - below + 0.5, _DRAWS)
    low, high = np.quantile(1 - of_texts / of_check, (0.025, 0.975)).tolist()
    share = 1 - (below / len(texts)) / (rank / (len(check) + 1))
    return max(0.0, share), max(0.0, low), max(0.0, high)
