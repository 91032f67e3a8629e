"""From accuracy curves to the figures of the benchmark. Pure functions; numpy only.

A curve is `(rounds, languages)` test accuracies of one seed, curves are `(seeds, rounds, languages)`; the first
round is the one after the first, random labels.
"""

import math
import statistics
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Curves = NDArray[np.float64]

_WINDOW = 3
# Three accuracies of 0.7 have a mean a hair under 0.7 in floats; on paper they reach a target of 0.7.
_DECIMALS = 12


def auc(curves: Curves) -> NDArray[np.float64]:
    """Area under the accuracy curve of each language, `(languages,)`: the mean over rounds and seeds, 0 to 1."""
    areas: NDArray[np.float64] = curves.mean(axis=(0, 1))
    return areas


def high_resource_language(pool_share: Mapping[str, float]) -> str | None:
    """The language with the largest share of the pool; None where several share the first place."""
    largest = max(pool_share.values())
    names = [language for language, share in pool_share.items() if share == largest]
    return names[0] if len(names) == 1 else None


def hrl(auc_of: Mapping[str, float], pool_share: Mapping[str, float]) -> float:
    """Area of the language with the largest pool share; the mean of all where shares are equal."""
    high = high_resource_language(pool_share)
    return mean(auc_of) if high is None else auc_of[high]


def lrl(auc_of: Mapping[str, float], pool_share: Mapping[str, float]) -> float:
    """Mean area of the other languages; the mean of all where shares are equal or there is one language only."""
    high = high_resource_language(pool_share)
    others = {language: area for language, area in auc_of.items() if language != high}
    return mean(others or auc_of)


def mean(auc_of: Mapping[str, float]) -> float:
    """Mean area of all languages."""
    return statistics.fmean(auc_of.values())


def moving_average(curve: Curves) -> Curves:
    """Mean of each round and up to two before it, `(rounds, languages)`; the first round stands alone."""
    return np.stack([curve[max(0, end - _WINDOW) : end].mean(axis=0) for end in range(1, len(curve) + 1)])


def labels_to_target(curve: Curves, labels: Sequence[int], target: float) -> float:
    """Labels at the first round whose moving average is at or over the target in every language.

    Args:
        curve: `(rounds, languages)` of one seed.
        labels: labels spent at each round.
        target: accuracy, 0 to 1.

    Returns:
        A number of labels; infinity where no round reaches the target.
    """
    reached = (np.round(moving_average(curve), _DECIMALS) >= target).all(axis=1)
    return float(labels[int(reached.argmax())]) if reached.any() else math.inf


def ltt(curves: Curves, labels: Sequence[int], target: float) -> float:
    """Median over seeds of the labels to target; infinite where half of the seeds or more never get there."""
    return statistics.median(labels_to_target(curve, labels, target) for curve in curves)


def deficit(curves: Curves, target: float) -> float:
    """100 times the mean, over rounds and seeds, of the gaps summed over languages: points of accuracy missing."""
    return 100 * float(np.maximum(0.0, target - curves).sum(axis=2).mean())


def label_share(label_counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of the labels spent on each language, `(languages,)`, mean over seeds.

    Args:
        label_counts: `(seeds, languages)` labels at the end, the first ones included.
    """
    shares: NDArray[np.float64] = (label_counts / label_counts.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


def pool_share(languages: NDArray[np.str_], order: Sequence[str]) -> dict[str, float]:
    """Share of the pool in each language.

    Args:
        languages: `(p,)` language of each item of the pool.
        order: languages, in the order of the result.
    """
    return {language: float((languages == language).mean()) for language in order}
