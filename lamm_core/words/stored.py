"""Sentences that were stored in English, told again in the language of whoever reads them.

What a round does or why it failed is stored as an English sentence, numbers included, by a process that has no reader.
"""

import functools
import re
from string import Formatter

from lamm_core.words.catalogue import catalogue
from lamm_core.words.numbers import fill
from lamm_core.words.speaking import ENGLISH, language

# A message with fewer letters of its own would be found in sentences that somebody else wrote.
_FEWEST_LETTERS = 8
_NUMBER = re.compile(r"-?\d{1,3}(,\d{3})*(\.\d+)?|-?\d+(\.\d+)?")


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
            values = {name: _value(text) for name, text in match.groupdict().items()}
            return _filled(translations.gettext(ids[0]) if len(ids) == 1 else _form(spoken, ids, values), values)
    return sentence


def _form(spoken: str, ids: tuple[str, ...], values: dict[str, object]) -> str:
    count = values.get("count")
    return catalogue(spoken).translations.ngettext(ids[0], ids[1], count if isinstance(count, int) else 1)


def _filled(message: str, values: dict[str, object]) -> str:
    """Values that are no numbers were written out already: only their places count."""
    parts = []
    for words, name, spec, _conversion in Formatter().parse(message):
        value = values.get(name or "")
        shown = fill(f"{{value:{spec}}}", {"value": value}) if isinstance(value, int) else str(value)
        parts.append(words + (shown if name is not None else ""))
    return "".join(parts)


def _value(text: str) -> object:
    """A whole number, which other languages write another way; any other text may be a sentence of ours again."""
    if _NUMBER.fullmatch(text) and "." not in text:
        return int(text.replace(",", ""))
    return retold(text)


@functools.cache
def _patterns(spoken: str) -> list[tuple[re.Pattern[str], tuple[str, ...]]]:
    """Sentences with places for values, those with most letters of their own first."""
    found = []
    for ids in catalogue(spoken).messages:
        for each in ids:
            letters = sum(len(words) for words, *_ in Formatter().parse(each)) if "{" in each else 0
            if letters >= _FEWEST_LETTERS:
                found.append((letters, _pattern(each), ids))
    found.sort(key=lambda each: each[0], reverse=True)
    return [(pattern, ids) for _, pattern, ids in found]


def _pattern(message: str) -> re.Pattern[str]:
    pattern, seen = "", set[str]()
    for words, name, _spec, _conversion in Formatter().parse(message):
        pattern += re.escape(words)
        if name is not None:
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
            seen.add(name)
    return re.compile(pattern, re.DOTALL)
