"""What an annotator does: claim, label, skip, undo. Every act is committed before the call returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from lamm_core.errors import InvalidInput, NothingToUndo, UnknownClass, UnknownItem
from lamm_core.records import Action, BatchProgress, ItemState, LabelEvent, Lease, Project
from lamm_core.storage import items, labels, projects, queue
from lamm_core.workflow import automatic
from lamm_core.workflow.workspace import Workspace, utc_now

# Two sessions of one annotator can try to append the same revision; the second then finds the first's.
_ATTEMPTS = 5


@dataclass(frozen=True)
class Act:
    """One thing an annotator did with one item.

    Attributes:
        item_id: the item.
        action: label, skip or undo.
        revision: number of this act among the annotator's acts on the item, from the lease; sending the same act
            twice stores it once. None takes the next number.
        class_name: the class given, for a label.
        seconds: time the annotator took.
    """

    item_id: int
    action: Action
    revision: int | None = None
    class_name: str | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Receipt:
    """Proof that an act is stored.

    Attributes:
        item_id: the item.
        revision: number under which the act is stored.
        action: what was done.
        class_name: the class given, for a label.
        repeated: the same act was stored before; nothing changed now.
        second_opinion: another annotator's label stands; this one is kept beside it.
    """

    item_id: int
    revision: int
    action: Action
    class_name: str | None
    repeated: bool = False
    second_opinion: bool = False


def claim(
    workspace: Workspace, project: Project, annotator_id: int, count: int = 1, languages: Sequence[str] | None = None
) -> list[Lease]:
    """Lease the next open items to an annotator; no item is leased to two annotators at once.

    Args:
        count: how many items the annotator should hold; those held already come first and count.
        languages: only items in these languages; None takes all.

    Returns:
        Leases in the order of the batch, fewer than `count` where the queue has no more.
    """
    if count < 1:
        raise InvalidInput(f"The number of items to claim is {count}; it must be at least 1.")
    now = utc_now()
    until = now + timedelta(minutes=project.settings.lease_minutes)
    with workspace.database.write() as connection:
        return queue.claim(connection, project.id, annotator_id, count, languages, now, until)


def release(workspace: Workspace, project: Project, annotator_id: int) -> int:
    """Give back all items an annotator holds; returns how many."""
    with workspace.database.write() as connection:
        return queue.release(connection, project.id, annotator_id)


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


def skip(
    workspace: Workspace, project: Project, annotator_id: int, item_id: int, revision: int | None = None
) -> Receipt:
    """Set an item aside: it leaves the batch and is not chosen again unless the skip is undone. See `record`."""
    return record(workspace, project, annotator_id, Act(item_id, Action.SKIP, revision))


def undo(workspace: Workspace, project: Project, annotator_id: int) -> Receipt:
    """Take back the annotator's newest label or skip that still stands; the item is theirs again.

    Raises:
        NothingToUndo: the annotator has none left.
    """
    with workspace.database.read() as connection:
        last = labels.last_act(connection, project.id, annotator_id)
    if last is None:
        raise NothingToUndo("There is nothing left to undo.")
    return record(workspace, project, annotator_id, Act(last.item_id, Action.UNDO, last.revision + 1))


def record(workspace: Workspace, project: Project, annotator_id: int, act: Act) -> Receipt:
    """Store one act, committed when this returns, and start the next round if the batch is nearly done.

    The act may be sent again after a lost answer: it is stored once. A label for an item that another annotator
    labelled meanwhile is kept as a second opinion.

    Raises:
        UnknownItem: the item does not belong to the project.
        UnknownClass: a label names no class of the project.
        NothingToUndo: an undo finds neither label nor skip of this annotator on the item.
        StorageUnavailable: the database did not take it; nothing is stored, send it again.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with workspace.database.write() as connection:
                receipt = _record(connection, project, annotator_id, act)
            break
        except IntegrityError:
            if attempt == _ATTEMPTS:
                raise
    if not receipt.repeated:
        automatic.start_round_if_due(workspace, project)
    return receipt


@dataclass(frozen=True)
class RecentAct:
    """The annotator's newest label or skip that still stands, with its item, so that it can be shown and undone."""

    item_id: int
    external_id: str
    language: str
    text: str
    revision: int
    action: Action
    class_name: str | None


def recent_act(workspace: Workspace, project: Project, annotator_id: int) -> RecentAct | None:
    """What an undo would take back; None when there is nothing."""
    with workspace.database.read() as connection:
        last = labels.last_act(connection, project.id, annotator_id)
        if last is None:
            return None
        item = items.get_item(connection, last.item_id)
    return RecentAct(
        last.item_id, item.external_id, item.language, item.text, last.revision, last.action, last.class_name
    )


def batch_progress(workspace: Workspace, project: Project) -> BatchProgress:
    """How far the newest batch is, and what is open and held in the whole project."""
    with workspace.database.read() as connection:
        return queue.progress(connection, project.id, utc_now())


def _record(connection: Connection, project: Project, annotator_id: int, act: Act) -> Receipt:
    item = items.find_item(connection, project.id, act.item_id)
    if item is None:
        raise UnknownItem(f"The project {project.name!r} has no item {act.item_id}.")
    class_id = _class_id(connection, project, act)
    past = labels.history(connection, act.item_id, annotator_id)
    stored = _find_stored(past, act)
    if stored is not None:
        return Receipt(act.item_id, stored.revision, stored.action, stored.class_name, repeated=True)
    if act.action is Action.UNDO and (not past or past[-1].action is Action.UNDO):
        raise NothingToUndo(f"There is no label or skip of yours on item {act.item_id} to undo.")
    next_revision = past[-1].revision + 1 if past else 1
    revision = max(next_revision, act.revision or 0)
    now = utc_now()
    label_id = labels.add_label(
        connection, project.id, act.item_id, annotator_id, revision, act.action, class_id, act.seconds, now
    )
    second_opinion = False
    if act.action is Action.LABEL:
        second_opinion = _apply_label(connection, item, annotator_id, class_id, label_id)
        queue.close(connection, act.item_id, now)
    elif act.action is Action.SKIP:
        _apply_skip(connection, item)
        queue.close(connection, act.item_id, now)
    else:
        _apply_undo(connection, project, item, annotator_id)
    return Receipt(act.item_id, revision, act.action, act.class_name, second_opinion=second_opinion)


def _class_id(connection: Connection, project: Project, act: Act) -> int | None:
    if act.action is not Action.LABEL:
        return None
    ids = projects.class_ids(connection, project.id)
    if act.class_name not in ids:
        raise UnknownClass(f"The project {project.name!r} has no class {act.class_name!r}.")
    return ids[act.class_name]


def _find_stored(past: list[LabelEvent], act: Act) -> LabelEvent | None:
    """The stored act that this one repeats, if any.

    Usually it bears the same revision. When two sessions of one annotator used the same revision for different
    acts, the later one was stored under a further number; sent again, it is found as the newest act.
    """
    if act.revision is None or not past:
        return None
    return next(
        (
            event
            for event in past
            if (event.action, event.class_name) == (act.action, act.class_name)
            and (event.revision == act.revision or (event is past[-1] and event.revision > act.revision))
        ),
        None,
    )


def _apply_label(
    connection: Connection, item: Row[Any], annotator_id: int, class_id: int | None, label_id: int
) -> bool:
    """Let the label decide the item's class, unless another annotator's label does; True if it only stands beside."""
    others = [each for each in labels.standing_labels(connection, item.id) if each.annotator_id != annotator_id]
    if item.state == ItemState.LABELLED and any(each.id == item.label_id for each in others):
        return True
    items.set_item(connection, item.id, ItemState.LABELLED, class_id, label_id)
    return False


def _apply_skip(connection: Connection, item: Row[Any]) -> None:
    """Set the item aside, unless another annotator's label stands."""
    if not _restore_standing_label(connection, item):
        items.set_item(connection, item.id, ItemState.SKIPPED)


def _apply_undo(connection: Connection, project: Project, item: Row[Any], annotator_id: int) -> None:
    """Give the item back to the annotator, unless another annotator's label stands."""
    if _restore_standing_label(connection, item):
        return
    now = utc_now()
    queue.reopen(connection, item.id, annotator_id, now, now + timedelta(minutes=project.settings.lease_minutes))
    items.set_item(connection, item.id, queue.state_without_label(connection, item.id))


def _restore_standing_label(connection: Connection, item: Row[Any]) -> bool:
    standing = labels.standing_labels(connection, item.id)
    if not standing:
        return False
    # The label that decides goes on deciding; only when it is the one taken back does the oldest of the rest follow.
    deciding = next((each for each in standing if each.id == item.label_id), standing[0])
    ids = projects.class_ids(connection, item.project_id)
    items.set_item(connection, item.id, ItemState.LABELLED, ids[str(deciding.class_name)], deciding.id)
    return True
