"""How likely a weighted sum of squares of normal numbers is to be so large: the law of squared distances of means."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

# Weights below this share of the largest one add nothing, and only cost time.
_NEXT_TO_NOTHING = 1e-9
# So near the mean, in standard deviations, the formula divides nothing by nothing; its limit takes over.
_AT_THE_MEAN = 1e-4


def chi_square_sum_tail(value: float, weights: NDArray[np.float64]) -> float:
    """Chance that `sum of w_j Z_j^2` is at least `value`, for independent standard normal Z_j.

    Args:
        value: what the sum is held against.
        weights: `(d,)` weights, 0 or more, at least one of them above 0.

    Returns:
        The chance, 0 to 1, by a saddlepoint: right to some percent of itself however small it is.

    Raises:
        ValueError: a weight is negative, or none is above 0.

    Source: Kuonen (1999), "Saddlepoint approximations for distributions of quadratic forms in normal variables".
    """
    if not len(weights) or weights.max() <= 0 or weights.min() < 0:
        raise ValueError("A weighted sum of squares needs weights of 0 or more, one of them above 0.")
    if value <= 0:
        return 1.0
    scaled = weights[weights > _NEXT_TO_NOTHING * weights.max()] / weights.sum()
    value, largest = value / float(weights.sum()), float(scaled.max())
    mean, variance, third = float(scaled.sum()), float(2 * (scaled**2).sum()), float(8 * (scaled**3).sum())

    def slope(point: float) -> float:
        return float((scaled / (1 - 2 * point * scaled)).sum()) - value

    deviation = math.sqrt(variance)
    if abs(value - mean) < _AT_THE_MEAN * deviation:
        return 0.5 - third / (6 * math.sqrt(2 * math.pi) * deviation**3)
    # The slope has either sign at the two ends: its sum is at least its largest term, and left of 0 each of its terms
    # is less than 1 / (-2 point). With one weight the first end is the point itself.
    outer = (1 - largest / value) / (2 * largest)
    if len(scaled) == 1:
        point = outer
    else:
        ends = (0.0, outer) if value > mean else (-len(scaled) / (2 * value), 0.0)
        point = float(brentq(slope, *ends, xtol=1e-15, rtol=1e-12))
    spread = point * math.sqrt(float((2 * scaled**2 / (1 - 2 * point * scaled) ** 2).sum()))
    height = point * value + 0.5 * float(np.log1p(-2 * point * scaled).sum())
    distance = math.copysign(math.sqrt(2 * max(height, 0.0)), point)
    return float(ndtr(-(distance + math.log(spread / distance) / distance)))
