"""The words of the labelling card: the same in English as the card has them, and its answers told again."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lamm_core.records import Lease
from lamm_core.web.card_words import card_words, mark_words, told_again
from lamm_core.web.empty_words import empty_words
from lamm_core.web.shown import why
from lamm_core.words import LANGUAGES, speaking
from lamm_core.workflow.empty_queue import EmptyQueue, WhyEmpty

_PAGES = Path(__file__).parents[2] / "pages" / "components"
_NOW = datetime(2026, 1, 5, tzinfo=UTC)


def _source() -> str:
    """What the card is made of, with every place for a value as `{}` and every space as one."""
    files = (*_PAGES.glob("labelling_*.js"), _PAGES / "labelling_card.html")
    source = "\n".join(each.read_text("utf-8") for each in files)
    return _plain(re.sub(r"\$\{[^}]*\}", "{}", source))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\{\w*\}", "{}", text))


@pytest.mark.parametrize(
    "name", ["skip", "undo", "keySkip", "keySearch", "suggests", "loading", "offlineSaid", "batch"]
)
def test_the_card_says_the_same_in_english(name: str) -> None:
    assert _plain(card_words()[name]) in _source()


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
def test_why_there_is_nothing_to_label_is_told_again(
    reason: WhyEmpty, count: int, until: datetime | None, round_number: int
) -> None:
    empty = EmptyQueue(reason, round_number, count, until, ("pl", "sw"))
    with speaking("de"):
        told = told_again({"empty": empty_words(empty, None), "problem": "", "items": None})["empty"]
    assert told != empty_words(empty, None) or not told
    assert not re.search(r"\b(the|and|is|are|soon|wait)\b", told), told


@pytest.mark.parametrize("weight", [None, 0.25])
@pytest.mark.parametrize("score", [None, 0.5])
def test_why_a_text_was_chosen_is_told_again(weight: float | None, score: float | None) -> None:
    lease = Lease(1, "a", "pl", "text", 1, 3, _NOW, weight, score)
    with speaking("de"):
        told = told_again({"items": [{"id": 1, "why": why(lease), "text": "The round"}]})["items"][0]
    assert told["why"].startswith("Runde 3 hat ihn")
    assert "0.2" not in told["why"]
    assert told["text"] == "The round"


def test_english_answers_stay_as_they_are() -> None:
    told = {"empty": "Every text of the pool is labelled or skipped.", "items": [{"why": "x"}], "stored": ["k"]}
    assert told_again(told) == told
