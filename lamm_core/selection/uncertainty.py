"""Uncertainty of an item from its class probabilities alone.

Every function maps probabilities `(n, k)` to scores `(n,)`; a larger score means: label this item sooner.
"""

from collections.abc import Callable

import numpy as np

from lamm_core.errors import InvalidScores, UnknownStrategy
from lamm_core.selection.arrays import FloatArray

Uncertainty = Callable[[FloatArray], FloatArray]


def entropy(probabilities: FloatArray) -> FloatArray:
    """Shannon entropy of each row, `H = -sum p_i ln p_i`; larger means label sooner.

    Args:
        probabilities: `(n, k)`, rows sum to 1.

    Returns:
        `(n,)` in nats, from 0 (certain) to `ln k` (uniform); `0 ln 0` counts as 0.

    Source: LAMM (CIKM 2023), section 3, the H of Eq. (1); Shannon (1948).
    """
    positive = np.where(probabilities > 0, probabilities, 1)
    # Subtracted from 0 and not negated, so that a certain item has 0 and not -0.
    scores: FloatArray = 0 - np.sum(probabilities * np.log(positive), axis=1)
    return scores


def margin(probabilities: FloatArray) -> FloatArray:
    """One minus the distance between the two likeliest classes; larger means label sooner.

    Args:
        probabilities: `(n, k)`, rows sum to 1. With `k = 1` the second class counts as 0.

    Returns:
        `(n,)` from 0 (certain) to 1 (a tie at the top).

    Source: Scheffer, Decomain and Wrobel (2001), "Active hidden Markov models for information extraction".
    """
    if probabilities.shape[1] == 1:
        return 1 - probabilities[:, 0]
    top_two = np.partition(probabilities, -2, axis=1)[:, -2:]
    return 1 - (top_two[:, 1] - top_two[:, 0])


def least_confidence(probabilities: FloatArray) -> FloatArray:
    """One minus the probability of the likeliest class; larger means label sooner.

    Args:
        probabilities: `(n, k)`, rows sum to 1.

    Returns:
        `(n,)` from 0 (certain) to `1 - 1/k` (uniform).

    Source: Lewis and Gale (1994), "A sequential algorithm for training text classifiers".
    """
    scores: FloatArray = 1 - probabilities.max(axis=1)
    return scores


def ratio(probabilities: FloatArray) -> FloatArray:
    """The second likeliest class's probability as a share of the likeliest one's; larger means label sooner.

    Args:
        probabilities: `(n, k)`, rows sum to 1. With `k = 1` the second class counts as 0.

    Returns:
        `(n,)` from 0 (certain) to 1 (a tie at the top).

    Source: the "ratio of confidence" in Monarch (2021), "Human-in-the-Loop Machine Learning", section 3.2.
    """
    if probabilities.shape[1] == 1:
        return 1 - probabilities[:, 0]
    top_two = np.partition(probabilities, -2, axis=1)[:, -2:]
    return top_two[:, 0] / top_two[:, 1]


def gibbs_error(probabilities: FloatArray) -> FloatArray:
    """How often a class drawn from the probabilities would be wrong, `1 - sum p_i^2`; larger means label sooner.

    Args:
        probabilities: `(n, k)`, rows sum to 1.

    Returns:
        `(n,)` from 0 (certain) to `1 - 1/k` (uniform).

    Source: Cuong et al. (2013), "Active learning for probabilistic hypotheses using the maximum Gibbs error criterion".
    """
    scores: FloatArray = 1 - np.sum(probabilities * probabilities, axis=1)
    return scores


UNCERTAINTIES: dict[str, Uncertainty] = {
    "entropy": entropy,
    "margin": margin,
    "least-confidence": least_confidence,
    "ratio": ratio,
    "gibbs-error": gibbs_error,
}


def find_uncertainty(uncertainty: str | Uncertainty) -> Uncertainty:
    """The registered function of that name, or the callable itself.

    Raises:
        UnknownStrategy: no function is registered under the name.
    """
    if callable(uncertainty):
        return uncertainty
    try:
        return UNCERTAINTIES[uncertainty]
    except KeyError:
        known = ", ".join(sorted(UNCERTAINTIES))
        raise UnknownStrategy(f"Unknown uncertainty {uncertainty!r}; choose one of: {known}.") from None


def uncertainty_scores(uncertainty: str | Uncertainty, probabilities: FloatArray) -> FloatArray:
    """Apply an uncertainty to `(n, k)` probabilities and check that it gave `(n,)` finite scores.

    Raises:
        UnknownStrategy: no function is registered under the name.
        InvalidScores: the function returned another shape, or numbers that are not finite.
    """
    scores = np.asarray(find_uncertainty(uncertainty)(probabilities))
    n = len(probabilities)
    if scores.shape != (n,):
        raise InvalidScores(f"An uncertainty must return one score for each of the {n} items; got {scores.shape}.")
    if scores.dtype.kind not in "fiub" or not np.isfinite(scores).all():
        raise InvalidScores(f"An uncertainty must return finite numbers; got {scores.dtype} for {n} items.")
    # Booleans and unsigned numbers cannot be negated, which the ranking does.
    return scores if scores.dtype.kind == "f" else scores.astype(np.float64)
