"""Times, summed up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Spread:
    """Many times as three figures, in milliseconds.

    Attributes:
        median: the middle one.
        p95: 95 of 100 are no longer, read off a straight line between neighbours.
        longest: the longest one.
    """

    median: float
    p95: float
    longest: float


def spread(milliseconds: Sequence[float]) -> Spread | None:
    """Sum up times; None where there are none."""
    if not milliseconds:
        return None
    median, p95, longest = np.percentile(np.asarray(milliseconds, dtype=float), [50, 95, 100])
    return Spread(round(float(median), 2), round(float(p95), 2), round(float(longest), 2))
