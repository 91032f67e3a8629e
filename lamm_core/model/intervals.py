"""Intervals of a share: how far a figure measured on a sample may be from the truth."""

import math
from collections.abc import Callable
from statistics import NormalDist

from lamm_core.errors import InvalidInput

# Written with the standard library, because importing scipy.stats takes a second, and every page shows intervals.
_NORMAL = NormalDist()


def z_of(confidence: float, *, sided: int = 2) -> float:
    """Standard normal quantile of a confidence, 0 to 1, for a bound on one side or on both."""
    return _NORMAL.inv_cdf(1 - (1 - confidence) / sided)


Z95 = z_of(0.95)


def wilson(share: float, n: float, z: float = Z95) -> tuple[float, float]:
    """Wilson's interval of a share.

    Args:
        share: measured share, 0 to 1.
        n: sample size, or the size of a plain sample that would tell as much; 0 or more, not necessarily whole.
        z: standard normal quantile; 1.96 for 95 %.

    Returns:
        low and high, within 0 to 1; (0, 1) with n = 0.

    Raises:
        InvalidInput: the share or the size is out of range.

    Source: Wilson (1927), "Probable inference, the law of succession, and statistical inference".
    """
    if not 0 <= share <= 1 or not 0 <= n < math.inf:
        raise InvalidInput(f"A share of {share} of {n} cannot have an interval.")
    if n == 0:
        return (0.0, 1.0)
    centre = (2 * n * share + z**2) / (2 * (n + z**2))
    half = z * math.sqrt(4 * n * share * (1 - share) + z**2) / (2 * (n + z**2))
    # At the ends the two are equal but for their last digits.
    low = 0.0 if share == 0 else max(0.0, centre - half)
    return (low, 1.0 if share == 1 else min(1.0, centre + half))


def half_width(share: float, n: float, z: float = Z95) -> float:
    """Half the length of Wilson's interval."""
    low, high = wilson(share, n, z)
    return (high - low) / 2


def size_for_width(share: float, width: float, z: float = Z95) -> int:
    """Sample size at which Wilson's interval of this share is at most `width` to each side.

    Args:
        share: expected share, 0 to 1.
        width: half-width, above 0 and below 0.5.

    Raises:
        InvalidInput: the share or the width is out of range.
    """
    if not 0 <= share <= 1 or not 0 < width < 0.5:
        raise InvalidInput(f"No sample of a share of {share} can be told for an interval of ±{width}.")
    return _smallest(lambda n: half_width(share, n, z) <= width)


def size_to_prove(share: float, target: float, z: float = Z95, most: int = 1_000_000) -> int | None:
    """Sample size at which the interval of this share would lie wholly on one side of a target.

    Args:
        share: expected share, 0 to 1.
        target: 0 to 1.
        z: standard normal quantile.
        most: larger sizes are not told.

    Returns:
        The size; None where the share is the target, or more than `most` would be needed.

    Raises:
        InvalidInput: the share or the target is out of range.
    """
    if not 0 <= share <= 1 or not 0 <= target <= 1:
        raise InvalidInput(f"A share of {share} cannot be proven to be over or under {target}.")

    def proven(n: int) -> bool:
        low, high = wilson(share, n, z)
        return low >= target or high < target

    return _smallest(proven, most) if share != target and proven(most) else None


def _smallest(holds: Callable[[int], bool], most: int = 10_000_000) -> int:
    """Smallest size for which a condition holds that holds for all larger ones too."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
