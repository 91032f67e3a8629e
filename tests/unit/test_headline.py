"""A project in one sentence, in each situation that a manager can meet."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from support import world

from lamm_core.model.forecast import FittedCurves, Forecast
from lamm_core.model.measuring import UNMEASURED, Measurement
from lamm_core.records import BatchProgress, LanguageState, ModelVersion, Project
from lamm_core.workflow.check_sets import CheckSetProgress
from lamm_core.workflow.headline import effort, headline, hours, labels_range, plateau, points
from lamm_core.workflow.outlook import Effort, Outlook, Outlooks
from lamm_core.workflow.status import LanguageStatus, ProjectStatus

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_MODEL = ModelVersion(1, 1, 1, 1, "m.skops", "e", 10, "k", {}, 0, 0.1, _NOW)


def outlook(low: int | None, middle: int | None, high: int | None, seconds: float | None = 36.0) -> Outlook:
    ends = (low, middle, high)
    efforts = (
        None if each is None else Effort(each, None if seconds is None else each * seconds / 3600, None)
        for each in ends
    )
    chance = 0.05 if low is None else 0.9
    return Outlook(Forecast("pl", 0.9, *ends, *ends, (0.8123, 0.9251), chance), *efforts)


def language(
    code: str, state: LanguageState, figure: float | None = None, target: float = 0.9, open_items: int = 0, **more: Any
) -> LanguageStatus:
    measured = UNMEASURED if figure is None else Measurement(9, 10, figure, 10.0, 0.1, 0.95, 0.0, 1.0)
    values: dict[str, Any] = {
        "settle": 0,
        "gap": max(0.0, target - (figure or 0.0)),
        "classes": (),
        "check": CheckSetProgress(code, False, 10, open_items, 0, 0, None, 0),
        "outlook": None,
        "trend": (),
        "pool": 100,
        "pool_share": 0.5,
        "labels": 10,
        "label_share": 0.5,
        "labels_this_week": 0,
        "skipped": 0,
        "free": 90,
        "quota": 0,
        "next_quota": None,
        "usual_quota": 0.0,
    }
    return LanguageStatus(code, target, measured, state, **(values | more))


def status(*languages: LanguageStatus, model: ModelVersion | None = _MODEL) -> ProjectStatus:
    settings = world.settings_of(targets={each.language: each.target for each in languages})
    nothing = Outlooks(FittedCurves(np.zeros(1), {}), {}, 0.0)
    progress = BatchProgress(1, 0, 0, 0, 0, None)
    return ProjectStatus(Project(1, "shop", settings, _NOW), languages, None, model, progress, nothing, ())


MET = language("en", LanguageState.MET, 0.97)
MISSED = language("pl", LanguageState.MISSED, 0.70)


# before there is anything to tell


def test_without_texts_there_is_nothing_else_to_say() -> None:
    empty = language("en", LanguageState.UNMEASURED, pool=0, labels=0)
    assert headline(status(empty)) == "There are no texts yet."


def test_without_a_model_it_says_what_brings_one() -> None:
    found = headline(status(language("en", LanguageState.UNMEASURED), model=None))
    assert found == "No accuracy is known yet: the first model comes with a round that has labels."


@pytest.mark.parametrize(
    ("open_items", "words"),
    [
        (0, "No accuracy is known: no language has labels in its check set yet."),
        (
            1200,
            "No accuracy is known: no language has labels in its check set yet; 2,400 check texts wait in the queue.",
        ),
    ],
)
def test_without_check_labels_it_says_how_many_wait(open_items: int, words: str) -> None:
    languages = (language(code, LanguageState.UNMEASURED, open_items=open_items) for code in ("en", "pl"))
    assert headline(status(*languages)) == words


# targets


def test_all_targets_met() -> None:
    assert headline(status(MET, language("pl", LanguageState.MET, 0.95))) == "2 of 2 targets met."


def test_the_language_that_is_next_is_named_with_its_gap() -> None:
    assert headline(status(MISSED, MET)) == "1 of 2 targets met; Polish is next, 20 points to go."


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (outlook(120, 340, 800), "Polish is next, 20 points to go: about 340 labels, 3.4 h."),
        (outlook(120, 340, None, None), "Polish is next, 20 points to go: about 340 labels."),
        (outlook(1200, None, None), "Polish is next, 20 points to go, which may not be reached."),
    ],
)
def test_the_forecast_of_the_next_language_is_told(ahead: Outlook, words: str) -> None:
    found = headline(status(language("pl", LanguageState.MISSED, 0.70, outlook=ahead), MET))
    assert found == f"1 of 2 targets met; {words}"


def test_a_figure_under_its_target_that_may_still_meet_it_is_next_too() -> None:
    assert headline(status(language("pl", LanguageState.UNPROVEN, 0.897))) == (
        "0 of 1 targets met; Polish is next, less than 1 point to go."
    )


def test_a_figure_at_its_target_without_proof_is_no_met_target() -> None:
    one = language("pl", LanguageState.UNPROVEN, 0.93, settle=84)
    two = language("en", LanguageState.UNPROVEN, 0.95, settle=43)
    assert headline(status(one, two)) == (
        "0 of 2 targets met; at the target but not proven: Polish, English (130 more check labels would settle it)."
    )


def test_no_number_is_given_where_one_language_can_never_be_settled() -> None:
    one = language("pl", LanguageState.UNPROVEN, 0.90, settle=None)
    two = language("en", LanguageState.UNPROVEN, 0.95, settle=43)
    assert headline(status(one, two)) == "0 of 2 targets met; at the target but not proven: Polish, English."


def test_what_is_out_of_reach_is_never_next() -> None:
    hopeless = language("sw", LanguageState.OUT_OF_REACH, 0.30)
    found = headline(status(MISSED, hopeless, MET))
    assert found == "1 of 3 targets met; Polish is next, 20 points to go; out of reach as things are: Swahili."
    assert headline(status(hopeless, MET)) == "1 of 2 targets met; out of reach as things are: Swahili."


def test_what_cannot_be_measured_is_named_last() -> None:
    unknown = [language(code, LanguageState.UNMEASURED) for code in ("sw", "de")]
    found = headline(status(MISSED, *unknown, MET))
    assert found.startswith("1 of 4 targets met; Polish is next, ")
    assert found.endswith("; not measured, for want of check items: German, Swahili.")


# words


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (0.0, "0 points"),
        (0.001, "less than 1 point"),
        (0.007, "1 point"),
        (0.0149, "1 point"),
        (0.02, "2 points"),
        (0.9, "90 points"),
    ],
)
def test_a_gap_in_words(gap: float, words: str) -> None:
    assert points(gap) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(0.0, "1 min"), (0.5, "30 min"), (1.0, "1.0 h"), (9.94, "9.9 h"), (10.4, "10 h"), (1234.5, "1,234 h")],
)
def test_hours_in_words(number: float, words: str) -> None:
    assert hours(number) == words


@pytest.mark.parametrize(
    ("labels", "words"),
    [(1, "1 label"), (19, "19 labels"), (347, "350 labels"), (1234, "1,200 labels"), (98765, "99,000 labels")],
)
def test_no_more_digits_are_told_than_count(labels: int, words: str) -> None:
    assert effort(Effort(labels, None, None)) == words
    assert effort(Effort(labels, 2.0, 5.0)) == f"{words}, 2.0 h"


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((None, None, None), "not reachable"),
        ((120, None, None), "120 labels or more, perhaps never"),
        ((120, 400, 1234), "120 to 1,200 labels"),
        ((120, 121, 122), "120 labels"),
        ((0, 0, 0), "0 labels"),
    ],
)
def test_the_range_of_labels_in_words(ends: tuple[int | None, int | None, int | None], words: str) -> None:
    assert labels_range(outlook(*ends)) == words


def test_the_plateau_is_told_in_whole_per_cent() -> None:
    assert plateau(outlook(1, 2, 3)) == "81% to 93%"
