"""What the labelling card sends: read with care, for a browser may have kept it from another version, or damaged it."""

import math
from dataclasses import dataclass
from typing import Any

from lamm_core.errors import InvalidInput
from lamm_core.records import MAX_COMMENT, Action, Project
from lamm_core.words import translate as _
from lamm_core.workflow.acts import Act

_MAX_ID = 2**63 - 1
_MAX_REVISION = 2**31 - 2
_MAX_SECONDS = 1e9
_MAX_ACTS = 1_000


@dataclass(frozen=True)
class Session:
    """One person's labelling in one project, as its name says."""

    project_id: int
    annotator_id: int
    name: str


@dataclass(frozen=True)
class SentAct:
    """An act with the name under which the card keeps it; or the reason why there is none to be read in it."""

    key: str
    act: Act | InvalidInput


@dataclass(frozen=True)
class Message:
    """What a card says.

    Attributes:
        session: whose card it is.
        acts: what the server has not acknowledged yet, oldest first.
        claims: the card wants items.
        wants_past: the card does not know the person's newest answers.
        frame: name of the classes and guidelines that the card shows; None where it shows none.
        zone: name of the reader's time zone.
        language: code of the language that the person reads.
    """

    session: Session
    acts: tuple[SentAct, ...]
    claims: bool
    wants_past: bool
    frame: str | None
    zone: str | None
    language: str | None


def session_name(project: Project, annotator_id: int) -> str:
    """Name of one person's outbox for one project.

    The moment the project was made is in it: the same address may serve other data tomorrow, where the same numbers
    stand for other projects and other people.
    """
    return f"{project.id}/{project.created_at.isoformat()}/{annotator_id}"


def parse_message(sent: Any) -> Message:
    """What a card sent.

    Raises:
        InvalidInput: it is no message of a card. Acts that cannot be read are told one by one.
    """
    acts = sent.get("acts", []) if isinstance(sent, dict) else None
    if not isinstance(acts, list) or len(acts) > _MAX_ACTS:
        raise InvalidInput(_("This is no message of a labelling card."))
    return Message(
        session=_parse_session(sent.get("session")),
        acts=tuple(_parse_sent(each) for each in acts if isinstance(each, dict)),
        claims=sent.get("claims") is True,
        wants_past=sent.get("wantsPast") is True,
        frame=_text_or_none(sent.get("frame")),
        zone=_text_or_none(sent.get("zone")),
        language=_text_or_none(sent.get("language")),
    )


def parse_act(sent: dict[str, Any]) -> Act:
    """The act that the card sent.

    Raises:
        InvalidInput: it is none.
    """
    item: Any = sent.get("item")
    revision, action = sent.get("revision"), sent.get("action")
    class_name, seconds = sent.get("class"), sent.get("seconds")
    comment, flagged, suggested = sent.get("comment"), sent.get("flagged", False), sent.get("suggested")
    if not (
        _is_whole(item, _MAX_ID)
        and _is_whole(revision, _MAX_REVISION)
        and isinstance(action, str)
        and action in set(Action)
        and _is_text_or_none(class_name)
        and _is_text_or_none(suggested)
        and _is_text_or_none(comment)
        and len(comment or "") <= MAX_COMMENT
        and isinstance(flagged, bool)
        and (seconds is None or _is_time(seconds))
    ):
        raise InvalidInput(_("One answer that the browser had kept cannot be read, and is left out."))
    return Act(item, Action(action), revision, class_name, seconds, comment, flagged, suggested)


def _parse_session(name: Any) -> Session:
    project, _, rest = name.partition("/") if isinstance(name, str) else ("", "", "")
    return Session(_parse_id(project), _parse_id(rest.rpartition("/")[2]), str(name))


def _parse_id(digits: str) -> int:
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 20 and int(digits) <= _MAX_ID):
        raise InvalidInput(_("This is no message of a labelling card."))
    return int(digits)


def _parse_sent(sent: dict[str, Any]) -> SentAct:
    key = str(sent.get("key"))
    try:
        return SentAct(key, parse_act(sent))
    except InvalidInput as error:
        return SentAct(key, error)


def _is_whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _is_text_or_none(value: Any) -> bool:
    if value is None:
        return True
    # Half of a surrogate pair, as a browser can send it, fits into no database.
    return isinstance(value, str) and "\x00" not in value and not any("\ud800" <= each <= "\udfff" for each in value)


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= _MAX_SECONDS
