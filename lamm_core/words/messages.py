"""Sentences with values in them, in the language that is spoken.

The tool that collects sentences for translators finds the calls of these functions by name, and reads the sentence from
the code: it must stand there as a literal, and never as an f-string.
"""

from lamm_core.words.catalogue import catalogue
from lamm_core.words.numbers import fill
from lamm_core.words.spoken import ENGLISH, language


def translate(message: str, /, **values: object) -> str:
    """A sentence; imported as `_`.

    Args:
        message: the English sentence, with places such as `{name!r}` or `{count:,}`.
        values: what stands there. Numbers are written as the language writes them.
    """
    spoken = language()
    if spoken == ENGLISH:
        return message.format(**values) if values else message
    # The empty message is the head of the file.
    found = catalogue(spoken).translations.gettext(message) if message else ""
    return fill(found, values) if values else found


def in_context(context: str, message: str, /, **values: object) -> str:
    """A sentence that English uses for more than one thing.

    Args:
        context: which of them it is; for translators, nobody else sees it.
    """
    spoken = language()
    if spoken == ENGLISH:
        return message.format(**values) if values else message
    found = catalogue(spoken).translations.pgettext(context, message)
    return fill(found, values) if values else found


def plural(one: str, many: str, count: int, /, **values: object) -> str:
    """A sentence that depends on a number, which it has as `{count}`.

    Args:
        one: the English sentence for 1.
        many: the English sentence for all other numbers.
        count: the number.
    """
    spoken, values = language(), {"count": count, **values}
    if spoken == ENGLISH:
        return (one if count == 1 else many).format(**values)
    return fill(catalogue(spoken).translations.ngettext(one, many, count), values)


def marked(message: str, /) -> str:
    """The English sentence itself, which is translated later: for what is stored, or stands at the top of a module."""
    return message


def capital(words: str) -> str:
    """The words as the beginning of a line."""
    return words[:1].upper() + words[1:]
