"""Names of languages for people, and which way their script runs."""

import functools
import re

import langcodes
from langcodes.tag_parser import LanguageTagError

from lamm_core import words

# ISO 15924 codes of the scripts that run from right to left.
_RIGHT_TO_LEFT = frozenset(["Adlm", "Arab", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi"])

# Codes that ISO 639 leaves to private use are valid, yet name no language.
_PRIVATE = re.compile("q[a-t][a-z]|x-.*")


def language_name(code: str) -> str:
    """Name of a language, such as "Polish" for pl or "Portuguese (Brazil)" for pt-BR; unknown codes stay.

    It is told in the language that is spoken: Polnisch, ポーランド語.
    """
    return _name(code, words.language())


def text_direction(code: str) -> str:
    """Which way texts of a language run: "rtl" or "ltr", by the script it names or is usually written in."""
    language = _known(code)
    return "rtl" if language and language.maximize().script in _RIGHT_TO_LEFT else "ltr"


@functools.lru_cache(maxsize=2048)
def _name(code: str, spoken: str) -> str:
    language = _known(code)
    return language.display_name(spoken) if language else code


@functools.lru_cache(maxsize=512)
def _known(code: str) -> langcodes.Language | None:
    """The language of a code; None for codes that are malformed or that no language has."""
    try:
        language = langcodes.Language.get(code)
    except LanguageTagError:
        return None
    if not language.language or _PRIVATE.fullmatch(language.language) or not language.is_valid():
        return None
    return language
