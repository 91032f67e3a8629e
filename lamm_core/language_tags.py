"""Language tags as BCP 47 has them, whatever a file calls a language."""

import functools
from collections.abc import Iterable

import langcodes
from langcodes.tag_parser import LanguageTagError

_MOST_CHARACTERS = 100  # of what can name a language; longer cells are texts in the wrong column


@functools.lru_cache(maxsize=4096)
def standard_tag(name: str) -> str | None:
    """The tag of a language, as in "pt-BR" for pt_br, "de" for deu, "ja" for Japanese; None where it names no language.

    Source: BCP 47 (RFC 5646), with the registry that langcodes brings.
    """
    clean = name.strip()
    if not clean or len(clean) > _MOST_CHARACTERS:
        return None
    return _from_tag(clean) or _from_name(clean)


def is_language_tag(tag: str) -> bool:
    """Whether this is a tag whose language, script and region are registered."""
    return bool(langcodes.tag_is_valid(tag))


def language_part(tag: str) -> str:
    """The language of a tag without script and region: "pt" of pt-BR; the tag itself where it is none."""
    try:
        return langcodes.Language.get(tag).language or tag
    except LanguageTagError:
        return tag


class KnownLanguages:
    """Finds the language of a project that a cell names.

    A name that stands for several of them, such as "pt" in a project with pt-BR and pt-PT, names none.

    Args:
        languages: the tags of the project, as the project writes them.
    """

    def __init__(self, languages: Iterable[str]) -> None:
        self._exact = {tag: tag for tag in languages}
        self._standard = {standard_tag(tag) or tag: tag for tag in self._exact}

    def find(self, name: str) -> str | None:
        """The project's tag for what a cell says; None where it names none of them."""
        return self._exact.get(name) or self._standard.get(standard_tag(name) or "")

    def of_part(self, part: str) -> str | None:
        """The one tag of the project whose language is this; None where there is none, or more than one."""
        found = [tag for tag in self._exact if language_part(tag) == part]
        return found[0] if len(found) == 1 else None

    @property
    def parts(self) -> frozenset[str]:
        """The languages of the tags that are told apart by their language alone."""
        return frozenset(part for part in map(language_part, self._exact) if self.of_part(part))


def _from_tag(name: str) -> str | None:
    try:
        tag = langcodes.standardize_tag(name)
    except LanguageTagError:
        return None
    return tag if is_language_tag(tag) and tag != "und" else None


def _from_name(name: str) -> str | None:
    try:
        found = langcodes.find(name)
    except LookupError:
        return None
    # It also finds what merely begins like a name: "klingonish" is no Klingon.
    names = {found.display_name().casefold(), found.autonym().casefold()}
    return found.to_tag() if name.casefold() in names else None
