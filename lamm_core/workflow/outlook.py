"""What is still to come: labels, hours and cost until each target, and what a change of a target would mean."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from sqlalchemy import Connection

from lamm_core.model.forecast import FittedCurves, Forecast, fit_curves
from lamm_core.model.learning_curve import CurvePoint
from lamm_core.records import ProjectSettings, RoundLanguage
from lamm_core.storage import labels

# The newest labels say how fast the people of today are; a thousand settle a median.
_SPEED_LABELS = 1_000
_SECONDS_IN_AN_HOUR = 3600.0

Rounds = tuple[tuple[RoundLanguage, ...], ...]


@dataclass(frozen=True)
class Effort:
    """What a number of labels takes.

    Attributes:
        labels: how many, over all languages.
        hours: of one person; None where nobody's speed was measured yet.
        cost: in the project's currency; None where a label has no price.
    """

    labels: int
    hours: float | None
    cost: float | None


@dataclass(frozen=True)
class Outlook:
    """When a language reaches its target.

    Attributes:
        forecast: labels, and where its accuracy ends.
        low, middle, high: effort by which the target is reached with a chance of 10, 50 and 90 %; None for never.
    """

    forecast: Forecast
    low: Effort | None
    middle: Effort | None
    high: Effort | None


@dataclass(frozen=True, eq=False)
class Outlooks:
    """All that is needed to look ahead, for any target.

    Attributes:
        curves: the fitted learning curves.
        seconds: median seconds a label takes, per language that has any; under the empty name of all of them.
        price: what a label costs; 0 where nobody said.
    """

    curves: FittedCurves
    seconds: Mapping[str, float]
    price: float

    def of(self, language: str, target: float) -> Outlook | None:
        """The outlook of a language for a target, 0 to 1; None where too few rounds have measured it."""
        forecast = self.curves.forecast(language, target)
        if forecast is None:
            return None
        efforts = (
            self._effort(language, further, own)
            for further, own in (
                (forecast.low, forecast.own_low),
                (forecast.middle, forecast.own_middle),
                (forecast.high, forecast.own_high),
            )
        )
        return Outlook(forecast, *efforts)

    def _effort(self, language: str, further: int | None, own: int | None) -> Effort | None:
        if further is None:
            return None
        usual = self.seconds.get("")
        of_own = min(own or 0, further)
        hours = None
        if usual is not None:
            seconds = of_own * self.seconds.get(language, usual) + (further - of_own) * usual
            hours = seconds / _SECONDS_IN_AN_HOUR
        return Effort(further, hours, further * self.price if self.price else None)


def read_outlooks(connection: Connection, project_id: int, settings: ProjectSettings, measured: Rounds) -> Outlooks:
    """Look ahead from the rounds so far.

    Args:
        settings: the project's, for the price of a label.
        measured: what each finished round found for each language, oldest first.
    """
    return Outlooks(_fitted(measured), _speed(connection, project_id), settings.price_per_label)


@functools.lru_cache(maxsize=32)
def _fitted(measured: Rounds) -> FittedCurves:
    """Fitted once a round, however often the page is looked at."""
    points = [
        CurvePoint(
            labels={each.language: each.labels for each in found},
            accuracy={each.language: each.figure for each in found if each.figure is not None},
            effective={each.language: each.effective or each.checked for each in found if each.figure is not None},
        )
        for found in measured
        if any(each.figure is not None for each in found)
    ]
    newest: Sequence[RoundLanguage] = measured[-1] if measured else ()
    # Of what the project will measure itself: that is what a manager waits for, and what can be held against outcomes.
    return fit_curves(
        points, {each.language: max(0, each.pool - each.labels) for each in newest}, yardstick="check set"
    )


def _speed(connection: Connection, project_id: int) -> dict[str, float]:
    """Median seconds a label takes, per language and over all; nothing where no label has a time."""
    taken: dict[str, list[float]] = {}
    for language, seconds in labels.recent_seconds(connection, project_id, _SPEED_LABELS):
        taken.setdefault(language, []).append(seconds)
        taken.setdefault("", []).append(seconds)
    return {language: median(each) for language, each in taken.items()}
