"""A newcomer's first steps: what to do next, ticked off by what is in the data.

They are for who manages projects. They stand there by themselves until a project of one's own has a model, or until
they are closed; whoever opens them again has them until closing them again.
"""

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from sqlalchemy import Connection

from lamm_core.actors import Actor, Role
from lamm_core.storage import first_steps as stored
from lamm_core.storage import installation, projects
from lamm_core.workflow.rights import needs_sign_in
from lamm_core.workflow.sample import SAMPLE_NAME
from lamm_core.workflow.workspace import Workspace

LABELS_TO_TRY = 5


class Step(StrEnum):
    """What a newcomer does, in this order."""

    TRY = "try"
    FLAGS = "flags"
    OWN_TEXTS = "own texts"
    FIRST_BATCH = "first batch"
    EXPORT = "export"


# Where there is nothing to try, the flags come with a model of one's own.
_WITHOUT_SAMPLE = [Step.OWN_TEXTS, Step.FIRST_BATCH, Step.FLAGS, Step.EXPORT]


@dataclass(frozen=True)
class FirstSteps:
    """How far a newcomer is.

    Attributes:
        done: each step that there is for them, in order, and whether it is done.
        tried: labels given so far, counted up to `LABELS_TO_TRY`.
        own_project: name of the newest project that is not the sample; empty where there is none.
    """

    done: dict[Step, bool]
    tried: int
    own_project: str

    @property
    def are_done(self) -> bool:
        """Whether nothing is left to do."""
        return all(self.done.values())


@dataclass(frozen=True)
class _Kept:
    """What is remembered of a reader.

    Attributes:
        shown: whether they want to see the steps; None where they never said.
        seen_flags: they have looked at the page Languages, which leaves no other trace.
    """

    shown: bool | None = None
    seen_flags: bool = False


@needs_sign_in
def first_steps(workspace: Workspace) -> FirstSteps | None:
    """How far the reader is; None where they manage no project, closed the steps, or are past them."""
    if not workspace.actor.manages:
        return None
    with workspace.database.read() as connection:
        kept = _read(connection, workspace.actor)
        if kept.shown is False:
            return None
        everything = projects.project_names(connection)
        names = {id_: name for id_, name in everything.items() if workspace.actor.has(Role.MANAGER, id_)}
        own = [id_ for id_, name in names.items() if name != SAMPLE_NAME]
        has_model = stored.have_models(connection, own)
        if has_model and kept.shown is None:
            return None
        has_sample = SAMPLE_NAME in names.values()
        tried = stored.labels_of_people(connection, list(names), LABELS_TO_TRY)
        done = {
            Step.TRY: tried >= LABELS_TO_TRY,
            Step.FLAGS: kept.seen_flags,
            Step.OWN_TEXTS: stored.have_texts(connection, own),
            Step.FIRST_BATCH: has_model,
            Step.EXPORT: stored.were_exported(connection, list(names)),
        }
    steps = list(Step) if has_sample else _WITHOUT_SAMPLE
    return FirstSteps({step: done[step] for step in steps}, tried, names[max(own)] if own else "")


@needs_sign_in
def show_first_steps(workspace: Workspace, *, shown: bool) -> None:
    """Close the steps for good, or open them again; remembered for the acting user, wherever they sign in."""
    _change(workspace, shown=shown)


@needs_sign_in
def note_flags_seen(workspace: Workspace) -> None:
    """The acting user has looked at how far the languages are."""
    _change(workspace, seen_flags=True)


def _change(workspace: Workspace, **values: bool) -> None:
    with workspace.database.write() as connection:
        kept = replace(_read(connection, workspace.actor), **values)
        installation.set_value(connection, _key(workspace.actor), json.dumps(asdict(kept)))


def _read(connection: Connection, actor: Actor) -> _Kept:
    found = installation.get_value(connection, _key(actor))
    return _Kept() if found is None else _Kept(**json.loads(found))


def _key(actor: Actor) -> str:
    """Without accounts everybody is the operator."""
    return f"first steps {actor.user_id or 'operator'}"
