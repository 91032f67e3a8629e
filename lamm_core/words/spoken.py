"""Which language is spoken now: the one that a caller asked for, else that of whoever reads the page, else English."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ENGLISH = "en"
# Each language by its own name, as people look for it. To add one, add it here and make its file; see
# docs/translating.md.
LANGUAGES = {ENGLISH: "English", "fr": "Français", "de": "Deutsch", "pt": "Português", "ja": "日本語"}

_asked_for: ContextVar[str | None] = ContextVar("language", default=None)


def _english() -> str:
    return ENGLISH


_resolve: Callable[[], str] = _english


def language() -> str:
    """Code of the language that is spoken now."""
    return _asked_for.get() or _resolve()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language inside the block, whoever reads. A language that there is no translation for is English."""
    before = _asked_for.set(code if code in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _asked_for.reset(before)


def resolve_by(resolver: Callable[[], str]) -> None:
    """Let a function say which language is spoken where no caller asks for one.

    Args:
        resolver: gives a key of `LANGUAGES`. It is called for every sentence, in the thread that wants it.
    """
    global _resolve
    _resolve = resolver


def closest(locale: str | None) -> str:
    """The language for a locale such as de-AT or pt_BR; English where there is no translation for it."""
    code = (locale or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else ENGLISH
