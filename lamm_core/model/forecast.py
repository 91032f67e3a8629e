"""Forecast: how many more labels until each language reaches its target, as a range, and where its accuracy ends.

Many possible futures are drawn from the possible learning curves; the numbers of labels by which 10 %, 50 % and 90 % of
them have reached the target make the range. The same history always gives the same forecast.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lamm_core.model.curve_grid import Table
from lamm_core.model.futures import Futures, draw_futures, draw_noise, labels_ahead
from lamm_core.model.learning_curve import CurvePoint, check_items, check_not_negative, possible_curves
from lamm_core.selection.weights import check_shares

# Below this chance a target is called not reachable: that of the upper tenth, which the range leaves out.
LEAST_CHANCE = 0.1

# What has to reach the target: the true accuracy, the one measured on the check set (averaged over the last 3 rounds),
# or the one measured on another sample with so many items of each language.
Yardstick = Literal["truth", "check set"] | Mapping[str, float]


@dataclass(frozen=True)
class Forecast:
    """When a language reaches its target.

    Further labels are summed over all languages. None stands for never: not even with the whole pool labelled. 0 means
    that the target is reached already.

    Attributes:
        language: which.
        target: accuracy to reach, 0 to 1.
        low: further labels by which the target is reached with a chance of 10 %.
        middle: the same of 50 %.
        high: the same of 90 %.
        own_low: of `low`, labels of the language itself.
        own_middle: of `middle`, labels of the language itself.
        own_high: of `high`, labels of the language itself.
        plateau: 80 % range of the true accuracy once the whole pool is labelled.
        chance: probability that the target is ever reached, 0 to 1.
    """

    language: str
    target: float
    low: int | None
    middle: int | None
    high: int | None
    own_low: int | None
    own_middle: int | None
    own_high: int | None
    plateau: tuple[float, float]
    chance: float

    @property
    def reachable(self) -> bool:
        """Whether the chance that the target is ever reached is at least 10 %."""
        return self.chance >= LEAST_CHANCE


@dataclass(frozen=True, eq=False)
class FittedCurves:
    """The learning curves of a project, ready to be asked about any target.

    Attributes:
        further: `(steps,)` further labels at which the futures are looked at.
        futures: language to its possible futures; languages that fewer than 3 rounds measured are missing.
    """

    further: Table
    futures: Mapping[str, Futures]

    def forecast(self, language: str, target: float) -> Forecast | None:
        """When a language reaches a target; None where fewer than 3 rounds measured it.

        Raises:
            InvalidAccuracy: the target is not between 0 and 1.
        """
        times = self.times(language, target)
        if times is None:
            return None
        futures = self.futures[language]
        low, middle, high = (_quantile(times, each) for each in (0.1, 0.5, 0.9))
        own_low, own_middle, own_high = (
            float(np.interp(each, self.further, futures.own)) if np.isfinite(each) else np.inf
            for each in (low, middle, high)
        )
        return Forecast(
            language,
            target,
            _whole(low),
            _whole(middle),
            _whole(high),
            _whole(own_low),
            _whole(own_middle),
            _whole(own_high),
            plateau=(_quantile(futures.end, 0.1), _quantile(futures.end, 0.9)),
            chance=float(np.isfinite(times).mean()),
        )

    def times(self, language: str, target: float) -> Table | None:
        """`(futures,)` further labels until the target in each possible future, ascending, infinite for never.

        None where fewer than 3 rounds measured the language.

        Raises:
            InvalidAccuracy: the target is not between 0 and 1.
        """
        check_shares("target", {language: target})
        futures = self.futures.get(language)
        return None if futures is None else futures.times(self.further, target)


def forecast(
    history: Sequence[CurvePoint],
    targets: Mapping[str, float],
    available: Mapping[str, int],
    share: Mapping[str, float] | None = None,
    yardstick: Yardstick = "truth",
) -> dict[str, Forecast]:
    """When each language reaches its target; `fit_curves` is for asking again about other targets.

    Args:
        history: rounds, oldest first; the last one is now.
        targets: accuracy to reach per language, 0 to 1.
        available: unlabelled items of the pool per language.
        share: how further labels are split over the languages; None: as in the last rounds.
        yardstick: what has to reach the target.

    Returns:
        language to forecast; languages that fewer than 3 rounds measured are missing.

    Raises:
        InvalidAccuracy: a target is not between 0 and 1.
        InvalidInput: a number of items or a share is negative, or the yardstick lacks a language.
    """
    curves = fit_curves(history, available, share, yardstick)
    forecasts = {language: curves.forecast(language, target) for language, target in targets.items()}
    return {language: each for language, each in forecasts.items() if each is not None}


def fit_curves(
    history: Sequence[CurvePoint],
    available: Mapping[str, int],
    share: Mapping[str, float] | None = None,
    yardstick: Yardstick = "truth",
) -> FittedCurves:
    """Fit the learning curves of all languages together.

    With the true accuracy as yardstick, the range holds the doubt about how well the check set stands for the language.
    With the check set, it is about when the project will say that the target is reached: the doubt that all rounds
    share no longer matters, and what is reached now is known.

    Args:
        history: rounds, oldest first; the last one is now.
        available: unlabelled items of the pool per language.
        share: how further labels are split over the languages; None: as in the last rounds.
        yardstick: what has to reach the target.

    Raises:
        InvalidInput: a number of items or a share is negative, or the yardstick lacks a language.
    """
    check_not_negative("number of items available", available)
    check_not_negative("share", share or {})
    # In order of their names, so that the order in which they are given changes no digit.
    languages = sorted({language for each in history for language in (*each.labels, *each.accuracy)} | set(available))
    curves = possible_curves(history, languages)
    if not curves:
        return FittedCurves(np.zeros(1), {})
    left, shares = _column(available, languages), None if share is None else _column(share, languages)
    ahead = labels_ahead(history, languages, left, shares)
    noise = draw_noise(ahead)
    items = {} if isinstance(yardstick, str) else {language: yardstick.get(language, 0.0) for language in curves}
    check_items(items)
    futures = {
        language: draw_futures(
            each, ahead, languages.index(language), noise, yardstick if isinstance(yardstick, str) else items[language]
        )
        for language, each in curves.items()
    }
    return FittedCurves(ahead.further, futures)


def _column(values: Mapping[str, float], languages: Sequence[str]) -> Table:
    return np.array([float(values.get(each, 0)) for each in languages])


def _quantile(ascending: Table, part: float) -> float:
    """One of the values, so that never is not averaged with some time."""
    return float(ascending[round(part * (len(ascending) - 1))])


def _whole(labels: float) -> int | None:
    return round(labels) if np.isfinite(labels) else None
