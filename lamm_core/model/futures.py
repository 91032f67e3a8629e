"""Possible futures of a language's accuracy, drawn from its possible curves with a fixed seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.curve_grid import BENDS, STEEPNESSES, WALKS, Table, effective_labels, rise
from lamm_core.model.learning_curve import WINDOW, CurvePoint, PossibleCurves

_FUTURES = 500
_STEPS = 40
# The first steps are about a fortieth of this many labels and those there are.
_FIRST_STEPS = 50.0
# The split of further labels follows that of the last rounds, and by this part the items that are left.
_RECENT_ROUNDS = 5
_EVEN_PART = 0.1
_SEED = 20_230
# A true accuracy of 1 is never reached.
_HIGHEST = 1 - 1e-6


@dataclass(frozen=True, eq=False)
class Ahead:
    """The labels to come.

    Attributes:
        further: `(steps,)` further labels over all languages, from 0 until the pool is used up.
        split: `(steps, languages)` those of each language.
        now: `(languages,)` labels of each language now.
        batch: labels that a round brings.
    """

    further: Table
    split: Table
    now: Table
    batch: float


@dataclass(frozen=True, eq=False)
class Noise:
    """Standard normal draws, the same for all languages.

    Attributes:
        level: `(futures,)` for the accuracy on the check set now.
        common: `(futures,)` for the error common to all rounds.
        sample: `(futures,)` for the error of another sample.
        walk: `(futures, steps)` for the random walk, independent.
        wiggle: `(futures, steps)` for the error of the last rounds' average, alike in neighbouring steps.
    """

    level: Table
    common: Table
    sample: Table
    walk: Table
    wiggle: Table


@dataclass(frozen=True, eq=False)
class Futures:
    """Possible futures of one language.

    Attributes:
        best: `(futures, steps)` best accuracy so far.
        end: `(futures,)` true accuracy once the pool is used up, ascending.
        own: `(steps,)` further labels of the language itself.
    """

    best: Table
    end: Table
    own: Table

    def times(self, further: Table, target: float) -> Table:
        """`(futures,)` further labels until the target, ascending; infinite where it is never reached."""
        reached = self.best >= target
        step = np.argmax(reached, axis=1)
        before = np.maximum(step - 1, 0)
        rows = np.arange(len(step))
        low, high = self.best[rows, before], self.best[rows, step]
        part = np.where(high > low, (target - low) / np.where(high > low, high - low, 1.0), 0.0)
        time = further[before] + np.clip(part, 0.0, 1.0) * (further[step] - further[before])
        return np.sort(np.where(reached.any(axis=1), time, np.inf))


def labels_ahead(history: Sequence[CurvePoint], languages: Sequence[str], left: Table, shares: Table | None) -> Ahead:
    """How many labels each language will have after some more, until the pool is used up.

    Args:
        history: rounds, oldest first, at least one.
        languages: order of the columns.
        left: `(languages,)` unlabelled items.
        shares: `(languages,)` how further labels are split; None: as in the last rounds.
    """
    labels = np.array([[each.labels.get(name, 0) for name in languages] for each in history[-_RECENT_ROUNDS - 1 :]])
    recent = np.maximum(labels[-1] - labels[0], 0).astype(float)
    if shares is None:
        even = left / max(left.sum(), 1.0)
        shares = (1 - _EVEN_PART) * recent / recent.sum() + _EVEN_PART * even if recent.any() else even
    now = labels[-1].astype(float)
    start = now.sum() + _FIRST_STEPS
    # Close together now, far apart later.
    further = start * np.expm1(np.linspace(0, np.log1p(left.sum() / start), _STEPS))
    batch = max(float(recent.sum()) / max(len(labels) - 1, 1), 1.0)
    return Ahead(further, split_labels(left, shares, further), now, batch)


def split_labels(left: Table, shares: Table, further: Table) -> Table:
    """Of so many further labels, those of each language, `(steps, languages)`.

    They are split by the shares until a language has no items left; then the others take over its part. Languages
    without a share come last, by the number of their items.

    Args:
        left: `(languages,)` unlabelled items.
        shares: `(languages,)` parts of the further labels, 0 or more.
        further: `(steps,)` further labels over all languages.
    """
    split = np.zeros((len(further), len(left)))
    # Each pass uses up a language or is the last one; then those without a share need one more.
    for _ in range(len(left) + 2):
        room = left - split
        taking = np.where(room > 0, shares, 0.0)
        taking = np.where(taking.sum(axis=1, keepdims=True) > 0, taking, room)
        missing = np.maximum(further - split.sum(axis=1), 0.0)[:, None]
        split = split + np.minimum(missing * taking / np.maximum(taking.sum(axis=1, keepdims=True), 1e-12), room)
    return split


def draw_noise(ahead: Ahead) -> Noise:
    """The draws for these steps, from the fixed seed."""
    rng = np.random.default_rng(_SEED)
    level, common, sample = rng.standard_normal((3, _FUTURES))
    walk, wiggle = rng.standard_normal((2, _FUTURES, len(ahead.further)))
    # Averages over rounds that share some of these are alike.
    alike = np.exp(-np.diff(ahead.further) / (WINDOW * ahead.batch))
    for step, kept in enumerate(alike, start=1):
        wiggle[:, step] = kept * wiggle[:, step - 1] + np.sqrt(1 - kept**2) * wiggle[:, step]
    return Noise(level, common, sample, walk, wiggle)


def draw_futures(
    curves: PossibleCurves, ahead: Ahead, column: int, noise: Noise, yardstick: Literal["truth", "check set"] | float
) -> Futures:
    """Futures of one language.

    Args:
        curves: its possible curves.
        ahead: the labels to come.
        column: position of the language in these.
        noise: the draws.
        yardstick: what has to reach the target: the true accuracy, that on the check set, or that on another sample
            of so many items.
    """
    cell = np.unravel_index(_drawn(curves.weight), curves.weight.shape)
    own = ahead.split[:, column]
    risen = _rise(curves.measured.variance, cell, np.log(_effective(ahead, column)), noise)
    on_check_set = curves.level[cell] + curves.deviation[cell] * noise.level
    # Of what is measured, this part is accuracy; the rest is the error that all rounds share.
    around, error = curves.around, curves.measured.common_variance
    part = around.scatter / (around.scatter + error)
    level = around.centre + part * (on_check_set - around.centre) + np.sqrt(part * error) * noise.common
    true = np.clip(level[:, None] + risen, 0.0, _HIGHEST)
    if yardstick == "truth":
        judged = true
    elif yardstick == "check set":
        wiggle = np.sqrt(around.own_error * error / WINDOW) * noise.wiggle
        judged = np.clip(on_check_set[:, None] + risen + wiggle, 0.0, 1.0)
        # What has been reached now is known.
        judged[:, 0] = curves.measured.estimate
    else:
        sample = np.sqrt(curves.measured.variance / yardstick)
        wiggle = np.sqrt(around.own_error / WINDOW) * noise.wiggle
        judged = np.clip(true + sample * (noise.sample[:, None] + wiggle), 0.0, 1.0)
    if not own.any() and not ahead.split.any():
        judged = np.repeat(judged[:, :1], judged.shape[1], axis=1)
    return Futures(np.maximum.accumulate(judged, axis=1), np.sort(true[:, -1]), own)


def _effective(ahead: Ahead, column: int) -> Table:
    return effective_labels(ahead.now[column] + ahead.split[:, column], ahead.now.sum() + ahead.split.sum(axis=1))


def _rise(variance: float, cell: tuple[NDArray[np.intp], ...], logarithm: Table, noise: Noise) -> Table:
    """`(futures, steps)` rise of the true accuracy since now; `logarithm` is ln(effective labels)."""
    walk, transfer, bend, steepness = cell
    since_now = (logarithm - logarithm[:, :1])[transfer]
    smooth = (STEEPNESSES[steepness] * variance)[:, None] * rise(since_now, BENDS[bend][:, None])
    stride = np.sqrt(np.maximum(np.diff(since_now, axis=1, prepend=0.0), 0.0))
    risen: Table = smooth + WALKS[walk][:, None] * np.cumsum(stride * noise.walk, axis=1)
    return risen


def _drawn(weight: Table) -> NDArray[np.intp]:
    """Positions of the curves, each as often as its weight says: evenly spread, not by chance."""
    reached = np.cumsum(weight.ravel())
    points = (np.arange(_FUTURES) + 0.5) / _FUTURES * reached[-1]
    places: NDArray[np.intp] = np.searchsorted(reached, points)
    return places
