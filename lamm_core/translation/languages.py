"""Which of a translator's own language codes stands for a project's language."""

import functools
from collections.abc import Iterable

import langcodes
from langcodes.tag_parser import LanguageTagError

# Codes that are no language tags, or that name a language by another of its names.
_MEANING = {"zt": "zh-Hant", "pb": "pt-BR", "iw": "he", "nb": "no", "nob-Latn": "no"}


def closest_code(language: str, codes: Iterable[str]) -> str | None:
    """The code that means a language: same language and script, and same territory where there is a choice.

    Args:
        language: a project's language, such as `zh-TW`.
        codes: a translator's codes in whatever form it has them: `zh-TW`, `zho_Hant`, `zh_CN`.

    Returns:
        None where no code means the language: Chinese in the other script is not near enough.
    """
    wanted = _parts(language)
    if wanted is None:
        return None
    meant = [(code, parts) for code in sorted(set(codes)) if (parts := _parts(code)) and parts[:2] == wanted[:2]]
    if not meant:
        return None

    def nearness(code: str, parts: tuple[str, str, str]) -> tuple[bool, bool, bool]:
        # Where the territory differs, a code that names none is nearer than one that names another.
        named = _names_territory(code) == _names_territory(language) if parts == wanted else not _names_territory(code)
        return _tag(code) == _tag(language), parts == wanted, named

    return max(meant, key=lambda each: nearness(*each))[0]


def _tag(code: str) -> str:
    return code.replace("_", "-").lower()


def _names_territory(code: str) -> bool:
    tag = code.replace("_", "-")
    return langcodes.Language.get(_MEANING.get(tag, tag)).territory is not None


@functools.lru_cache(maxsize=4096)
def _parts(code: str) -> tuple[str, str, str] | None:
    """Language, script and territory that a code stands for, the likeliest ones where it leaves them out."""
    tag = code.replace("_", "-")
    try:
        full = langcodes.Language.get(_MEANING.get(tag, tag)).prefer_macrolanguage().maximize()
    except LanguageTagError:
        return None
    return full.language or "", full.script or "", full.territory or ""
