"""How far annotators agree: Krippendorff's alpha, Cohen's kappa and plain shares, each with a 95 % interval.

Labels are `(units, annotators)` whole numbers, a class each, or `MISSING`. All figures have the form
`(observed - expected) / (1 - expected)`, with the agreement that chance alone would bring as expected; a plain share
expects none.

Intervals are percentiles of a bootstrap over units (Efron, 1979). Units with the same labels are alike, so a resample
is one multinomial draw of how often each kind of unit occurs, and figures are weighted sums over kinds.

Sources: Krippendorff (2011), "Computing Krippendorff's alpha-reliability"; Cohen (1960), "A coefficient of agreement
for nominal scales".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from lamm_core.errors import InvalidInput
from lamm_core.model.intervals import wilson

MISSING = -1
RESAMPLES = 1_000
# Draws times kinds of units that are held at once: 16 MB.
_MOST_HELD = 2_000_000
# Figures that differ by less are equal but for their last digits.
_NO_SPREAD = 1e-9

Labels = NDArray[np.integer]
_Counts = NDArray[np.int64]
_Shares = NDArray[np.float64]
# From how often each kind of unit occurs, (r, kinds), to observed and expected agreement, (r,) each.
_Parts = Callable[[_Counts], tuple[_Shares, _Shares]]


class Lack(StrEnum):
    """Why a figure cannot be told."""

    ONE_ANNOTATOR = "one annotator"
    NO_OVERLAP = "no overlap"
    ONE_UNIT = "one unit"
    ONE_CLASS = "one class"


class Reading(StrEnum):
    """What a chance-corrected figure is worth.

    Source: Krippendorff (2004), "Content Analysis", page 241: conclusions can rest on labels with an alpha of 0.8
    or more; with 0.667 or more they are tentative; below that they cannot.
    """

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


_GOOD, _FAIR = 0.8, 0.667


def reading(figure: float) -> Reading:
    """What an alpha or a kappa is worth."""
    if figure >= _GOOD:
        return Reading.GOOD
    return Reading.FAIR if figure >= _FAIR else Reading.POOR


@dataclass(frozen=True)
class Figure:
    """A figure of agreement, or why there is none.

    Attributes:
        units: units that it rests on.
        estimate: the figure; None where it cannot be told.
        low, high: its 95 % interval, which holds the estimate; None without one.
        lack: why it cannot be told; None where it can.
    """

    units: int
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    lack: Lack | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its 95 % interval; None without a figure."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def reading(self) -> Reading | None:
        """What it is worth, for an alpha or a kappa; None without a figure."""
        return None if self.estimate is None else reading(self.estimate)


def alpha(labels: Labels, rng: np.random.Generator, resamples: int = RESAMPLES) -> Figure:
    """Krippendorff's alpha of nominal labels: 1 where all agree, 0 where they do as by chance.

    Args:
        labels: `(units, annotators)` classes, or `MISSING`; units with fewer than two labels do not count.
        rng: draws the resamples.
        resamples: how many, 1,000 or more.

    Raises:
        InvalidInput: too few resamples, or labels of another shape.
    """
    counts, lack = _shared_counts(labels, resamples)
    if lack:
        return Figure(len(counts), lack=lack)
    kinds, often = np.unique(counts, axis=0, return_counts=True)
    sizes = kinds.sum(axis=1)
    # The diagonal of a unit's coincidence matrix: pairs of equal labels, of which each label begins size - 1.
    equal = (kinds * (kinds - 1)).sum(axis=1) / (sizes - 1)
    columns = np.column_stack([equal, kinds]).astype(np.float64)

    def parts(drawn: _Counts) -> tuple[_Shares, _Shares]:
        sums = drawn @ columns
        of_class = sums[:, 1:]
        total = of_class.sum(axis=1)
        return sums[:, 0] / total, (of_class * (of_class - 1)).sum(axis=1) / (total * (total - 1))

    return _bootstrapped(often, parts, rng, resamples)


def against_rest(labels: Labels, class_code: int) -> Labels:
    """The same labels where only one class is told from all others: 1 for it, 0 for them, `MISSING` as before."""
    return np.where(labels == MISSING, MISSING, labels == class_code).astype(np.int64)


def same_share(labels: Labels, rng: np.random.Generator, resamples: int = RESAMPLES) -> Figure:
    """Percent agreement, 0 to 1: of the pairs of labels of a unit the share that is equal, its mean over units.

    Args and errors as for `alpha`.
    """
    counts, lack = _shared_counts(labels, resamples)
    if lack:
        return Figure(len(counts), lack=lack)
    sizes = counts.sum(axis=1)
    return _mean_share((counts * (counts - 1)).sum(axis=1), sizes * (sizes - 1), rng, resamples)


def share_with_others(labels: Labels, annotator: int, rng: np.random.Generator, resamples: int = RESAMPLES) -> Figure:
    """Of the labels that others gave to an annotator's units the share that is equal, 0 to 1, its mean over units.

    Args:
        annotator: column of the annotator.

    The other arguments and errors as for `alpha`.
    """
    own = labels[:, [annotator]]
    others = np.delete(labels, annotator, axis=1)
    shared = (own[:, 0] != MISSING) & (others != MISSING).any(axis=1)
    units = int(shared.sum())
    lack = _lack(labels, units, resamples)
    if lack:
        return Figure(units, lack=lack)
    own, others = own[shared], others[shared]
    return _mean_share((others == own).sum(axis=1), (others != MISSING).sum(axis=1), rng, resamples)


def kappa(first: Labels, second: Labels, rng: np.random.Generator, resamples: int = RESAMPLES) -> Figure:
    """Cohen's kappa of two annotators: 1 where they agree on all units, 0 where they do as by chance.

    Args:
        first, second: `(units,)` classes each, or `MISSING`; units that one of them lacks do not count.

    The other arguments and errors as for `alpha`.
    """
    labels = np.column_stack([first, second])
    shared = labels[(labels != MISSING).all(axis=1)]
    lack = _lack(labels, len(shared), resamples)
    if lack:
        return Figure(len(shared), lack=lack)
    kinds, often = np.unique(shared, axis=0, return_counts=True)
    equal = (kinds[:, 0] == kinds[:, 1]).astype(np.float64)
    of_first, of_second = ((kinds[:, [side]] == np.unique(kinds)).astype(np.float64) for side in (0, 1))

    def parts(drawn: _Counts) -> tuple[_Shares, _Shares]:
        total = drawn.sum(axis=1)
        return drawn @ equal / total, ((drawn @ of_first) * (drawn @ of_second)).sum(axis=1) / total**2

    return _bootstrapped(often, parts, rng, resamples)


def _shared_counts(labels: Labels, resamples: int) -> tuple[_Counts, Lack | None]:
    """Labels of each class, `(shared units, classes that occur)`, and why they tell nothing, if so."""
    if labels.ndim != 2:
        raise InvalidInput(f"Labels are units by annotators; these have {labels.ndim} dimensions.")
    shared = labels[(labels != MISSING).sum(axis=1) > 1]
    units, annotators = np.nonzero(shared != MISSING)
    classes, codes = np.unique(shared[units, annotators], return_inverse=True)
    flat = np.bincount(units * len(classes) + codes, minlength=len(shared) * len(classes))
    return flat.reshape(len(shared), len(classes)), _lack(labels, len(shared), resamples)


def _lack(labels: Labels, shared: int, resamples: int) -> Lack | None:
    if resamples < RESAMPLES:
        raise InvalidInput(f"{resamples:,} resamples are too few for an interval; it takes {RESAMPLES:,}.")
    if not shared:
        several = (labels != MISSING).any(axis=0).sum() > 1
        return Lack.NO_OVERLAP if several else Lack.ONE_ANNOTATOR
    return Lack.ONE_UNIT if shared == 1 else None


def _mean_share(equal: _Counts, pairs: _Counts, rng: np.random.Generator, resamples: int) -> Figure:
    """Mean over units of equal of pairs, `(units,)` each."""
    shares, often = np.unique(equal / pairs, return_counts=True)

    def parts(drawn: _Counts) -> tuple[_Shares, _Shares]:
        return drawn @ shares / drawn.sum(axis=1), np.zeros(len(drawn))

    return _bootstrapped(often, parts, rng, resamples)


def _bootstrapped(often: _Counts, parts: _Parts, rng: np.random.Generator, resamples: int) -> Figure:
    """A figure with its interval.

    Resamples of a single class have no figure and are left out. Where all units agree, or none does, or one annotator
    knows a single class, resamples do not differ, which is no proof that nothing else can happen: Wilson's interval of
    the observed agreement then says how far it may be off.

    Args:
        often: `(kinds,)` units of each kind.
    """
    units = int(often.sum())
    observed, expected = (float(each[0]) for each in parts(often[None, :]))
    if expected >= 1:
        return Figure(units, lack=Lack.ONE_CLASS)
    estimate = _corrected(observed, expected)
    drawn = np.concatenate([[estimate], *(_figures(*parts(each)) for each in _draws(often, rng, resamples))])
    bounds = [estimate, *np.quantile(drawn, [0.025, 0.975]).tolist()]
    if observed in (0.0, 1.0) or np.ptp(drawn) < _NO_SPREAD:
        bounds += [_corrected(bound, expected) for bound in wilson(observed, units)]
    # No alpha and no kappa is under -1, though so wide a Wilson's interval may be.
    return Figure(units, estimate, max(-1.0, min(bounds)), max(bounds))


def _draws(often: _Counts, rng: np.random.Generator, resamples: int) -> Iterator[_Counts]:
    """How often each kind of unit occurs in each resample, `(draws, kinds)`, so many resamples at once as fit."""
    units, step = int(often.sum()), max(1, _MOST_HELD // len(often))
    for start in range(0, resamples, step):
        yield rng.multinomial(units, often / units, size=min(step, resamples - start))


def _figures(observed: _Shares, expected: _Shares) -> _Shares:
    """Of the resamples that have one."""
    told = expected < 1
    return (observed[told] - expected[told]) / (1 - expected[told])


def _corrected(observed: float, expected: float) -> float:
    return (observed - expected) / (1 - expected)
