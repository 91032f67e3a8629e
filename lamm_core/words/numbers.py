"""Numbers as a language writes them: 1,234.5 in English is 1.234,5 in German."""

import functools
from string import Formatter
from typing import Any

from lamm_core.words.spoken import ENGLISH, language


def number(value: float, spec: str = "") -> str:
    """A number as the language that is spoken writes it.

    Args:
        spec: how, as for `format`: `,` groups thousands, `.1%` makes per cent.
    """
    return rewritten(format(value, spec))


def rewritten(written: str) -> str:
    """A number that was written in English, as the language that is spoken writes it."""
    spoken = language()
    return written if spoken == ENGLISH else written.translate(_marks(spoken))


def separators() -> str:
    """The marks before decimals and between thousands, for charts."""
    spoken = language()
    if spoken == ENGLISH:
        return ".,"
    marks = _marks(spoken)
    return marks[ord(".")] + marks[ord(",")]


@functools.cache
def _marks(spoken: str) -> dict[int, str]:
    """English marks to those of a language."""
    from babel import Locale

    locale = Locale.parse(spoken)
    symbols = locale.number_symbols["latn"]
    percent = locale.percent_formats[None].suffix[0]
    return {ord(","): symbols["group"], ord("."): symbols["decimal"], ord("%"): percent}


class _Filler(Formatter):
    """Fills in values; numbers are written as the language that is spoken writes them."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return number(value, format_spec)
        return format(value, format_spec)


_FILLER = _Filler()


def fill(message: str, values: dict[str, object]) -> str:
    """A translated message with its values."""
    return _FILLER.vformat(message, (), values)
