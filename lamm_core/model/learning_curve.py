"""What the rounds so far tell about the learning curve of each language, as many weighted possible curves.

The accuracy of a language with m effective labels is taken to be

    a(m) = a_now + s (1 - (m / m_now)^-c) / c  +  a random walk in ln m that starts now,

where m counts its own labels and in part those of the others, s is the slope now, and c says how soon the curve
flattens: it ends at `a_now + s / c`. The walk stands for what no smooth curve says; looking back, it makes old rounds
count for less. What is measured is `a` plus an error common to all rounds, since each is measured on the same check
items, plus a small one of each round's own.

For each curve of the grid the rest is normal, so that its likelihood is exact and nothing is sampled.

Source: Viering and Loog (2022), "The shape of learning curves: a review", on power laws with a plateau.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lamm_core.errors import InvalidInput
from lamm_core.model.curve_grid import BENDS, STEEPNESSES, WALKS, Table, effective_labels, pooled_weights, rise
from lamm_core.selection.weights import check_shares

# Fewer rounds cannot tell a slope from noise.
LEAST_ROUNDS = 3
# Rounds over which a measured accuracy is averaged before it is compared with a target.
WINDOW = 3
# A round's own error, as a share of the variance common to all rounds, before the rounds tell; and how many of their
# zigzags that counts as. Replays show 0.01 to 0.06.
_OWN_ERROR = 0.03
_OWN_ERROR_WORTH = 30.0
# Variance that a round's own error has at least, a tenth of a point squared: however many check items, fits differ.
_LEAST_OWN_VARIANCE = 1e-6
# Scatter of the accuracy between languages before it is known, and how many languages that counts as.
_SCATTER = 0.15
_SCATTER_WORTH = 2.0
# Neighbouring rounds are averaged into at most so many points; more take time and tell nothing new.
_POINTS = 14


@dataclass(frozen=True)
class CurvePoint:
    """One round: how many labels there were, what accuracy they gave, and how surely.

    Attributes:
        labels: labels so far per language, 0 or more.
        accuracy: measured accuracy per language, 0 to 1; a language without check items is missing.
        effective: check items that the accuracy of each of these languages is worth, above 0: the variance of the
            measured accuracy p is `p (1 - p) / effective`.

    Raises:
        InvalidAccuracy: an accuracy is not between 0 and 1.
        InvalidInput: labels are negative, or a measured language has no positive number of check items.
    """

    labels: Mapping[str, int]
    accuracy: Mapping[str, float]
    effective: Mapping[str, float]

    def __post_init__(self) -> None:
        check_shares("accuracy", self.accuracy)
        check_not_negative("number of labels", self.labels)
        check_items({language: self.effective.get(language, 0.0) for language in self.accuracy})


@dataclass(frozen=True, eq=False)
class Measured:
    """The rounds that measured one language, oldest first; all arrays are `(rounds,)`.

    Attributes:
        labels: its own labels.
        total: labels of all languages.
        accuracy: accuracy on the check set.
        effective: check items that this accuracy is worth.
    """

    labels: Table
    total: Table
    accuracy: Table
    effective: Table

    @property
    def estimate(self) -> float:
        """Accuracy averaged over the last rounds."""
        return float(self.accuracy[-WINDOW:].mean())

    @property
    def variance(self) -> float:
        """`p (1 - p)` of the accuracy p, drawn towards a half by two check items, so that it is never 0."""
        items = float(self.effective[-1])
        share = (self.estimate * items + 1) / (items + 2)
        return share * (1 - share)

    @property
    def common_variance(self) -> float:
        """Variance of the error that all rounds share."""
        return self.variance / float(self.effective[-1])


@dataclass(frozen=True)
class Surroundings:
    """What the languages say together.

    Attributes:
        centre: mean accuracy of the languages.
        scatter: variance of their true accuracies.
        own_error: variance of the error of a single round, against that of the error common to all.
    """

    centre: float
    scatter: float
    own_error: float


@dataclass(frozen=True, eq=False)
class PossibleCurves:
    """The possible curves of one language; all arrays are `(walks, transfers, bends, steepnesses)`.

    Attributes:
        weight: how likely each is, summing to 1.
        level: mean of the accuracy on the check set now, without this round's own error.
        deviation: standard deviation of that.
        measured: the rounds of the language.
        around: what the languages say together.
    """

    weight: Table
    level: Table
    deviation: Table
    measured: Measured
    around: Surroundings


def possible_curves(history: Sequence[CurvePoint], languages: Sequence[str]) -> dict[str, PossibleCurves]:
    """Weigh the curves of each language by how well they explain the rounds.

    Args:
        history: rounds, oldest first; now is the last one.
        languages: those to look at.

    Returns:
        language to its curves; only for languages that at least 3 rounds measured.
    """
    measured = {each: _rounds_of(history, each) for each in sorted(languages)}
    measured = {language: rounds for language, rounds in measured.items() if len(rounds.accuracy) >= LEAST_ROUNDS}
    if not measured:
        return {}
    around = _surroundings(list(measured.values()))
    total = float(sum(history[-1].labels.values()))
    fits = [
        _fit(rounds, around, effective_labels(np.array([history[-1].labels.get(language, 0)]), np.array([total])))
        for language, rounds in measured.items()
    ]
    weights = pooled_weights(np.array([likelihood for likelihood, _, _ in fits]))
    return {
        language: PossibleCurves(weight, level, deviation, rounds, around)
        for (language, rounds), weight, (_, level, deviation) in zip(measured.items(), weights, fits, strict=True)
    }


def check_not_negative(what: str, values: Mapping[str, float]) -> None:
    """Raise InvalidInput where a value is negative or not a finite number."""
    for language, value in values.items():
        if not 0 <= value < np.inf:
            raise InvalidInput(f"The {what} of {language!r} is {value}; it must be a finite number from 0.")


def check_items(items: Mapping[str, float]) -> None:
    """Raise InvalidInput where an accuracy rests on no positive number of items."""
    for language, count in items.items():
        if not 0 < count < np.inf:
            raise InvalidInput(f"The accuracy of {language!r} rests on {count} items; it must be a number above 0.")


def _rounds_of(history: Sequence[CurvePoint], language: str) -> Measured:
    rounds = [each for each in history if language in each.accuracy]
    return Measured(
        np.array([each.labels.get(language, 0) for each in rounds], dtype=float),
        np.array([sum(each.labels.values()) for each in rounds], dtype=float),
        np.array([each.accuracy[language] for each in rounds], dtype=float),
        np.array([each.effective[language] for each in rounds], dtype=float),
    )


def _surroundings(measured: list[Measured]) -> Surroundings:
    estimates = np.array([each.estimate for each in measured])
    error = float(np.mean([each.common_variance for each in measured]))
    centre, others = float(estimates.mean()), len(estimates) - 1
    # Part of the scatter that is seen is error of measurement.
    scatter = max(float(((estimates - centre) ** 2).sum()) - error * others, 0.0)
    scatter = (scatter + _SCATTER_WORTH * _SCATTER**2) / (_SCATTER_WORTH + others)
    return Surroundings(centre, scatter, _own_error(measured))


def _own_error(measured: list[Measured]) -> float:
    """Variance of a round's own error, against that of the common one, from how much neighbouring rounds zigzag.

    The third difference of four rounds has twenty times the variance of one, and hardly anything of a smooth curve.
    """
    zigzag, count = _OWN_ERROR * _OWN_ERROR_WORTH, _OWN_ERROR_WORTH
    for each in measured:
        zigzag += float((np.diff(each.accuracy, n=3) ** 2).sum()) / 20 / each.common_variance
        count += len(each.accuracy) - 3
    return zigzag / count


def _fit(rounds: Measured, around: Surroundings, effective_now: Table) -> tuple[Table, Table, Table]:
    """ln(likelihood), level now and its standard deviation, each `(walks, transfers, bends, steepnesses)`.

    `effective_now` is `(transfers, 1)`.
    """
    points, own_variance = _averaged(rounds, around.own_error)
    back = np.maximum(np.log(effective_now) - np.log(effective_labels(points.labels, points.total)), 0.0)
    before = around.scatter + rounds.common_variance
    # (walks, transfers, points, points)
    walk = WALKS[:, None, None, None] ** 2 * np.minimum(back[:, :, None], back[:, None, :])
    covariance = walk + np.diag(own_variance) + before
    inverse = np.linalg.inv(covariance)
    missing = points.accuracy - around.centre
    rises = rise(-back[:, None, :], BENDS[:, None]) * rounds.variance
    of_missing, of_rises = inverse @ missing, rises @ inverse
    constant = (of_missing @ missing + np.linalg.slogdet(covariance)[1])[..., None, None]
    linear = (of_rises @ missing)[..., None] * STEEPNESSES
    square = (of_rises * rises).sum(axis=-1)[..., None] * STEEPNESSES**2
    pull = of_missing.sum(axis=-1)[..., None, None] - of_rises.sum(axis=-1)[..., None] * STEEPNESSES
    left = before - before**2 * inverse.sum(axis=(-1, -2))
    deviation = np.sqrt(np.maximum(left, 0.0))[..., None, None]
    likelihood: Table = -0.5 * (constant - 2 * linear + square)
    return likelihood, around.centre + before * pull, np.broadcast_to(deviation, likelihood.shape)


def _averaged(rounds: Measured, own_error: float) -> tuple[Measured, Table]:
    """Neighbouring rounds averaged into points, and the variance of each point's own error.

    A round with fewer check items than the last one has an error of its own for those that it lacked.
    """
    lacking = np.maximum(1 / rounds.effective - 1 / rounds.effective[-1], 0.0)
    variance = rounds.variance * lacking + own_error * rounds.common_variance + _LEAST_OWN_VARIANCE
    parts = min(_POINTS, len(variance))
    starts = np.arange(parts) * len(variance) // parts
    sizes = np.diff(starts, append=len(variance))

    def mean(values: Table) -> Table:
        means: Table = np.add.reduceat(values, starts) / sizes
        return means

    averaged = Measured(mean(rounds.labels), mean(rounds.total), mean(rounds.accuracy), mean(rounds.effective))
    return averaged, mean(variance) / sizes
