"""Ask a translator in small requests, wait where it wants to be left alone, and hand each answer over at once."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from lamm_core.errors import TranslatorBusy, TranslatorUnavailable
from lamm_core.translation.translators import Translator
from lamm_core.words import translate as _


@dataclass(frozen=True)
class Patience:
    """How often a request is tried, and how long to wait in between.

    Attributes:
        attempts: tries in all.
        first_wait: seconds before the second try; each further wait is twice as long.
        longest_wait: seconds that no wait exceeds.
        sleep: waits for that many seconds.
        rng: takes up to half off each wait, so that many who were refused together do not come back together.
    """

    attempts: int = 6
    first_wait: float = 1.0
    longest_wait: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    rng: np.random.Generator = field(default_factory=np.random.default_rng)

    def wait(self, failures: int) -> None:
        """Wait after that many failures, from 1."""
        seconds = min(self.longest_wait, self.first_wait * 2 ** (failures - 1))
        self.sleep(float(seconds * self.rng.uniform(0.5, 1.0)))


def translate_in_batches(
    translator: Translator, texts: Sequence[str], source: str, target: str, patience: Patience | None = None
) -> Iterator[list[str | None]]:
    """Translations in the order of the texts, one list a request; the next request is made when the next is wanted.

    Returns:
        lists as long as `split` has it; None for a text without a translation.

    Raises:
        TranslatorBusy: the translator did not answer, however often it was asked.
        TranslatorUnavailable: it refused for good, or did not give one translation for each text.
    """
    for start, end in split(texts, translator.texts_per_request, translator.characters_per_request):
        yield _translate(translator, texts[start:end], source, target, patience or Patience())


def split(texts: Sequence[str], most_texts: int, most_characters: int) -> Iterator[tuple[int, int]]:
    """First and last-but-one index of each request: at most so many texts and characters, but one text at least."""
    start = characters = 0
    for position, text in enumerate(texts):
        full = position - start >= most_texts or characters + len(text) > most_characters
        if full and position > start:
            yield start, position
            start, characters = position, 0
        characters += len(text)
    if start < len(texts):
        yield start, len(texts)


def _translate(
    translator: Translator, texts: Sequence[str], source: str, target: str, patience: Patience
) -> list[str | None]:
    for failures in range(1, patience.attempts):
        try:
            return _checked(translator, texts, translator.translate(texts, source, target))
        except TranslatorBusy:
            patience.wait(failures)
    return _checked(translator, texts, translator.translate(texts, source, target))


def _checked(translator: Translator, texts: Sequence[str], made: Sequence[str | None]) -> list[str | None]:
    if len(made) != len(texts):
        raise TranslatorUnavailable(
            _(
                "The translator {name!r} gave {made} translations for {texts} texts.",
                name=translator.name,
                made=len(made),
                texts=len(texts),
            )
        )
    return [_clean(each) for each in made]


def _clean(text: str | None) -> str | None:
    """The text as an import would store it; None for what it would not take."""
    if text is None or "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        return None
    return text.strip() or None
