"""Where a project might stand, made by hand: every state of a language without running a round."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from lamm_core.model.forecast import FittedCurves, Forecast
from lamm_core.model.measuring import UNMEASURED, Measurement
from lamm_core.records import BatchProgress, LanguageState, ModelVersion, Project, ProjectSettings
from lamm_core.workflow.check_sets import CheckSetProgress
from lamm_core.workflow.outlook import Effort, Outlook, Outlooks
from lamm_core.workflow.status import LanguageStatus, ProjectStatus

NOW = datetime(2026, 1, 5, tzinfo=UTC)
MODEL = ModelVersion(1, 1, 1, 1, "1.skops", "test:none", 40, "key", {}, 0, 0.1, NOW)


def measurement(
    estimate: float, checked: int = 100, low: float | None = None, high: float | None = None
) -> Measurement:
    """A figure with its interval, by default 10 points to each side."""
    low = max(0.0, estimate - 0.1) if low is None else low
    high = min(1.0, estimate + 0.1) if high is None else high
    return Measurement(round(estimate * checked), checked, estimate, float(checked), low, high, low, high)


def outlook(
    low: int | None = 120,
    middle: int | None = 240,
    high: int | None = 600,
    plateau: tuple[float, float] = (0.8, 0.95),
    chance: float = 1.0,
    hours: float | None = 2.5,
    cost: float | None = 48.0,
) -> Outlook:
    """A forecast with hours and cost in the middle."""
    forecast = Forecast("pl", 0.9, low, middle, high, low, middle, high, plateau, chance)
    efforts = [None if labels is None else Effort(labels, hours, cost) for labels in (low, middle, high)]
    return Outlook(forecast, *efforts)


def check_set(language: str = "pl", **changes: Any) -> CheckSetProgress:
    """An imported check set that is large enough."""
    usual = CheckSetProgress(language, True, 100, 0, 0, 0, 0.05, 0)
    return replace(usual, **changes)


def language(code: str = "pl", state: LanguageState = LanguageState.MISSED, **changes: Any) -> LanguageStatus:
    """A language at 70 % with a target of 90 %, unless told otherwise."""
    figure = changes.pop("measured", UNMEASURED if state is LanguageState.UNMEASURED else measurement(0.7))
    target = changes.get("target", 0.9)
    usual = LanguageStatus(
        language=code,
        target=target,
        measured=figure,
        state=state,
        settle=0,
        gap=max(0.0, target - (figure.estimate or 0.0)),
        classes=(),
        check=check_set(code),
        outlook=None,
        trend=((40, 0.6), (60, 0.65), (80, 0.7)) if figure.estimate is not None else (),
        pool=200,
        pool_share=0.5,
        labels=40,
        label_share=0.5,
        labels_this_week=12,
        skipped=0,
        free=150,
        quota=10,
        next_quota=10,
        usual_quota=7.0,
    )
    return replace(usual, **changes)


def status(*languages: LanguageStatus, strategy: str = "lamm", model: bool = True, **settings: Any) -> ProjectStatus:
    """A project with these languages."""
    targets = {each.language: each.target for each in languages}
    chosen = ProjectSettings(("ink", "pen"), targets, strategy=strategy, **settings)
    return ProjectStatus(
        project=Project(1, "hand made", chosen, NOW),
        languages=languages,
        latest=None,
        model=MODEL if model else None,
        progress=BatchProgress(1, 20, 0, 20, 0, None),
        outlooks=Outlooks(FittedCurves(np.zeros(1), {}), {}, 0.0),
        history=(),
    )
