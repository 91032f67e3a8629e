"""Requests to a translator: how they are split, tried again, and handed over one by one."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.errors import TranslatorBusy, TranslatorUnavailable
from lamm_core.translation.batching import Patience, split, translate_in_batches


class Echo:
    """A translator that says which language it was asked for, after failing as often as it is told."""

    name = "echo"
    price_per_million_characters = 1.0
    texts_per_request = 2
    characters_per_request = 100

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.asked: list[list[str]] = []

    def supports(self, source: str, target: str) -> bool:
        return True

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | None]:
        self.asked.append(list(texts))
        if self.failures:
            raise self.failures.pop(0)
        return [f"{target} {text}" for text in texts]


def patience_of(waits: list[float], **values: float) -> Patience:
    return Patience(sleep=waits.append, rng=np.random.default_rng(1), **values)  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.lists(st.text(max_size=30)), st.integers(1, 5), st.integers(1, 40))
def test_requests_hold_every_text_once_and_no_more_than_they_may(
    texts: list[str], most_texts: int, most_characters: int
) -> None:
    parts = [texts[start:end] for start, end in split(texts, most_texts, most_characters)]
    assert [text for part in parts for text in part] == texts
    for part in parts:
        assert 1 <= len(part) <= most_texts
        assert len(part) == 1 or sum(map(len, part)) <= most_characters
    for part, following in itertools.pairwise(parts):  # no request is smaller than it has to be
        assert len(part) == most_texts or sum(map(len, [*part, following[0]])) > most_characters


def test_the_next_request_is_made_when_the_next_answer_is_wanted() -> None:
    echo = Echo()
    answers = translate_in_batches(echo, ["a", "b", "c"], "en", "de")
    assert echo.asked == []
    assert next(answers) == ["de a", "de b"]
    assert echo.asked == [["a", "b"]]
    assert list(answers) == [["de c"]]


def test_a_busy_translator_is_asked_again_after_longer_and_longer_waits() -> None:
    waits: list[float] = []
    echo = Echo(*[TranslatorBusy("later")] * 4)
    patience = patience_of(waits, longest_wait=5.0)
    assert list(translate_in_batches(echo, ["a"], "en", "de", patience)) == [["de a"]]
    assert len(echo.asked) == 5
    for wait, most in zip(waits, [1, 2, 4, 5], strict=True):
        assert most / 2 <= wait <= most
    assert len({wait / most for wait, most in zip(waits, [1, 2, 4, 5], strict=True)}) == 4, "there is no chance in it"


def test_a_translator_that_stays_busy_is_given_up() -> None:
    waits: list[float] = []
    echo = Echo(*[TranslatorBusy("later")] * 9)
    with pytest.raises(TranslatorBusy):
        list(translate_in_batches(echo, ["a"], "en", "de", patience_of(waits, attempts=3)))
    assert (len(echo.asked), len(waits)) == (3, 2)


def test_a_refusal_for_good_is_not_tried_again() -> None:
    waits: list[float] = []
    echo = Echo(TranslatorUnavailable("never"))
    with pytest.raises(TranslatorUnavailable):
        list(translate_in_batches(echo, ["a"], "en", "de", patience_of(waits)))
    assert (len(echo.asked), waits) == (1, [])


def test_what_an_import_would_not_take_is_no_translation(monkeypatch: pytest.MonkeyPatch) -> None:
    echo = Echo()
    monkeypatch.setattr(Echo, "texts_per_request", 9)
    made = [" two words \n", "", " \t", "a\x00b", "half \ud83d", None]
    monkeypatch.setattr(echo, "translate", lambda *_: made)
    assert list(translate_in_batches(echo, ["x"] * 6, "en", "de")) == [["two words", None, None, None, None, None]]


def test_a_translator_that_loses_texts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    echo = Echo()
    monkeypatch.setattr(echo, "translate", lambda *_: ["one"])
    with pytest.raises(TranslatorUnavailable, match="gave 1 translations for 2 texts"):
        list(translate_in_batches(echo, ["a", "b"], "en", "de"))
