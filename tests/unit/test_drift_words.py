"""What is said and drawn of drift: that texts differ, how many, and what to do, by how the check set comes about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from support.standing import check_set, language, status

from lamm_core.charts.drift import drift_chart
from lamm_core.charts.palette import DARK, LIGHT
from lamm_core.records import DriftPart, RoundDrift
from lamm_core.workflow.advice import Topic, advice
from lamm_core.workflow.drift_details import LanguageDrift
from lamm_core.workflow.drift_words import drift_standing
from lamm_core.workflow.status import LanguageStatus

SINCE = datetime(2026, 11, 3, 9, tzinfo=UTC)
ALL = RoundDrift("pl", DriftPart.ALL, 100, 2_000, None, 2, 1e-6, 0.12, 0.04, 0.2, found=True)
NEWEST = RoundDrift("pl", DriftPart.NEWEST, 100, 240, SINCE, 2, 1e-9, 0.184, 0.093, 0.27, found=True)


def _told(*seen: RoundDrift, **changes: Any) -> str:
    one: LanguageStatus = language(drift=seen, **changes)
    return {each.topic: each.text for each in advice(status(one))}.get(Topic.DRIFT, "")


def test_the_newest_texts_speak_first_with_their_day_and_share() -> None:
    text = _told(ALL, NEWEST)
    assert text.startswith(
        "Polish: texts that came since 3 November 2026 are unlike its check set: about 18% of them, at least 9%."
    )
    assert "for better or worse" in text
    assert _told(ALL, replace(NEWEST, found=False)).startswith(
        "Polish: its other texts are unlike its check set: about 12% of them, at least 4%."
    )
    assert "a small part of them, or all of them a little" in _told(replace(ALL, low=0.0))


def test_where_no_drift_is_shown_nothing_is_advised() -> None:
    assert _told(replace(ALL, found=False)) == _told() == ""


@pytest.mark.parametrize(
    ("check", "says"),
    [
        ({"imported": True}, "keep a random part out of the pool, label it, and bring it in as check texts"),
        ({"imported": False, "open": 3}, "takes them in as it grows, what came last first"),
        ({"imported": False, "needed": 40, "reserve": 90}, "takes them in as it grows, what came last first"),
        ({"imported": False, "needed": 0, "reserve": 90}, "has stopped growing"),
        ({"imported": False, "needed": 40, "reserve": 0}, "has stopped growing"),
    ],
)
def test_what_to_do_follows_from_the_check_set(check: dict[str, Any], says: str) -> None:
    assert says in _told(ALL, check=check_set(**check))


def test_what_a_round_saw_is_told_whether_or_not_it_found_drift() -> None:
    assert drift_standing(NEWEST) == "240 texts differ from 100 check texts: about 18% of them, at least 9%."
    assert drift_standing(replace(ALL, found=False)).startswith(
        "No drift is shown between 100 check texts and 2,000 others."
    )
    few = RoundDrift("pl", DriftPart.ALL, 12, 2_000, None)
    assert drift_standing(few).endswith("there are 12 and 2,000.")


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_the_chart_tells_share_interval_and_whether_drift_is_shown(colours: Any) -> None:
    unsure = replace(ALL, look=1, share=0.0, low=0.0, high=0.1, found=False)
    few = RoundDrift("pl", DriftPart.ALL, 12, 2_000, None)
    chart = drift_chart(LanguageDrift(rounds=((1, few), (2, unsure), (3, ALL), (3, NEWEST))), colours)
    whole, newest = chart.data
    assert (list(whole.x), list(whole.y)) == ([2, 3], [0.0, 12.0])
    assert list(newest.error_y.array) == pytest.approx([8.6])
    assert list(whole.marker.color) == [colours.paper, colours.solid_flag]
    assert "95% interval 4% to 20%" in whole.customdata[1]
    assert "no drift is shown" in whole.customdata[0]
    assert "texts since 3 November 2026" in newest.customdata[0]
    assert drift_chart(LanguageDrift(rounds=((1, few),)), colours) is None
