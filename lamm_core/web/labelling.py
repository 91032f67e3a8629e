"""What the labelling card is told: which of its acts are stored, and what comes next."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

from lamm_core.actors import Role
from lamm_core.errors import InvalidInput, LammError, UnknownAnnotator
from lamm_core.records import Project, ProjectSettings
from lamm_core.web.empty_words import empty_words, way_on
from lamm_core.web.outbox import Message, Session, session_name
from lamm_core.web.recent_projects import RecentProjects
from lamm_core.web.shown import shown_act, shown_lease
from lamm_core.words import translate as _
from lamm_core.workflow import labelling
from lamm_core.workflow.acts import Act, Receipt
from lamm_core.workflow.empty_queue import why_empty
from lamm_core.workflow.turns import Turn, take_turn
from lamm_core.workflow.workspace import Workspace, utc_now

_PAST = 20  # answers that the annotator can look at again


class UnknownSession(LammError):
    """The project or the person of a session is not in this data."""


@dataclass(frozen=True)
class _Stored:
    """What became of a card's acts.

    Attributes:
        keys: of acts that need not be sent again.
        problem: what went wrong with one of them, as one sentence.
        lesson: the last item whose class was known beforehand, that class and the one given; None where nobody is to be
            told.
    """

    keys: list[str]
    problem: str
    lesson: dict[str, Any] | None


def answer(
    workspace: Workspace,
    message: Message,
    recent: RecentProjects,
    on_turn: Callable[[Turn], None] = lambda _: None,
) -> dict[str, Any]:
    """Do what a card asks, and tell it what came of that.

    Args:
        recent: where the project is looked up.
        on_turn: called with what was stored and handed out.

    Raises:
        UnknownSession: this data knows no such project or person; the card keeps what it has.
        StorageUnavailable: nothing is stored; the card sends it again.
    """
    project = _project_of(workspace, message.session, recent)
    acts = [each.act for each in message.acts if isinstance(each.act, Act)]
    annotator = message.session.annotator_id
    try:
        turn = take_turn(workspace, project, annotator, acts, claims=message.claims)
    except UnknownAnnotator as error:
        raise UnknownSession(str(error)) from error
    on_turn(turn)
    stored = _stored(message, turn)
    told: dict[str, Any] = {
        "stored": stored.keys,
        "problem": stored.problem,
        "lesson": stored.lesson,
        "progress": _progress(turn),
        "items": None if turn.leases is None else [shown_lease(each, utc_now()) for each in turn.leases],
    }
    if turn.leases == ():
        told |= _nothing_left(workspace, project, message)
    if message.wants_past:
        newest = labelling.recent_acts(workspace, project, annotator, _PAST)
        told["recent"] = [shown_act(each) for each in reversed(newest)]
    if message.frame not in (None, frame_name(project.settings)):
        told["frame"] = frame(project.settings)
    return told


def _nothing_left(workspace: Workspace, project: Project, message: Message) -> dict[str, Any]:
    """Why there is nothing to label, and where to go on."""
    why = why_empty(workspace, project, message.session.annotator_id)
    manages = workspace.actor.has(Role.MANAGER, project.id)
    way = way_on(why, manages=manages)
    return {"empty": empty_words(why, message.zone, manages=manages), "way": way and asdict(way)}


def frame(settings: ProjectSettings) -> dict[str, Any]:
    """What stands around every text: the classes and the guidelines, under a name that changes with them."""
    return {
        "name": frame_name(settings),
        "classes": list(settings.classes),
        "guidelines": settings.guidelines or "",
    }


def frame_name(settings: ProjectSettings) -> str:
    """A name that two frames share only if they are the same."""
    content = json.dumps([settings.classes, settings.guidelines])
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _project_of(workspace: Workspace, session: Session, recent: RecentProjects) -> Project:
    project = recent.find(workspace, session.project_id)
    if project is None or session_name(project, session.annotator_id) != session.name:
        raise UnknownSession(_("This project is not here any more; open the page again."))
    return project


def _stored(message: Message, turn: Turn) -> _Stored:
    outcomes = iter(turn.outcomes)
    results = [each.act if isinstance(each.act, InvalidInput) else next(outcomes) for each in message.acts]
    problems = [str(each) for each in results if not isinstance(each, Receipt)]
    lessons = [
        {"item": each.item_id, "given": each.class_name, "known": each.known_class}
        for each in results
        if isinstance(each, Receipt) and each.known_class is not None
    ]
    keys = [each.key for each in message.acts]
    return _Stored(keys, problems[-1] if problems else "", lessons[-1] if lessons else None)


def _progress(turn: Turn) -> dict[str, int]:
    return {"round": turn.progress.round_number, "size": turn.progress.size, "closed": turn.progress.closed}
