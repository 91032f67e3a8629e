"""Bounds that stay honest although somebody looks after every round.

A bound that is wrong in 5 % of single looks is wrong far more often in one of thirty. So each look spends a part of
the 5 %, as in trials of medicine that are looked at while they run: after k looks `5 % * k / (k + 5)` is spent, and
never all of it. Looks at the same check items go together, and what they have in common is not paid for twice: the
bound follows from how the errors of the looks are correlated, by drawing from their joint normal distribution.

Source: Lan and DeMets (1983), "Discrete sequential boundaries for clinical trials"; the correlations come from the
influence of each check item, as in a multiplier bootstrap (Chernozhukov, Chetverikov and Kato, 2013).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ALLOWED = 0.05
# Half of what is allowed is spent after so many looks. Less makes the first bounds sharp and the later ones blunt,
# more the other way round; with 5 all looks of real runs need about the same 2.3 to 2.5 standard errors.
_HALF_SPENT = 5
_DRAWS = 60_000
# Looks that see the very same are as good as one; this keeps their correlations invertible.
_NUGGET = 1e-6


def allowed_so_far(looks: int) -> float:
    """Chance of ever being wrong that the first looks may use up, 0 to 0.05."""
    return ALLOWED * looks / (looks + _HALF_SPENT)


def boundary(correlation: NDArray[np.float64]) -> float:
    """How many standard errors the newest look must keep away, so that all looks together are wrong in at most 5 %.

    Args:
        correlation: `(k, k)` correlations of the errors of the looks, oldest first, with k at least 1.

    Returns:
        The distance of the newest look, for a bound on one side.
    """
    return float(boundaries(correlation)[-1])


def boundaries(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """The distance of every look `(k,)`; that of a look does not depend on those after it. See `boundary`."""
    looks = len(correlation)
    # A triangular root, drawn row by row: earlier looks stay what they were when a look is added.
    root = np.linalg.cholesky(correlation + _NUGGET * np.eye(looks)) / np.sqrt(1 + _NUGGET)
    errors = root @ np.random.default_rng(0).standard_normal((looks, _DRAWS))
    alive, spent, distances = np.ones(_DRAWS, dtype=bool), 0, np.empty(looks)
    for look in range(looks):
        # At least one draw: a look that may spend next to nothing still has a bound.
        spend = max(1, round(allowed_so_far(look + 1) * _DRAWS) - spent)
        distances[look] = np.partition(errors[look, alive], -spend)[-spend]
        alive &= errors[look] < distances[look]
        spent = _DRAWS - int(alive.sum())
    return distances


def correlations(influences: Sequence[NDArray[np.float64]], errors: Sequence[float]) -> NDArray[np.float64]:
    """Correlations of the errors of looks at the same check items.

    Args:
        influences: for each look `(n,)` how far each check item moved its estimate; 0 for items it did not have.
        errors: standard error of each estimate. What of it does not come from the check items counts as independent.

    Returns:
        `(k, k)`, with ones on the diagonal.
    """
    rows = np.stack(list(influences))
    scale = np.maximum(np.linalg.norm(rows, axis=1), np.asarray(errors, dtype=np.float64))
    rows = rows / scale[:, None]
    found: NDArray[np.float64] = rows @ rows.T
    np.fill_diagonal(found, 1)
    return found
