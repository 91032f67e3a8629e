"""The grid of possible learning curves, and how languages lend each other strength on it.

A curve has four properties: how far it strays from smooth (walk), what labels of other languages are worth to it
(transfer), how soon it flattens (bend), and how steep it is now (steepness). Each language has its own; they scatter
about values common to all.

The constants below are coarse on purpose. Doubling or halving any of them changes the log loss of the forecasts of
replays (four tasks, three strategies) by a few per cent at most; only one fixed walk for all projects does worse.
"""

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]

# Standard deviation of the random walk while ln(effective labels) rises by 1: half a point to four points.
WALKS = np.array([0.005, 0.01, 0.02, 0.04])
# What a label of another language is worth, against one of the language itself.
TRANSFERS = np.array([0.05, 0.15, 0.35, 0.7, 1.0])
# Exponents of the power law. Replays flatten sooner than the 0.5 that is usual for labels chosen at random.
BENDS = np.array([0.25, 0.5, 0.9, 1.5, 2.5, 4.0])
# The slope now is the steepness times p (1 - p): an accuracy near 1 has little left to rise by.
STEEPNESSES = np.geomspace(0.005, 2.0, 22)
# Labels that every language is taken to have from the start, so that the first one does not count without limit.
_HEAD_START = 2.0
# Common values of the steepness, and standard deviation of ln(steepness) of a language about them.
_TYPICAL = np.geomspace(0.02, 0.6, 8)
_SPREAD = 0.5
# How likely a language lies one step of the grid off the common value, against on it.
_STEP_OFF = 0.35
_TINY = 1e-300


def effective_labels(own: Table, total: Table) -> Table:
    """`(transfers, n)` labels of a language plus what those of the others are worth to it.

    Args:
        own: `(n,)` its own labels.
        total: `(n,)` labels of all languages.
    """
    effective: Table = own + TRANSFERS[:, None] * (total - own) + _HEAD_START
    return effective


def rise(logarithm: Table, bend: Table) -> Table:
    """Rise of accuracy since now for a slope of 1: `(1 - (m / m_now)^-bend) / bend`.

    Args:
        logarithm: `ln(m / m_now)` of the effective labels m.
        bend: exponent; of a shape that fits.
    """
    risen: Table = -np.expm1(-bend * logarithm) / bend
    return risen


def pooled_weights(likelihood: Table) -> Table:
    """How likely each curve of each language is, given the rounds of all languages.

    Args:
        likelihood: `(languages, walks, transfers, bends, steepnesses)` ln(likelihood) of the language's own rounds.

    Returns:
        weights of that shape, summing to 1 for each language.

    Source: Gelman et al. (2013), "Bayesian data analysis", chapter 5; all common values on the grid are tried.
    """
    each = (1, 2, 3, 4)
    scaled = np.exp(likelihood - likelihood.max(axis=each, keepdims=True))
    kernels = (_neighbours(len(WALKS)), _neighbours(len(TRANSFERS)), _neighbours(len(BENDS)), _about_typical())
    # Small letters: of a language; capitals: common to all.
    evidence = np.maximum(np.einsum("lwtbs,Ww,Tt,Bb,Ss->lWTBS", scaled, *kernels, optimize=True), _TINY)
    together = np.log(evidence).sum(axis=0)
    # Divided by its own evidence, which comes in with its own curves.
    others = np.exp(together - together.max()) / evidence
    weights = scaled * np.einsum("lWTBS,Ww,Tt,Bb,Ss->lwtbs", others, *kernels, optimize=True)
    pooled: Table = weights / weights.sum(axis=each, keepdims=True)
    return pooled


def _neighbours(size: int) -> Table:
    """`(size, size)` chance of each grid value, given the common one; each row sums to 1."""
    apart = np.abs(np.arange(size)[:, None] - np.arange(size))
    return _rows_summing_to_1(_STEP_OFF**apart)


def _about_typical() -> Table:
    """`(typical, steepnesses)` chance of each steepness, given the typical one; each row sums to 1."""
    apart = np.log(STEEPNESSES) - np.log(_TYPICAL)[:, None]
    return _rows_summing_to_1(np.exp(-0.5 * (apart / _SPREAD) ** 2))


def _rows_summing_to_1(values: Table) -> Table:
    shares: Table = values / values.sum(axis=1, keepdims=True)
    return shares
