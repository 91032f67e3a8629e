"""A figure of a language with an honest interval, made narrower by what can be foretold about unlabelled texts.

The check items tell how often the model is right; a judge (see `judge`) foretells it for every text. Where the judge
is right about the check items, its word about the thousands of texts that nobody labelled counts as well: the estimate
is the mean over check items, corrected by how much easier or harder than the population they happen to be. It stays
unbiased however bad the judge is, since check items are drawn by chance and judged by folds that have not seen them.

Source: Angelopoulos et al. (2023), "Prediction-powered inference", and "PPI++" for the power-tuned coefficient;
Zrnic and Candès (2024), "Cross-prediction-powered inference", for the folds.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.intervals import Z95, wilson
from lamm_core.model.payoff import Payoff, PayoffOf

_Floats = NDArray[np.float64]
# With few check items their own spread is a matter of luck, and is mixed with what the judge itself expects. So many
# items its expectation counts for; between 10 and 30 coverage and width do not change beyond noise.
_PRIOR_ITEMS = 20
# No judge is trusted beyond this: a run of lucky check items must not shrink an interval to nothing.
_MOST_GAIN = 4.0
# The judge learnt from the very check items that it helps to read, if not from the same fold; so the errors are not
# quite as small as if it had come from elsewhere. Three per cent more length covers what replays showed to be missing.
_LEARNT_HERE = 1.03**2
# Check items that differ from the population by more standard errors than chance allows are no sample of it.
_FOREIGN = 4.0


@dataclass(frozen=True)
class Measurement:
    """What a check set says about a model in one language, or in one class of it.

    Attributes:
        correct: check items predicted right.
        checked: check items that count.
        estimate: the figure, 0 to 1; None without a check item that counts.
        effective: check items that a plain random sample would need to tell as much.
        low, high: 95 % interval of the figure; 0 and 1 without a measurement.
        proven_low, proven_high: bounds that hold over all rounds so far together, each with 95 %.
    """

    correct: int
    checked: int
    estimate: float | None
    effective: float
    low: float
    high: float
    proven_low: float
    proven_high: float

    @property
    def accuracy(self) -> float | None:
        """The figure that the target speaks of, 0 to 1; None without a measurement."""
        return self.estimate

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the figure."""
        return (self.low, self.high)


UNMEASURED = Measurement(0, 0, None, 0.0, 0.0, 1.0, 0.0, 1.0)


def measured(figures: Mapping[str, Measurement]) -> dict[str, float]:
    """The figures that there are, as `select_batch` wants them."""
    return {name: each.estimate for name, each in figures.items() if each.estimate is not None}


@dataclass(frozen=True, eq=False)
class Look:
    """One measurement of one figure, with what is needed to compare it with those of other rounds.

    Attributes:
        payoff: value, and what each answer adds.
        estimate: the figure with the judge's correction, 0 to 1; None without a check item that counts.
        effective: check items that a plain random sample would need to tell as much.
        influence: `(n,)` how far each check item moves the estimate; their squares sum to its variance, but for the
            part that the population adds.
        error: standard error of the estimate.
    """

    payoff: Payoff
    estimate: float | None
    effective: float
    influence: _Floats
    error: float

    def measurement(self, proven: tuple[float, float]) -> Measurement:
        """The figures to keep, with bounds that hold over all rounds."""
        if self.estimate is None:
            return UNMEASURED
        low, high = wilson(self.estimate, self.effective, Z95)
        return Measurement(
            self.payoff.right, self.payoff.counted, self.estimate, self.effective, low, high, proven[0], proven[1]
        )


@dataclass(frozen=True, eq=False)
class Judged:
    """What the judge foretells of texts.

    Attributes:
        predicted: `(n,)` class that the model predicts, as a number.
        chances: `(n, k)` probability of each class, by the judge.
    """

    predicted: NDArray[np.intp]
    chances: _Floats


def take_look(
    metric: PayoffOf,
    predicted: NDArray[np.intp],
    true: NDArray[np.intp],
    classes: int,
    check: _Floats | None = None,
    population: Judged | None = None,
) -> Look:
    """Measure one figure on the check items of one language.

    Args:
        metric: see `payoff`.
        predicted: `(n,)` class that the model predicts for each check item, as a number.
        true: `(n,)` its class.
        classes: number of classes, k.
        check: `(n, k)` the judge's chances for the check items; None without a judge.
        population: texts of the language without check items, judged in the same way; None without a judge.
    """
    confusion = np.zeros((classes, classes))
    np.add.at(confusion, (predicted, true), 1)
    payoff = metric(confusion)
    if payoff.value is None:
        return Look(payoff, None, 0.0, np.zeros(len(true)), 0.0)
    plain = _plain_look(payoff, payoff.table[predicted, true])
    if check is None or population is None or not len(population.predicted) or len(true) < 2:
        return plain
    assisted = _assisted_look(payoff, predicted, true, check, population)
    return assisted if assisted is not None and assisted.effective > plain.effective else plain


def _plain_look(payoff: Payoff, paid: _Floats) -> Look:
    value, centred = float(payoff.value or 0.0), paid - paid.mean()
    # A sample without a single error has no spread to go by: half an error is as near as it can tell.
    inside = float(np.clip(value, 0.5 / (payoff.effective + 1), 1 - 0.5 / (payoff.effective + 1)))
    error = math.sqrt(inside * (1 - inside) / payoff.effective)
    return Look(payoff, value, payoff.effective, centred / len(paid), error)


def _assisted_look(
    payoff: Payoff, predicted: NDArray[np.intp], true: NDArray[np.intp], check: _Floats, population: Judged
) -> Look | None:
    """The look with the judge's help; None where the check items are no sample of the population."""
    table, n, size = payoff.table, len(true), len(population.predicted)
    paid = table[predicted, true]
    foretold, _ = _foretold(table, predicted, check)
    of_population, doubt = _foretold(table, population.predicted, population.chances)
    shift = float(foretold.mean() - of_population.mean())
    if abs(shift) > _FOREIGN * np.sqrt(foretold.var() / n + of_population.var() / size + 1e-12):
        return None
    coefficient = _coefficient(paid, foretold, float(of_population.var())) * size / (size + n)
    rest = paid - coefficient * foretold
    rest = rest - rest.mean()
    spread = float((rest**2).sum()) / (n - 1)
    expected = float(doubt.mean() + (1 - coefficient) ** 2 * of_population.var())
    variance = (n * spread + _PRIOR_ITEMS * expected) / (n + _PRIOR_ITEMS) / n
    variance += coefficient**2 * float(of_population.var()) / size
    variance *= _LEARNT_HERE
    if variance <= 0:
        return None
    gain = min(float(paid.var()) / n / variance, _MOST_GAIN)
    estimate = float(np.clip(float(payoff.value or 0.0) - coefficient * shift, 0, 1))
    # A share near an end has less spread than the raw one: the interval must not be narrower than the error allows.
    raw = float(payoff.value or 0.0)
    nearer = min(1.0, estimate * (1 - estimate) / (raw * (1 - raw))) if 0 < raw < 1 else 1.0
    return Look(payoff, estimate, nearer * gain * payoff.effective, rest / n, math.sqrt(variance))


def _foretold(table: _Floats, predicted: NDArray[np.intp], chances: _Floats) -> tuple[_Floats, _Floats]:
    """What the judge expects each text to pay off, and the variance that it expects of it."""
    rows = table[predicted]
    expected = (rows * chances).sum(axis=1)
    return expected, (rows**2 * chances).sum(axis=1) - expected**2


def _coefficient(paid: _Floats, foretold: _Floats, usual_spread: float) -> float:
    """How far the judge is believed, 0 to 1: the slope of what was paid on what was foretold, drawn towards 1."""
    centred = foretold - foretold.mean()
    product, spread = float((centred * paid).sum()), float((centred**2).sum())
    prior = _PRIOR_ITEMS * usual_spread
    total = spread + prior
    return float(np.clip((product + prior) / total, 0, 1)) if total > 0 else 0.0
