"""What an annotator does: claim, label, skip, undo. Every act is committed before the call returns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from lamm_core.actors import Role
from lamm_core.errors import InvalidInput, NothingToUndo
from lamm_core.records import Action, BatchProgress, LabelEvent, Lease, Project
from lamm_core.storage import annotators, items, labels, queue, queue_counts, remarks
from lamm_core.words import translate as _
from lamm_core.workflow import automatic, gold
from lamm_core.workflow.acts import Act, Receipt, apply_act, lock_annotator
from lamm_core.workflow.rights import needs, needs_self
from lamm_core.workflow.workspace import Workspace, utc_now


@needs_self
def claim(
    workspace: Workspace, project: Project, annotator_id: int, count: int = 1, languages: Sequence[str] | None = None
) -> list[Lease]:
    """Lease the next open items to an annotator, in languages that the annotator knows.

    No item is leased to two annotators at once, unless the project has it labelled by several; each of these gets it
    once, and none who has labelled it already. What a reviewer sent back to the annotator comes first, in whatever
    language; newcomers get gold items next, as many as the project wants.

    Args:
        count: how many items the annotator should hold; those held already come first and count.
        languages: only items in these languages; None takes all that the annotator knows.

    Returns:
        Leases in the order of the batch, items sent back and gold items before them, fewer than `count` where there
        are no more.
    """
    if count < 1:
        raise InvalidInput(_("The number of items to claim is {count}; it must be at least 1.", count=count))
    with workspace.database.write() as connection:
        lock_annotator(connection, annotator_id)
        return claim_within(connection, project, annotator_id, count, languages)


def claim_within(
    connection: Connection, project: Project, annotator_id: int, count: int, languages: Sequence[str] | None = None
) -> list[Lease]:
    """As `claim`, in a transaction of the caller's that has locked the annotator."""
    now = utc_now()
    until = now + timedelta(minutes=project.settings.lease_minutes)
    known = annotators.languages_of(connection, annotator_id)
    wanted = known if languages is None else [each for each in languages if not known or each in known]
    asked = None if languages is None and not known else wanted
    leases = _asked_again(connection, project, annotator_id, count, now, until)
    if len(leases) < count:
        leases += gold.claim(connection, project, annotator_id, count - len(leases), asked, until)
    if len(leases) < count:
        leases += queue.claim(connection, project.id, annotator_id, count - len(leases), asked, now, until)
    # What was stored while suggestions were on is not shown once they are off.
    return leases if project.settings.suggestions else [replace(each, suggestion=None) for each in leases]


def _asked_again(
    connection: Connection, project: Project, annotator_id: int, count: int, now: datetime, until: datetime
) -> list[Lease]:
    """What reviewers sent back to the annotator, with what was written about it."""
    leases = queue.claim_asked(connection, project.id, annotator_id, count, now, until)
    threads = remarks.threads(connection, [each.item_id for each in leases])
    return [replace(each, remarks=threads.get(each.item_id, ())) for each in leases]


@needs_self
def release(workspace: Workspace, project: Project, annotator_id: int) -> int:
    """Give back all items an annotator holds; returns how many."""
    with workspace.database.write() as connection:
        return queue.release(connection, project.id, annotator_id)


@needs_self
def submit(
    workspace: Workspace,
    project: Project,
    annotator_id: int,
    item_id: int,
    class_name: str,
    revision: int | None = None,
    seconds: float | None = None,
) -> Receipt:
    """Give an item a class. See `record`."""
    return record(workspace, project, annotator_id, Act(item_id, Action.LABEL, revision, class_name, seconds))


@needs_self
def skip(
    workspace: Workspace, project: Project, annotator_id: int, item_id: int, revision: int | None = None
) -> Receipt:
    """Set an item aside: it leaves the batch and is not chosen again unless the skip is undone. See `record`."""
    return record(workspace, project, annotator_id, Act(item_id, Action.SKIP, revision))


@needs_self
def undo(workspace: Workspace, project: Project, annotator_id: int) -> Receipt:
    """Take back the annotator's newest label or skip that still stands; the item is theirs again.

    Raises:
        NothingToUndo: the annotator has none left.
    """
    with workspace.database.read() as connection:
        acts = labels.last_acts(connection, project.id, annotator_id, 1)
    if not acts:
        raise NothingToUndo(_("There is nothing left to undo."))
    last = acts[0]
    return record(workspace, project, annotator_id, Act(last.item_id, Action.UNDO, last.revision + 1))


@needs_self
def record(workspace: Workspace, project: Project, annotator_id: int, act: Act) -> Receipt:
    """Store one act, committed when this returns, and start the next round if the batch is nearly done.

    The act may be sent again after a lost answer: it is stored once. A label for an item that another annotator
    labelled meanwhile is kept as a second opinion. An answer on a gold item starts no round.

    Raises:
        UnknownAnnotator: there is no annotator of that id.
        UnknownItem: the item does not belong to the project.
        UnknownClass: a label or a suggestion names no class of the project.
        InvalidInput: the comment is too long, or holds a NUL character.
        NothingToUndo: an undo finds neither label nor skip of this annotator on the item.
        StorageUnavailable: the database did not take it; nothing is stored, send it again.
    """
    with workspace.database.write() as connection:
        lock_annotator(connection, annotator_id)
        receipt = apply_act(connection, project, annotator_id, act, only_handed_out=not workspace.actor.is_operator)
    if not receipt.repeated and not receipt.gold:
        automatic.start_round_if_due(workspace, project)
    return receipt


@dataclass(frozen=True)
class RecentAct:
    """A label or skip of the annotator that still stands, with its item, so that it can be changed and undone."""

    item_id: int
    external_id: str
    language: str
    text: str
    revision: int
    action: Action
    class_name: str | None
    flagged: bool = False
    comment: str | None = None


@needs_self
def recent_acts(workspace: Workspace, project: Project, annotator_id: int, count: int = 20) -> list[RecentAct]:
    """The annotator's newest labels and skips that still stand, one an item, newest first.

    An undo takes back the first. To change one, record a further act on its item with the next revision.
    """
    if count < 1:
        raise InvalidInput(_("The number of acts to look back at is {count}; it must be at least 1.", count=count))
    with workspace.database.read() as connection:
        acts = labels.last_acts(connection, project.id, annotator_id, count)
        found = items.get_items(connection, [act.item_id for act in acts])
    return [recent_act(act, found[act.item_id]) for act in acts]


def recent_act(act: LabelEvent, item: Row[Any]) -> RecentAct:
    """An act of an annotator with its item."""
    return RecentAct(
        item_id=act.item_id,
        external_id=item.external_id,
        language=item.language,
        text=item.text,
        revision=act.revision,
        action=act.action,
        class_name=act.class_name,
        flagged=act.flagged,
        comment=act.comment,
    )


@needs(Role.ANNOTATOR)
def batch_progress(workspace: Workspace, project: Project) -> BatchProgress:
    """How far the newest batch is, and what is open and held in the whole project."""
    with workspace.database.read() as connection:
        return queue_counts.progress(connection, project.id, utc_now())
