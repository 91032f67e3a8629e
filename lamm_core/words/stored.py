"""Sentences that were stored in English, told again in the language of whoever reads them.

What a round does or why it failed is stored as an English sentence, numbers included, by a process that has no reader.
"""

import functools
import re
from string import Formatter

from lamm_core.words.catalogue import catalogue
from lamm_core.words.numbers import rewritten
from lamm_core.words.spoken import ENGLISH, language

# A message with fewer letters of its own would be found in sentences that somebody else wrote.
_FEWEST_LETTERS = 8
_NUMBER = re.compile(r"(\d{1,3}(,\d{3})*|\d+)(\.\d+)?%?")


def retold(sentence: str) -> str:
    """A stored sentence in the language that is spoken; as it is where it is none of ours."""
    spoken = language()
    if spoken == ENGLISH or not sentence:
        return sentence
    translations = catalogue(spoken).translations
    found = translations.gettext(sentence)
    if found != sentence:
        return found
    for pattern, ids in _patterns(spoken):
        match = pattern.fullmatch(sentence)
        if match:
            values = match.groupdict()
            return _filled(translations.gettext(ids[0]) if len(ids) == 1 else _form(spoken, ids, values), values)
    return sentence


def _form(spoken: str, ids: tuple[str, ...], values: dict[str, str]) -> str:
    count = values.get("count", "").replace(",", "")
    return catalogue(spoken).translations.ngettext(ids[0], ids[1], int(count) if count.isdecimal() else 1)


def _filled(message: str, values: dict[str, str]) -> str:
    """Values were written out when the sentence was stored: only their places count."""
    parts = []
    for words, name, _spec, _conversion in Formatter().parse(message):
        parts.append(words if name is None else words + _told(name, values.get(name, "")))
    return "".join(parts)


def _told(name: str, text: str) -> str:
    """A value; numbers are written in another way, and what a round does or a sentence may be one of ours again.

    No other single word is taken for one of ours: it may be the name of a class, or of a file.
    """
    if _NUMBER.fullmatch(text):
        return rewritten(text)
    return retold(text) if name == "stage" or " " in text else text


@functools.cache
def _patterns(spoken: str) -> list[tuple[re.Pattern[str], tuple[str, ...]]]:
    """Sentences with places for values, those with most letters of their own first."""
    found = []
    for ids in catalogue(spoken).messages:
        for each in ids:
            letters, pattern = _pattern(each)
            if pattern is not None and letters >= _FEWEST_LETTERS:
                found.append((letters, pattern, ids))
    found.sort(key=lambda each: each[0], reverse=True)
    return [(pattern, ids) for _letters, pattern, ids in found]


def _pattern(message: str) -> tuple[int, re.Pattern[str] | None]:
    """Letters of a sentence besides its values, and what matches it; None where it has no values."""
    letters, pattern, seen = 0, "", set[str]()
    for words, name, _spec, _conversion in Formatter().parse(message):
        letters += sum(mark.isalpha() for mark in words)
        pattern += re.escape(words)
        if name is None:
            continue
        if not name.isidentifier():  # of a chart's template
            return 0, None
        pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.*?)"
        seen.add(name)
    return letters, re.compile(pattern, re.DOTALL) if seen else None
