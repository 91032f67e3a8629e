"""What the labelling card sends until it is acknowledged: read with care, and stored where it belongs."""

import math
from typing import Any

from lamm_core.errors import InvalidInput, LammError, StorageUnavailable
from lamm_core.records import Action, Project
from lamm_core.workflow import labelling, projects
from pages.components import services

_MAX_ITEM = 2**63 - 1
_MAX_REVISION = 2**31 - 2
_MAX_SECONDS = 1e9
_MAX_COMMENT = 2000


def session_key(project: Project, annotator: int) -> str:
    """Name of one person's outbox for one project.

    The moment the project was made is in it: the same address may serve other data tomorrow, where the same numbers
    stand for other projects and other people.
    """
    return f"{project.id}/{project.created_at.isoformat()}/{annotator}"


def store_outbox(sent: Any, project: Project, annotator: int) -> tuple[list[str], str]:
    """Store what the card sent; gives the keys of what need not be sent again, and a problem as one sentence.

    The card sends everything that was not acknowledged yet, so most of it may have been stored before; sending an
    act again changes nothing. Acts may be of another project or name than the page shows: they were under way when
    the person chose another. Those of a project or a person that is not here stay in the browser.

    Args:
        sent: the card's state, as the browser gave it.
        project: the project that the page shows.
        annotator: the person whom the page knows.
    """
    stored: list[str] = []
    problem = ""
    owners: dict[str, tuple[Project, int] | None] = {session_key(project, annotator): (project, annotator)}
    for each in _acts_of(sent):
        key, session = str(each.get("key")), str(each.get("session"))
        if session not in owners:
            owners[session] = _owner_of(session)
        owner = owners[session]
        if owner is None:
            continue
        try:
            labelling.record(services.workspace(), *owner, parse_act(each))
        except StorageUnavailable as error:
            # The card sends it again, and those after it: an undo must not be tried before the label it takes back.
            return stored, str(error)
        except LammError as error:
            problem = str(error)  # sending it again would not help
        stored.append(key)
    return stored, problem


def knows_past(sent: Any, session: str) -> bool:
    """True when the card has been told the newest answers of this session, and keeps them up itself."""
    return isinstance(sent, dict) and sent.get("past") == session


def parse_act(sent: dict[str, Any]) -> labelling.Act:
    """The act that the card sent.

    Raises:
        InvalidInput: it is none; what a browser kept may be of another version, or damaged.
    """
    item, revision, action = sent.get("item"), sent.get("revision"), sent.get("action")
    class_name, seconds = sent.get("class"), sent.get("seconds")
    comment, flagged, suggested = sent.get("comment"), sent.get("flagged", False), sent.get("suggested")
    if not (
        _is_whole(item, _MAX_ITEM)
        and _is_whole(revision, _MAX_REVISION)
        and isinstance(action, str)
        and action in set(Action)
        and _is_text_or_none(class_name)
        and _is_text_or_none(suggested)
        and _is_text_or_none(comment)
        and len(comment or "") <= _MAX_COMMENT
        and isinstance(flagged, bool)
        and (seconds is None or _is_time(seconds))
    ):
        raise InvalidInput("One answer that the browser had kept cannot be read, and is left out.")
    return labelling.Act(item, Action(action), revision, class_name, seconds, comment, flagged, suggested)


def _acts_of(sent: Any) -> list[dict[str, Any]]:
    acts = sent.get("acts") if isinstance(sent, dict) else None
    return [each for each in acts if isinstance(each, dict)] if isinstance(acts, list) else []


def _owner_of(session: str) -> tuple[Project, int] | None:
    """Project and annotator of a session other than the page's own; None where one of them is not in this data."""
    try:
        people = projects.list_annotators(services.workspace())
        pairs = ((project, annotator) for project in services.all_projects() for annotator in people)
        return next((pair for pair in pairs if session_key(*pair) == session), None)
    except StorageUnavailable:
        return None  # the card sends it again


def _is_whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _is_text_or_none(value: Any) -> bool:
    if value is None:
        return True
    # Half of a surrogate pair, as a browser can send it, fits into no database.
    return isinstance(value, str) and "\x00" not in value and not any("\ud800" <= each <= "\udfff" for each in value)


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= _MAX_SECONDS
