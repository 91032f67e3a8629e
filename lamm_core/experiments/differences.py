"""Whether two strategies differ, and what the difference is worth in labels. Pure functions; numpy only."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lamm_core.comparison import Difference

_LOW, _HIGH = 2.5, 97.5  # percentiles


def difference(
    strategy: str,
    own: NDArray[np.float64],
    other: NDArray[np.float64],
    own_draws: NDArray[np.float64],
    other_draws: NDArray[np.float64],
    labels: Sequence[int],
    point: int,
) -> Difference:
    """The own strategy against another one, with what seeds and check items leave open.

    A difference is shown where the 95% interval of the difference of mean accuracy over all rounds leaves out 0, and
    the accuracies at the point of comparison lie the same way round.

    Args:
        strategy: name of the other.
        own, other: `(rounds,)` mean accuracy of all languages.
        own_draws, other_draws: `(draws, rounds)` the same from seeds and items drawn anew, the same for both.
        labels: labels at each round.
        point: the round at which accuracies are told.
    """
    areas = (own_draws - other_draws).mean(axis=1)
    low, high = (float(each) for each in np.percentile(areas, [_LOW, _HIGH]))
    here = float(own[point] - other[point])
    better, worse = (own_draws, other_draws) if here > 0 else (other_draws, own_draws)
    shown = low > 0 < here or high < 0 > here
    return Difference(
        strategy=strategy,
        area=float((own - other).mean()),
        low=low,
        high=high,
        shown=shown,
        more_labels=_more_labels(better[:, point], worse, labels, point) if shown else None,
    )


def labels_to_reach(curve: NDArray[np.float64], labels: Sequence[int], level: float) -> float:
    """Labels at which a curve first comes to a level, on the line between two rounds; infinite where it never does.

    Args:
        curve: `(rounds,)` accuracy.
        labels: labels at each round.
        level: accuracy, 0 to 1.
    """
    reached = curve >= level
    if not reached.any():
        return math.inf
    place = int(reached.argmax())
    if place == 0:
        return float(labels[0])
    rise = (level - curve[place - 1]) / (curve[place] - curve[place - 1])
    return float(labels[place - 1] + rise * (labels[place] - labels[place - 1]))


def _more_labels(
    levels: NDArray[np.float64], curves: NDArray[np.float64], labels: Sequence[int], point: int
) -> tuple[float, float | None]:
    """95% interval of the labels that the worse strategy needs beyond the point; None at the end for more than all."""
    # From the point on: a lucky round before it does not count.
    pairs = zip(curves[:, point:], levels.tolist(), strict=True)
    more = np.array([labels_to_reach(curve, labels[point:], level) - labels[point] for curve, level in pairs])
    # Infinity has no place on a line between two numbers, so the percentiles are draws, not means of draws.
    low, high = np.percentile(more, [_LOW, _HIGH], method="nearest").tolist()
    # A draw whose curve never gets there would need more labels than there are.
    return min(low, float(labels[-1] - labels[point])), high if math.isfinite(high) else None
