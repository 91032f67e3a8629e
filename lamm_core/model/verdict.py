"""Whether a target is met, as far as the check set proves it, and what would settle it."""

import math

from lamm_core.model.forecast import Forecast
from lamm_core.model.intervals import size_to_prove, wilson
from lamm_core.model.measuring import Measurement
from lamm_core.records import LanguageState

_MOST_TO_SETTLE = 100_000
_MOST_ERRORS, _HALVINGS = 6.0, 30


def verdict(figure: Measurement, target: float, forecast: Forecast | None = None) -> LanguageState:
    """How a figure stands to its target.

    Args:
        figure: what the check set says.
        target: 0 to 1.
        forecast: of this figure and target; None where there is none.
    """
    if figure.estimate is None:
        return LanguageState.UNMEASURED
    if figure.proven_low >= target:
        return LanguageState.MET
    if forecast is not None and not forecast.reachable and figure.estimate < target:
        return LanguageState.OUT_OF_REACH
    return LanguageState.MISSED if figure.proven_high < target else LanguageState.UNPROVEN


def worst(states: list[LanguageState]) -> LanguageState:
    """One word for several targets of a language: met only where all are met."""
    order = (LanguageState.OUT_OF_REACH, LanguageState.MISSED, LanguageState.UNPROVEN, LanguageState.UNMEASURED)
    return next((state for state in order if state in states), LanguageState.MET)


def labels_to_settle(figure: Measurement, target: float) -> int | None:
    """Further check labels after which the figure would be proven to be over or under its target, if it stays.

    Returns:
        None where nothing is measured, or where figure and target are too close for any check set to tell them apart;
        0 where it is settled.
    """
    if figure.estimate is None or figure.effective <= 0:
        return None
    if verdict(figure, target) is not LanguageState.UNPROVEN:
        return 0
    size = size_to_prove(figure.estimate, target, _proven_errors(figure), _MOST_TO_SETTLE)
    if size is None:
        return None
    return max(1, math.ceil((size / figure.effective - 1) * figure.checked))


def _proven_errors(figure: Measurement) -> float:
    """Standard errors that the proven bounds keep from the figure: what the next looks will about ask for as well."""
    low, high = 0.0, _MOST_ERRORS
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        bounds = wilson(figure.estimate or 0.0, figure.effective, middle)
        wide = bounds[0] < figure.proven_low if figure.proven_low > 0 else bounds[1] > figure.proven_high
        low, high = (low, middle) if wide else (middle, high)
    return high
