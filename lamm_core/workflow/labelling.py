"""What an annotator does: claim, label, skip, undo. Every act is committed before the call returns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from lamm_core.errors import InvalidInput, NothingToUndo, UnknownClass, UnknownItem
from lamm_core.records import Action, BatchProgress, ItemState, LabelEvent, Lease, Project
from lamm_core.storage import annotators, items, labels, projects, queue
from lamm_core.workflow import automatic, gold
from lamm_core.workflow.workspace import Workspace, utc_now

# Two sessions of one annotator can try to append the same revision; the second then finds the first's.
_ATTEMPTS = 5
MAX_COMMENT = 2_000


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


def claim(
    workspace: Workspace, project: Project, annotator_id: int, count: int = 1, languages: Sequence[str] | None = None
) -> list[Lease]:
    """Lease the next open items to an annotator, in languages that the annotator knows.

    No item is leased to two annotators at once, unless the project has it labelled by several; each of these gets it
    once, and none who has labelled it already. Newcomers get gold items first, as many as the project wants.

    Args:
        count: how many items the annotator should hold; those held already come first and count.
        languages: only items in these languages; None takes all that the annotator knows.

    Returns:
        Leases in the order of the batch, gold items before them, fewer than `count` where there are no more.
    """
    if count < 1:
        raise InvalidInput(f"The number of items to claim is {count}; it must be at least 1.")
    now = utc_now()
    until = now + timedelta(minutes=project.settings.lease_minutes)
    with workspace.database.write() as connection:
        annotators.lock_annotator(connection, annotator_id)
        known = annotators.languages_of(connection, annotator_id)
        wanted = known if languages is None else [each for each in languages if not known or each in known]
        asked = None if languages is None and not known else wanted
        leases = gold.claim(connection, project, annotator_id, count, asked, until)
        if len(leases) < count:
            leases += queue.claim(connection, project.id, annotator_id, count - len(leases), asked, now, until)
    # What was stored while suggestions were on is not shown once they are off.
    return leases if project.settings.suggestions else [replace(each, suggestion=None) for each in leases]


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
        acts = labels.last_acts(connection, project.id, annotator_id, 1)
    if not acts:
        raise NothingToUndo("There is nothing left to undo.")
    last = acts[0]
    return record(workspace, project, annotator_id, Act(last.item_id, Action.UNDO, last.revision + 1))


def record(workspace: Workspace, project: Project, annotator_id: int, act: Act) -> Receipt:
    """Store one act, committed when this returns, and start the next round if the batch is nearly done.

    The act may be sent again after a lost answer: it is stored once. A label for an item that another annotator
    labelled meanwhile is kept as a second opinion. An answer on a gold item starts no round.

    Raises:
        UnknownItem: the item does not belong to the project.
        UnknownClass: a label or a suggestion names no class of the project.
        InvalidInput: the comment is too long, or holds a NUL character.
        NothingToUndo: an undo finds neither label nor skip of this annotator on the item.
        StorageUnavailable: the database did not take it; nothing is stored, send it again.
    """
    act = _checked(act)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with workspace.database.write() as connection:
                receipt = _record(connection, project, annotator_id, act)
            break
        except IntegrityError:
            if attempt == _ATTEMPTS:
                raise
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


def recent_acts(workspace: Workspace, project: Project, annotator_id: int, count: int = 20) -> list[RecentAct]:
    """The annotator's newest labels and skips that still stand, one an item, newest first.

    An undo takes back the first. To change one, record a further act on its item with the next revision.
    """
    if count < 1:
        raise InvalidInput(f"The number of acts to look back at is {count}; it must be at least 1.")
    with workspace.database.read() as connection:
        acts = labels.last_acts(connection, project.id, annotator_id, count)
        found = items.get_items(connection, [act.item_id for act in acts])
    return [_recent(act, found[act.item_id]) for act in acts]


def _recent(act: LabelEvent, item: Row[Any]) -> RecentAct:
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


def batch_progress(workspace: Workspace, project: Project) -> BatchProgress:
    """How far the newest batch is, and what is open and held in the whole project."""
    with workspace.database.read() as connection:
        return queue.progress(connection, project.id, utc_now())


def _checked(act: Act) -> Act:
    """The act with its comment as it is stored: without spaces around it, and none where nothing is said."""
    comment = (act.comment or "").strip()
    if len(comment) > MAX_COMMENT:
        raise InvalidInput(f"A comment has up to {MAX_COMMENT:,} characters; this one has {len(comment):,}.")
    if "\x00" in comment:
        raise InvalidInput("A comment cannot hold a NUL character.")
    return replace(act, comment=comment or None)


def _record(connection: Connection, project: Project, annotator_id: int, act: Act) -> Receipt:
    annotators.lock_annotator(connection, annotator_id)
    item = items.find_item(connection, project.id, act.item_id)
    if item is None:
        raise UnknownItem(f"The project {project.name!r} has no item {act.item_id}.")
    class_id = _class_id(connection, project, act.class_name) if act.action is Action.LABEL else None
    suggested = None if act.suggested is None else _class_id(connection, project, act.suggested)
    past = labels.history(connection, act.item_id, annotator_id)
    stored = _find_stored(past, act)
    if stored is not None:
        known = gold.known_class(connection, project, item, stored.action)
        return Receipt(
            act.item_id,
            stored.revision,
            stored.action,
            stored.class_name,
            repeated=True,
            gold=gold.is_gold(item),
            known_class=known,
        )
    if act.action is Action.UNDO and (not past or past[-1].action is Action.UNDO):
        raise NothingToUndo(f"There is no label or skip of yours on item {act.item_id} to undo.")
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
    is_gold, known = gold.is_gold(item), gold.known_class(connection, project, item, act.action)
    return Receipt(
        act.item_id,
        revision,
        act.action,
        act.class_name,
        second_opinion=second_opinion and not is_gold,
        gold=is_gold,
        known_class=known,
    )


def _class_id(connection: Connection, project: Project, name: str | None) -> int:
    ids = projects.class_ids(connection, project.id)
    if name not in ids:
        raise UnknownClass(f"The project {project.name!r} has no class {name!r}.")
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
    """Give the item back to the annotator, unless another annotator's label stands that does not ask for a second."""
    now = utc_now()
    until = now + timedelta(minutes=project.settings.lease_minutes)
    if _restore_standing_label(connection, item):
        queue.reopen_own_copy(connection, item.id, annotator_id, until)
        return
    queue.reopen(connection, item.id, annotator_id, now, until)
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
