"""Gain: labels go where they are expected to bring accuracy towards a target, not only where much is missing.

A language far from its target gets nothing out of labels that do not raise its accuracy. So the gap is multiplied by
what one more label is expected to bring, learnt from the rounds so far.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamm_core.selection.standing import Observation, Standing
from lamm_core.selection.weights import language_weights

# Slopes follow the last rounds only: a learning curve bends, and what labels brought early on says little now.
_ROUNDS = 10
# With fewer rounds no slope can be told from noise, and all languages are taken to learn alike.
_ENOUGH_ROUNDS = 3
# What a label of another language may be worth, against one of the language itself.
_TRANSFERS = (0.02, 0.1, 0.3, 1.0)
# Labels that every language is taken to have from the start, so that the first one does not count without limit.
_HEAD_START = 10.0
# This part of the budget is shared equally: no language starves because its learning curve was misread.
_EQUAL_PART = 0.35

_Table = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LearningCurves:
    """How accuracy follows labels in each language, as far as the rounds tell.

    Attributes:
        slope: `(languages,)` rise of accuracy when ln(effective labels) rises by 1, as a share of the mean rise.
        doubt: `(languages,)` standard deviation of the slope, in the same unit.
        transfer: what a label of another language is worth, against one of the language itself, 0 to 1.
    """

    slope: _Table
    doubt: _Table
    transfer: float


def gain_weights(standing: Standing) -> dict[str, float]:
    """Mostly in proportion to gap times expected gain of a label, 35 % equal.

    The gain of language l is `(b_l + s_l) / m_l`: the slope of its learning curve plus one standard deviation, so that
    a language about which little is known is tried, over its effective labels `m_l = n_l + t (N - n_l)`, since each
    further label brings less. `t` is what labels of other languages are worth to it.

    Args:
        standing: what is known of the languages; accuracies and labels of earlier rounds in `history`.

    Returns:
        language to weight, summing to 1; equal weights where no language has a gap.
    """
    languages = list(standing.targets)
    if not languages:
        return {}
    gaps = language_weights(standing.accuracy, standing.targets)
    curves = learning_curves(standing.history[-_ROUNDS:], languages)
    effective = effective_labels(_table([standing.labels], languages), curves.transfer)[0]
    gain = np.maximum(curves.slope + curves.doubt, 0) / effective
    need = np.array([gaps[language] for language in languages]) * gain
    equal = np.full(len(languages), 1 / len(languages))
    weights = (1 - _EQUAL_PART) * need / need.sum() + _EQUAL_PART * equal if need.any() else equal
    return dict(zip(languages, weights.tolist(), strict=True))


def effective_labels(labels: _Table, transfer: float) -> _Table:
    """Labels of a language plus what those of the others are worth to it.

    Args:
        labels: `(rounds, languages)`.
        transfer: what a label of another language is worth, 0 to 1.

    Returns:
        `(rounds, languages)`, at least the head start.
    """
    total = labels.sum(axis=1, keepdims=True)
    effective: _Table = labels + transfer * (total - labels) + _HEAD_START
    return effective


def learning_curves(history: tuple[Observation, ...], languages: list[str]) -> LearningCurves:
    """Fit `accuracy = a_l + b_l ln m_l` to the rounds, each slope shrunk towards the mean slope.

    The transfer is the one under which a single slope for all languages fits best. Then every slope gets a normal
    prior with the mean slope as mean and as standard deviation.

    Args:
        history: rounds, oldest first; only those that measured every language are used.
        languages: order of the results.
    """
    rounds = [each for each in history if all(language in each.accuracy for language in languages)]
    alike = LearningCurves(np.ones(len(languages)), np.zeros(len(languages)), _TRANSFERS[1])
    if len(rounds) < _ENOUGH_ROUNDS:
        return alike
    labels = _table([each.labels for each in rounds], languages)
    accuracy = _centred(_table([each.accuracy for each in rounds], languages))
    fits = [_fit(_centred(np.log(effective_labels(labels, transfer))), accuracy) for transfer in _TRANSFERS]
    best = int(np.argmin([fit.misfit for fit in fits]))
    fit = fits[best]
    if fit.mean_slope <= 0:
        return alike
    noise = fit.noise(len(rounds))
    # In units of the mean slope, so that a tiny one is never squared into nothing.
    precision = fit.spread * fit.mean_slope**2 / noise + 1
    slope = (fit.product * fit.mean_slope / noise + 1) / precision
    return LearningCurves(slope, 1 / np.sqrt(precision), _TRANSFERS[best])


@dataclass(frozen=True, eq=False)
class _Fit:
    """Sums of a regression of accuracy on ln(effective labels), both centred in each language."""

    spread: _Table
    product: _Table
    accuracy_spread: _Table
    mean_slope: float
    misfit: float

    def noise(self, rounds: int) -> float:
        """Variance of an accuracy about its language's own line."""
        explained = self.product**2 / np.maximum(self.spread, 1e-12)
        freedom = max(1, (rounds - 2) * len(self.spread))
        return max(float((self.accuracy_spread - explained).sum()) / freedom, 1e-6)


def _fit(logarithm: _Table, accuracy: _Table) -> _Fit:
    spread, product = (logarithm**2).sum(axis=0), (logarithm * accuracy).sum(axis=0)
    mean_slope = float(product.sum() / spread.sum()) if spread.any() else 0.0
    misfit = float(((accuracy - mean_slope * logarithm) ** 2).sum())
    return _Fit(spread, product, (accuracy**2).sum(axis=0), mean_slope, misfit)


def _table(rows: Sequence[Mapping[str, float]], languages: list[str]) -> _Table:
    return np.array([[float(row.get(language, 0)) for language in languages] for row in rows])


def _centred(table: _Table) -> _Table:
    centred: _Table = table - table.mean(axis=0)
    return centred
