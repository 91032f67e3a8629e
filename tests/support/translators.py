"""A translator that works inside a test: it counts what it is asked, and can be told to fail."""

from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from lamm_core.translation.translators import TRANSLATORS, TranslatorKind

NAME = "counting"


class CountingTranslator:
    """Gives `de: text` for a text into German.

    Attributes:
        price_per_million_characters: as every translator has it.
        asked: (text, source, target) to how often it was asked for that.
        answer: gives the translation of (text, target).
        before: called before each request with its number, from 1; may raise.
        unsupported: pairs that it does not know.
    """

    name = NAME
    texts_per_request = 4
    characters_per_request = 1_000

    def __init__(self) -> None:
        self.price_per_million_characters = 0.0
        self.asked: Counter[tuple[str, str, str]] = Counter()
        self.answer: Callable[[str, str], str | None] = lambda text, target: f"{target}: {text}"
        self.before: Callable[[int], None] = lambda number: None
        self.unsupported: set[tuple[str, str]] = set()
        self.requests = 0

    def supports(self, source: str, target: str) -> bool:
        return (source, target) not in self.unsupported

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | None]:
        self.requests += 1
        self.before(self.requests)
        self.asked.update((text, source, target) for text in texts)
        return [self.answer(text, target) for text in texts]


def register(monkeypatch: pytest.MonkeyPatch, name: str = NAME) -> CountingTranslator:
    """Make it known under its name for one test."""
    translator = CountingTranslator()
    monkeypatch.setattr(translator, "name", name, raising=False)
    monkeypatch.setitem(TRANSLATORS, name, TranslatorKind(name, "", "for a test", lambda _: translator))
    return translator
