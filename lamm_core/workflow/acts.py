"""One act of one annotator on one item, applied inside a transaction of the caller's."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row

from lamm_core.errors import InvalidInput, NothingToUndo, UnknownAnnotator, UnknownClass, UnknownItem
from lamm_core.records import MAX_COMMENT, Action, ItemState, LabelEvent, Project
from lamm_core.storage import annotators, handed_out, items, labels, projects, queue
from lamm_core.storage.queue_counts import state_without_label
from lamm_core.words import translate as _
from lamm_core.workflow import gold
from lamm_core.workflow.workspace import utc_now


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
        comment: what the annotator wants to say about the item, up to 2,000 characters.
        flagged: the annotator wants somebody to look at the item.
        suggested: the class that was on the screen as the model's suggestion, if there was one.
    """

    item_id: int
    action: Action
    revision: int | None = None
    class_name: str | None = None
    seconds: float | None = None
    comment: str | None = None
    flagged: bool = False
    suggested: str | None = None


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
        gold: the class of the item was known; what annotators answer is kept beside it and counts as nobody's opinion.
            An annotator is not to see it, save with the class.
        known_class: that class, after a label and where the project wants annotators to be told; else None.
    """

    item_id: int
    revision: int
    action: Action
    class_name: str | None
    repeated: bool = False
    second_opinion: bool = False
    gold: bool = False
    known_class: str | None = None


def lock_annotator(connection: Connection, annotator_id: int) -> None:
    """Let the acts and claims of one annotator follow each other, whichever windows they come from.

    Raises:
        UnknownAnnotator: there is none of that id.
    """
    if not annotators.lock_annotator(connection, annotator_id):
        raise UnknownAnnotator(_("There is no annotator with the number {number}.", number=annotator_id))


def apply_act(
    connection: Connection, project: Project, annotator_id: int, act: Act, *, only_handed_out: bool
) -> Receipt:
    """Store one act and let it take effect; the annotator must be locked (`lock_annotator`).

    Whatever is wrong with an act is found before the first change, so that one that is refused leaves no trace and the
    transaction can go on.

    Args:
        only_handed_out: an item that the annotator cannot have been asked about does not exist for them.

    Raises:
        UnknownItem: the item does not belong to the project, or cannot have been handed to the annotator.
        UnknownClass: a label or a suggestion names no class of the project.
        InvalidInput: the comment is too long, or holds a NUL character.
        NothingToUndo: an undo finds neither label nor skip of this annotator on the item.
    """
    act = _checked(act)
    item = items.find_item(connection, project.id, act.item_id)
    if item is None or (only_handed_out and not _may_have_been_handed_out(connection, project, item, annotator_id)):
        raise UnknownItem(_("The project {name!r} has no item {id}.", name=project.name, id=str(act.item_id)))
    class_id = _class_id(connection, project, act.class_name) if act.action is Action.LABEL else None
    suggested = None if act.suggested is None else _class_id(connection, project, act.suggested)
    past = labels.history(connection, act.item_id, annotator_id)
    stored = _find_stored(past, act)
    if stored is not None:
        receipt = Receipt(act.item_id, stored.revision, stored.action, stored.class_name, repeated=True)
        return _with_gold(connection, project, item, receipt)
    if act.action is Action.UNDO and (not past or past[-1].action is Action.UNDO):
        raise NothingToUndo(_("There is no label or skip of yours on item {id} to undo.", id=str(act.item_id)))
    next_revision = past[-1].revision + 1 if past else 1
    revision = max(next_revision, act.revision or 0)
    now = utc_now()
    label_id = labels.add_label(
        connection,
        project.id,
        act.item_id,
        annotator_id,
        revision,
        act.action,
        class_id,
        act.seconds,
        now,
        comment=act.comment,
        flagged=act.flagged,
        suggested_class_id=suggested,
    )
    second_opinion = False
    if act.action is Action.LABEL:
        second_opinion = _apply_label(connection, item, annotator_id, class_id, label_id)
        queue.close_own(connection, act.item_id, annotator_id, now)
    elif act.action is Action.SKIP:
        _apply_skip(connection, item)
        queue.close_own(connection, act.item_id, annotator_id, now)
    else:
        _apply_undo(connection, project, item, annotator_id)
    receipt = Receipt(act.item_id, revision, act.action, act.class_name, second_opinion=second_opinion)
    return _with_gold(connection, project, item, receipt)


def _may_have_been_handed_out(connection: Connection, project: Project, item: Row[Any], annotator_id: int) -> bool:
    if handed_out.may_have_been(connection, item.id, annotator_id):
        return True
    return gold.is_gold(item) and gold.is_next(connection, project, annotator_id, item.id)


def _with_gold(connection: Connection, project: Project, item: Row[Any], receipt: Receipt) -> Receipt:
    """The receipt, with what there is to say of a gold item."""
    if not gold.is_gold(item):
        return receipt
    known = gold.known_class(connection, project, item, receipt.action)
    return replace(receipt, second_opinion=False, gold=True, known_class=known)


def _checked(act: Act) -> Act:
    """The act with its comment as it is stored: without spaces around it, and none where nothing is said."""
    comment = (act.comment or "").strip()
    if len(comment) > MAX_COMMENT:
        raise InvalidInput(
            _(
                "A comment has up to {most:,} characters; this one has {length:,}.",
                most=MAX_COMMENT,
                length=len(comment),
            )
        )
    if "\x00" in comment:
        raise InvalidInput(_("A comment cannot hold a NUL character."))
    return replace(act, comment=comment or None)


def _class_id(connection: Connection, project: Project, name: str | None) -> int:
    ids = projects.class_ids(connection, project.id)
    if name not in ids:
        raise UnknownClass(_("The project {name!r} has no class {class_name!r}.", name=project.name, class_name=name))
    return ids[name]


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
            if _said(event) == _said(act)
            and (event.revision == act.revision or (event is past[-1] and event.revision > act.revision))
        ),
        None,
    )


def _said(act: Act | LabelEvent) -> tuple[Action, str | None, str | None, bool]:
    return act.action, act.class_name, act.comment, act.flagged


def _apply_label(
    connection: Connection, item: Row[Any], annotator_id: int, class_id: int | None, label_id: int
) -> bool:
    """Let the label decide the item's class, unless another annotator's label does; True if it only stands beside."""
    if item.state == ItemState.LABELLED:
        others = [each for each in labels.standing_labels(connection, item.id) if each.annotator_id != annotator_id]
        if any(each.id == item.label_id for each in others):
            # Not the class of a reviewer, who has seen less than is known now.
            restore_standing_label(connection, item)
            return True
    items.set_item(connection, item.id, ItemState.LABELLED, class_id, label_id)
    return False


def _apply_skip(connection: Connection, item: Row[Any]) -> None:
    """Set the item aside, unless another annotator's label stands."""
    if not restore_standing_label(connection, item):
        items.set_item(connection, item.id, ItemState.SKIPPED)


def _apply_undo(connection: Connection, project: Project, item: Row[Any], annotator_id: int) -> None:
    """Give the item back to the annotator, unless another annotator's label stands that does not ask for a second."""
    now = utc_now()
    until = now + timedelta(minutes=project.settings.lease_minutes)
    if restore_standing_label(connection, item):
        queue.reopen_own_copy(connection, item.id, annotator_id, until)
        return
    queue.reopen(connection, item.id, annotator_id, now, until)
    items.set_item(connection, item.id, state_without_label(connection, item.id))


def restore_standing_label(connection: Connection, item: Row[Any]) -> bool:
    """Let the labels of an item say its class again; False where no label stands."""
    standing = labels.standing_labels(connection, item.id)
    if not standing:
        return False
    # The label that decides goes on deciding; only when it is the one taken back does the oldest of the rest follow.
    deciding = next((each for each in standing if each.id == item.label_id), standing[0])
    ids = projects.class_ids(connection, item.project_id)
    items.set_item(connection, item.id, ItemState.LABELLED, ids[str(deciding.class_name)], deciding.id)
    return True
