"""The words of the labelling card: all there in every language, and so are the sentences that it is answered with."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lamm_core.records import Lease
from lamm_core.web.card_words import card_words, mark_words
from lamm_core.web.empty_words import empty_words, way_on
from lamm_core.web.shown import why
from lamm_core.words import LANGUAGES, speaking
from lamm_core.workflow.empty_queue import EmptyQueue, WhyEmpty

_PAGES = Path(__file__).parents[2] / "pages" / "components"
_NOW = datetime(2026, 1, 5, tzinfo=UTC)


def _asked_for() -> set[str]:
    """Names of the words that the card's own html and scripts ask for."""
    html = (_PAGES / "labelling_card.html").read_text("utf-8")
    scripts = "\n".join(each.read_text("utf-8") for each in _PAGES.glob("labelling_*.js"))
    # A name may stand behind a question, as in `inWords(isOffline ? "offlineSaid" : "onlineSaid")`.
    calls = " ".join(re.findall(r"inWords\(([^;]*)", scripts))
    return set(re.findall(r'data-(?:word|label)="(\w+)"', html)) | set(re.findall(r'"([a-zA-Z]+)"', calls))


def test_the_card_asks_for_every_word_and_for_no_other() -> None:
    html_names = set(re.findall(r'data-(?:word|label)="(\w+)"', (_PAGES / "labelling_card.html").read_text("utf-8")))
    assert html_names <= card_words().keys()
    assert card_words().keys() <= _asked_for()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_all_words_of_the_card(language: str) -> None:
    english = card_words() | {f"mark {name}": word for name, word in mark_words().items()}
    with speaking(language):
        spoken = card_words() | {f"mark {name}": word for name, word in mark_words().items()}
    assert spoken.keys() == english.keys()
    assert all(spoken.values())
    for name, word in english.items():
        assert sorted(re.findall(r"\{\w+\}", spoken[name])) == sorted(re.findall(r"\{\w+\}", word)), name


@pytest.mark.parametrize("reason", list(WhyEmpty))
@pytest.mark.parametrize("count", [1, 1234])
@pytest.mark.parametrize("until", [None, _NOW + timedelta(days=400)])
@pytest.mark.parametrize("round_number", [0, 2])
@pytest.mark.parametrize("manages", [True, False])
def test_why_there_is_nothing_to_label_is_told_in_the_language(
    reason: WhyEmpty, count: int, until: datetime | None, round_number: int, manages: bool
) -> None:
    empty = EmptyQueue(reason, round_number, count, until, ("pl", "sw"))
    with speaking("de"):
        told = empty_words(empty, None, manages=manages)
    assert told != empty_words(empty, None, manages=manages) or not told
    assert not re.search(r"\b(the|and|is|are|soon|wait)\b", told), told


def test_who_has_nothing_to_label_is_led_to_a_page_of_theirs() -> None:
    for reason in WhyEmpty:
        manager, annotator = (way_on(EmptyQueue(reason), manages=manages) for manages in (True, False))
        is_passing = reason in (WhyEmpty.READY, WhyEmpty.PREPARING, WhyEmpty.HELD)
        assert (manager is None) == is_passing, reason
        assert annotator is None or annotator.path == "/history", reason
    assert "page Project" not in empty_words(EmptyQueue(WhyEmpty.NO_TEXTS), None, manages=False)


@pytest.mark.parametrize("weight", [None, 0.25])
@pytest.mark.parametrize("score", [None, 0.5])
def test_why_a_text_was_chosen_is_told_in_the_language(weight: float | None, score: float | None) -> None:
    lease = Lease(1, "a", "pl", "text", 1, 3, _NOW, weight, score)
    with speaking("de"):
        told = why(lease)
    assert told.startswith("Runde 3 hat ihn")
    assert "0.2" not in told
