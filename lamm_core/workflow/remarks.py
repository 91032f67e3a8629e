"""What reviewers and annotators write to each other about items, and an annotator's own answers with it."""

from dataclasses import dataclass

from sqlalchemy import Connection

from lamm_core.actors import Role
from lamm_core.errors import InvalidInput, NotAllowed, UnknownItem
from lamm_core.records import Project, Remark
from lamm_core.storage import items, labels, remarks
from lamm_core.words import translate as _
from lamm_core.workflow.labelling import RecentAct, recent_act
from lamm_core.workflow.rights import needs_self
from lamm_core.workflow.workspace import Workspace, utc_now

MAX_REMARK = 2_000


@dataclass(frozen=True)
class MyAnswer:
    """An answer of the annotator that still stands, with what was written about its item, oldest first."""

    act: RecentAct
    thread: tuple[Remark, ...]


@needs_self
def my_answers(
    workspace: Workspace, project: Project, annotator_id: int, count: int, offset: int = 0, *, flagged: bool = False
) -> list[MyAnswer]:
    """The annotator's own labels and skips that still stand, one an item, newest first.

    Args:
        count: how many at most.
        offset: how many of the newest to pass over.
        flagged: only those with a flag.
    """
    with workspace.database.read() as connection:
        acts = labels.last_acts(connection, project.id, annotator_id, count, offset, flagged=flagged)
        item_ids = [act.item_id for act in acts]
        found, threads = items.get_items(connection, item_ids), remarks.threads(connection, item_ids)
    return [MyAnswer(recent_act(act, found[act.item_id]), threads.get(act.item_id, ())) for act in acts]


@needs_self
def write_remark(workspace: Workspace, project: Project, annotator_id: int, item_id: int, text: str) -> None:
    """Write about an item, for its reviewers and its annotators.

    Raises:
        UnknownItem: the item does not belong to the project.
        NotAllowed: the annotator neither labelled the item nor holds it, and is no manager.
        InvalidInput: the remark is empty, too long, or holds a NUL character.
    """
    clean = clean_remark(text)
    if not clean:
        raise InvalidInput(_("A remark needs words."))
    with workspace.database.write() as connection:
        if items.find_item(connection, project.id, item_id) is None:
            raise UnknownItem(_("The project {name!r} has no item {id}.", name=project.name, id=str(item_id)))
        _check_may_write(connection, workspace, project, annotator_id, item_id)
        remarks.add_remark(connection, project.id, item_id, annotator_id, clean, utc_now())


def clean_remark(text: str) -> str:
    """A remark as it is stored, without spaces around it.

    Raises:
        InvalidInput: it is too long, or holds a NUL character.
    """
    clean = text.strip()
    if len(clean) > MAX_REMARK:
        raise InvalidInput(
            _("A remark has up to {most:,} characters; this one has {length:,}.", most=MAX_REMARK, length=len(clean))
        )
    if "\x00" in clean:
        raise InvalidInput(_("A remark cannot hold a NUL character."))
    return clean


def _check_may_write(
    connection: Connection, workspace: Workspace, project: Project, annotator_id: int, item_id: int
) -> None:
    if workspace.actor.has(Role.MANAGER, project.id):
        return
    if not remarks.has_to_do_with(connection, item_id, annotator_id):
        raise NotAllowed(_("Annotators write about texts that they answered or have before them."))
