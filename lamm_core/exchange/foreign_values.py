"""Cells out of values that may be of any type, under any of the names that people use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lamm_core.exchange.cells import as_text
from lamm_core.words import translate as _

Cells = Mapping[str, str | None]

_TEXT_KEYS = ("text", "sentence", "content", "document", "body", "review", "title", "description")
_LANGUAGE_KEYS = ("language", "lang", "locale", "language_code")
# Not "id" first: tools number their tasks themselves, and keep beside that what users call them.
_ID_KEYS = ("item_id", "external_id", "uid", "id")
_CLASS_KEYS = ("class", "label", "labels", "category", "choice", "sentiment", "topic", "intent", "target")
_COMMENT_KEYS = ("comment", "comments", "note", "notes", "remark")


@dataclass(frozen=True)
class Refused:
    """An answer that is not one class.

    Attributes:
        reason: why, as a clause for a person.
        cells: what of it can be told.
    """

    reason: str
    cells: Cells = field(default_factory=dict)


def text_of(value: object) -> str | None:
    """A text, number or truth value as a cell; None for anything else, and where nothing is in it."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return as_text(value) if isinstance(value, int | float) else None


def object_of(value: object) -> dict[str, Any]:
    """An object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[Any]:
    """A list; an empty one for anything else."""
    return value if isinstance(value, list) else []


def joined(value: object) -> str | None:
    """A text, or the texts of a list as one; None where there is none."""
    texts = map(text_of, value if isinstance(value, list) else [value])
    return "; ".join(filter(None, texts)) or None


def moment_of(value: object) -> str | None:
    """A moment in ISO 8601, UTC. A number is seconds since 1970; what is no moment stays what it is."""
    text = text_of(value)
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC).isoformat()
        moment = datetime.fromisoformat(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return text


def item_cells(*places: Mapping[str, Any]) -> Cells:
    """Id, text, language and split of a text, each from the first place that has it under a usual name.

    Where none has the text, it is the longest one of the first place.
    """
    texts = [each.strip() for each in places[0].values() if isinstance(each, str)]
    return {
        "id": _first(places, _ID_KEYS),
        "text": _first(places, _TEXT_KEYS) or max(texts, key=len, default=None) or None,
        "language": _first(places, _LANGUAGE_KEYS),
        "split": _first(places, ("split",)),
    }


def _first(places: Iterable[Mapping[str, Any]], keys: Iterable[str]) -> str | None:
    found = (text_of(place.get(key)) for place in places for key in keys)
    return next((each for each in found if each is not None), None)


def class_key(keys: Iterable[str]) -> str | Refused | None:
    """The question among several that asks for the class: one with a usual name, or the only one.

    Returns:
        its key; None where nothing is asked but comments; Refused where several questions may be meant.
    """
    asked = [key for key in keys if key.lower() not in _COMMENT_KEYS]
    usual = [name for name in _CLASS_KEYS if name in asked]
    if len(asked) > 1 and not usual:
        return Refused(_("it answers several questions: {names}", names=", ".join(asked)))
    return next(iter([*usual, *asked]), None)


def comment_key(keys: Iterable[str]) -> str | None:
    """The question among several that asks for a comment."""
    return next((key for key in keys if key.lower() in _COMMENT_KEYS), None)


def one_class(value: object) -> str | Refused | None:
    """The class that an answer names.

    Args:
        value: a text, or a list of texts.

    Returns:
        the class; None where nothing was chosen; Refused where it is not one class.
    """
    given = value if isinstance(value, list) else [value]
    if any(each is not None and not isinstance(each, str | int | float) for each in given):
        return parts_marked()
    chosen = list(dict.fromkeys(filter(None, map(text_of, given))))
    if len(chosen) > 1:
        reason = _("it has {count} classes, and a text has one", count=len(chosen))
        return Refused(reason, {"class": "; ".join(chosen)})
    return chosen[0] if chosen else None


def parts_marked() -> Refused:
    """What says something of parts of a text."""
    return Refused(_("it marks parts of the text, and a class is one for all of it"))
