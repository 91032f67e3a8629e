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
# One accuracy for all languages, or one for each: `(languages,)`.
Target = float | NDArray[np.float64]

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


def labels_to_target(curve: Curves, labels: Sequence[int], target: Target) -> float:
    """Labels at the first round whose moving average is at or over the target in every language.

    Args:
        curve: `(rounds, languages)` of one seed.
        labels: labels spent at each round.
        target: accuracy, 0 to 1, or one for each language.

    Returns:
        A number of labels; infinity where no round reaches the target.
    """
    reached = (np.round(moving_average(curve), _DECIMALS) >= target).all(axis=1)
    return float(labels[int(reached.argmax())]) if reached.any() else math.inf


def ltt(curves: Curves, labels: Sequence[int], target: Target) -> float:
    """Median over seeds of the labels to target; infinite where half of the seeds or more never get there."""
    return statistics.median(labels_to_target(curve, labels, target) for curve in curves)


def deficit(curves: Curves, target: Target) -> float:
    """100 times the mean, over rounds and seeds, of the gaps summed over languages: points of accuracy missing."""
    return 100 * float(np.maximum(0.0, target - curves).sum(axis=2).mean())


def label_share(label_counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of the labels spent on each language, `(languages,)`, mean over seeds.

    Args:
        label_counts: `(seeds, languages)` labels at the end, the first ones included.
    """
    shares: NDArray[np.float64] = (label_counts / label_counts.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


def standard_error(of_seed: Sequence[float] | NDArray[np.float64]) -> float | None:
    """Standard error of a mean over seeds; None for fewer than two seeds, from which it cannot be known.

    Args:
        of_seed: `(seeds,)` one figure a seed.
    """
    if len(of_seed) < 2:
        return None
    return float(np.std(of_seed, ddof=1) / math.sqrt(len(of_seed)))


def auc_of_seeds(curves: Curves) -> NDArray[np.float64]:
    """Area under the accuracy curve of each seed and language, `(seeds, languages)`."""
    areas: NDArray[np.float64] = curves.mean(axis=1)
    return areas


def deficit_of_seeds(curves: Curves, target: Target) -> list[float]:
    """The deficit of each seed."""
    return [deficit(curve[None], target) for curve in curves]


def ltt_quartiles(curves: Curves, labels: Sequence[int], target: Target) -> tuple[float, float] | None:
    """First and third quartile over seeds of the labels to target, infinite where so many seeds never get there.

    Returns:
        None for fewer than two seeds, which have no spread.
    """
    if len(curves) < 2:
        return None
    ordered = sorted(labels_to_target(curve, labels, target) for curve in curves)
    return quantile(ordered, 0.25), quantile(ordered, 0.75)


def quantile(ordered: Sequence[float], part: float) -> float:
    """The quantile of sorted numbers, on the line between its two neighbours; infinite if one that counts is.

    Args:
        ordered: at least one number, in ascending order; the last ones may be infinite.
        part: 0 to 1; 0.5 gives the median.
    """
    place = (len(ordered) - 1) * part
    below = math.floor(place)
    rest = place - below
    # Zero times infinity is not a number, so a neighbour that does not count is left out.
    if rest == 0 or ordered[below] == math.inf:
        return ordered[below]
    return (1 - rest) * ordered[below] + rest * ordered[below + 1]


def label_cut(spent: float, reference: float) -> float | None:
    """Share of the labels that was saved against a reference, negative where more were spent; None against none."""
    return 1 - spent / reference if reference > 0 else None


def pool_share(languages: NDArray[np.str_], order: Sequence[str]) -> dict[str, float]:
    """Share of the pool in each language.

    Args:
        languages: `(p,)` language of each item of the pool.
        order: languages, in the order of the result.
    """
    return {language: float((languages == language).mean()) for language in order}
