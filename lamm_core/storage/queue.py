"""The queue of chosen items, and the leases on them.

An item that several annotators are to label has one entry for each of them, its copies. It counts as open until the
first of them has labelled or skipped it; further copies wait for others without keeping anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    and_,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    true,
    update,
)

from lamm_core.records import Action, BatchProgress, ItemState, Lease, OpenItems
from lamm_core.storage.tables import batch_item, item, label, project_class, round_, round_language

# SQLite takes at most 32,766 bound values in one statement.
_CHUNK = 2_000


@dataclass(frozen=True)
class NewEntry:
    """An item about to be queued.

    Attributes:
        item_id: the item.
        language: its language.
        score: its score; None where chance chose it.
        copies: how many annotators are to label it.
        suggested_class_id: the class that annotators are shown as a suggestion; None for no suggestion.
    """

    item_id: int
    language: str
    score: float | None = None
    copies: int = 1
    suggested_class_id: int | None = None


def add_batch(connection: Connection, project_id: int, round_id: int, entries: Sequence[NewEntry]) -> None:
    """Queue the items of a batch in the given order."""
    rows = [
        {
            "project_id": project_id,
            "round_id": round_id,
            "item_id": each.item_id,
            "language": each.language,
            "position": position,
            "score": each.score,
            "copy": copy,
            "suggested_class_id": each.suggested_class_id,
        }
        for position, each in enumerate(entries)
        for copy in range(each.copies)
    ]
    if rows:
        connection.execute(insert(batch_item), rows)


def claim(
    connection: Connection,
    project_id: int,
    annotator_id: int,
    count: int,
    languages: Sequence[str] | None,
    now: datetime,
    until: datetime,
) -> list[Lease]:
    """Lease up to `count` open items to an annotator; what the annotator holds already comes first.

    Two claims never lease the same entry: on PostgreSQL each locks the rows it takes and passes over rows that
    another claim has locked; on SQLite the whole transaction holds the write lock. Claims of one annotator must follow
    each other (`annotators.lock_annotator`), so that no two lease copies of one item.
    """
    if not _has_copies(connection, project_id):
        taken = _take(connection, project_id, annotator_id, count, languages, now, until, true())
        return _leases(connection, taken, annotator_id) if taken else []
    # Of copies that are free, the first alone: one statement must not take two copies of an item.
    may_have = _may_have(annotator_id)
    first_free = and_(may_have, or_(_mine(annotator_id), ~_free_copy_before(annotator_id, now)))
    taken = _take(connection, project_id, annotator_id, count, languages, now, until, first_free)
    # Where another claim has locked the first copy at this moment, the next one is as good; one by one, so that each
    # statement sees what the one before it took.
    while len(taken) < count:
        later_copy = and_(may_have, batch_item.c.copy > 0)
        further = _take(connection, project_id, annotator_id, 1, languages, now, until, later_copy, taken)
        if not further:
            break
        taken += further
    return _leases(connection, taken, annotator_id) if taken else []


def _take(
    connection: Connection,
    project_id: int,
    annotator_id: int,
    count: int,
    languages: Sequence[str] | None,
    now: datetime,
    until: datetime,
    condition: ColumnElement[bool],
    taken: Sequence[int] = (),
) -> list[int]:
    """Lease up to `count` entries and return their ids, those that the annotator holds first."""
    query = (
        select(batch_item.c.id)
        .where(_open(project_id), _free_for(batch_item, annotator_id, now), condition)
        .where(batch_item.c.id.not_in(taken))
        .order_by(
            func.coalesce(_mine(annotator_id), False).desc(),
            batch_item.c.round_id,
            batch_item.c.position,
            batch_item.c.copy,
        )
        .limit(count)
        .with_for_update(skip_locked=True)
    )
    if languages is not None:
        query = query.where(batch_item.c.language.in_(languages))
    found = list(connection.execute(query).scalars())
    if found:
        leased = update(batch_item).where(batch_item.c.id.in_(found))
        connection.execute(leased.values(annotator_id=annotator_id, lease_until=until))
    return found


def _has_copies(connection: Connection, project_id: int) -> bool:
    """Whether any item of a project was ever given to several annotators."""
    query = select(batch_item.c.id).where(batch_item.c.project_id == project_id, text("copy > 0"))
    return connection.execute(query.limit(1)).first() is not None


def _mine(annotator_id: int) -> ColumnElement[bool]:
    return batch_item.c.annotator_id == annotator_id


def _free_copy_before(annotator_id: int, now: datetime) -> ColumnElement[bool]:
    """Whether a copy of the same item with a lower number is free."""
    other = batch_item.alias("before")
    return exists(
        select(other.c.id).where(
            _same_item(other),
            other.c.copy < batch_item.c.copy,
            other.c.closed_at.is_(None),
            _free_for(other, annotator_id, now),
        )
    )


def _may_have(annotator_id: int) -> ColumnElement[bool]:
    """Whether the annotator may label an entry: neither has nor had a copy of the same item, nor gave it a label."""
    other, later = batch_item.alias("other"), label.alias("later")
    has_a_copy = exists(
        select(other.c.id).where(
            _same_item(other),
            other.c.id != batch_item.c.id,
            or_(other.c.annotator_id == annotator_id, other.c.closed_by == annotator_id),
        )
    )
    taken_back = exists(
        select(later.c.id).where(
            later.c.item_id == label.c.item_id,
            later.c.annotator_id == annotator_id,
            later.c.revision > label.c.revision,
        )
    )
    has_labelled = exists(
        select(label.c.id).where(
            label.c.item_id == batch_item.c.item_id,
            label.c.annotator_id == annotator_id,
            label.c.action == Action.LABEL,
            ~taken_back,
        )
    )
    return and_(~has_a_copy, ~has_labelled)


def _leases(connection: Connection, batch_item_ids: list[int], annotator_id: int) -> list[Lease]:
    last_revision = (
        select(func.max(label.c.revision))
        .where(label.c.item_id == item.c.id, label.c.annotator_id == annotator_id)
        .scalar_subquery()
    )
    query = (
        select(
            item.c.id.label("item_id"),
            item.c.external_id,
            item.c.language,
            item.c.text,
            (func.coalesce(last_revision, 0) + 1).label("revision"),
            round_.c.number.label("round_number"),
            batch_item.c.lease_until.label("until"),
            round_language.c.weight,
            round_language.c.score,
            project_class.c.name.label("suggestion"),
        )
        .select_from(batch_item)
        .join(item, item.c.id == batch_item.c.item_id)
        .join(round_, round_.c.id == batch_item.c.round_id)
        .outerjoin(
            round_language,
            and_(round_language.c.round_id == round_.c.id, round_language.c.language == item.c.language),
        )
        .outerjoin(project_class, project_class.c.id == batch_item.c.suggested_class_id)
        .where(batch_item.c.id.in_(batch_item_ids))
        .order_by(batch_item.c.round_id, batch_item.c.position)
    )
    return [Lease(**row) for row in connection.execute(query).mappings()]


def close(connection: Connection, item_id: int, now: datetime) -> None:
    """Take an item out of the queue with all its copies, whoever holds them."""
    connection.execute(
        update(batch_item)
        .where(batch_item.c.item_id == item_id, batch_item.c.closed_at.is_(None))
        .values(closed_at=now, annotator_id=None, lease_until=None)
    )


def close_own(connection: Connection, item_id: int, annotator_id: int, now: datetime) -> None:
    """Take one copy of an item out of the queue, which the annotator has labelled or skipped.

    That is the copy that the annotator holds. Who holds none, because the lease ended meanwhile or there never was one,
    takes the place of somebody else: a free copy, or else one that is held. Who has had a copy already changes nothing.
    """
    copies = _copies(connection, item_id)
    open_copies = [row for row in copies if row.closed_at is None]
    own = [row for row in open_copies if row.annotator_id == annotator_id]
    if not own and any(row.closed_by == annotator_id for row in copies):
        return
    chosen = own or sorted(open_copies, key=lambda row: (_holds(row, now), row.copy))[:1]
    if chosen:
        connection.execute(
            update(batch_item)
            .where(batch_item.c.id.in_([row.id for row in chosen]))
            .values(closed_at=now, closed_by=annotator_id, annotator_id=None, lease_until=None)
        )


def reopen(connection: Connection, item_id: int, annotator_id: int, now: datetime, until: datetime) -> bool:
    """Put an item back into its newest batch, leased to the annotator.

    Returns:
        False if no batch ever had it, or if others hold all of it now.
    """
    copies = _copies(connection, item_id)
    own = [row for row in copies if row.annotator_id == annotator_id]
    own = own or [row for row in copies if row.closed_by == annotator_id]
    others = sorted(
        (row for row in copies if not _holds(row, now)),
        key=lambda row: (row.closed_at is not None, row.closed_by is not None, row.copy),
    )
    return _lease_again(connection, (own or others)[:1], annotator_id, until)


def reopen_own_copy(connection: Connection, item_id: int, annotator_id: int, until: datetime) -> bool:
    """Put back the copy that the annotator has done of an item that several label; False where there is none."""
    copies = _copies(connection, item_id)
    own = [row for row in copies if row.closed_by == annotator_id] if len(copies) > 1 else []
    return _lease_again(connection, own[:1], annotator_id, until)


def _lease_again(connection: Connection, rows: Sequence[Row[Any]], annotator_id: int, until: datetime) -> bool:
    for row in rows:
        change = update(batch_item).where(batch_item.c.id == row.id)
        connection.execute(change.values(closed_at=None, closed_by=None, annotator_id=annotator_id, lease_until=until))
    return bool(rows)


def _copies(connection: Connection, item_id: int) -> Sequence[Row[Any]]:
    """The copies of an item in its newest batch, locked, so that no claim takes one meanwhile."""
    newest = select(func.max(batch_item.c.round_id)).where(batch_item.c.item_id == item_id).scalar_subquery()
    query = select(batch_item).where(batch_item.c.item_id == item_id, batch_item.c.round_id == newest)
    return connection.execute(query.order_by(batch_item.c.copy).with_for_update()).all()


def release(connection: Connection, project_id: int, annotator_id: int) -> int:
    """Give back everything an annotator holds; returns how many items that was."""
    changed = connection.execute(
        update(batch_item)
        .where(_open(project_id), batch_item.c.annotator_id == annotator_id)
        .values(annotator_id=None, lease_until=None)
    )
    return int(changed.rowcount)


def withdraw_copies(connection: Connection, project_id: int, newest_number: int, now: datetime) -> int:
    """Take copies out of the queue whose item is labelled or skipped, of rounds up to this number; returns how many.

    Those that an annotator holds stay.
    """
    old = select(round_.c.id).where(round_.c.project_id == project_id, round_.c.number <= newest_number)
    left = select(batch_item.c.id).where(
        _open(project_id), ~_held(batch_item, now), _another_is_done(), batch_item.c.round_id.in_(old)
    )
    # What somebody is at work on at this moment stays until the next round.
    ids = list(connection.execute(left.with_for_update(skip_locked=True)).scalars())
    for start in range(0, len(ids), _CHUNK):
        change = update(batch_item).where(batch_item.c.id.in_(ids[start : start + _CHUNK]))
        connection.execute(change.values(closed_at=now, annotator_id=None, lease_until=None))
    return len(ids)


def progress(connection: Connection, project_id: int, now: datetime) -> BatchProgress:
    """How far the newest batch is, and what is open and held in the whole project."""
    newest = connection.execute(
        select(func.max(batch_item.c.round_id)).where(batch_item.c.project_id == project_id)
    ).scalar_one()
    copies = _has_copies(connection, project_id)
    batch = _count_batch(connection, newest, copies=copies) if newest is not None else None
    held = _held(batch_item, now)
    row = connection.execute(
        select(
            func.count().label("open"),
            func.count().filter(held).label("held"),
            func.min(batch_item.c.lease_until).filter(held).label("held_until"),
        ).where(_open(project_id), _is_first() if copies else true())
    ).one()
    return BatchProgress(
        round_number=batch.number if batch else 0,
        size=batch.size if batch else 0,
        closed=batch.closed if batch else 0,
        open=row.open,
        held=row.held,
        held_until=row.held_until,
    )


def count_open(connection: Connection, project_id: int, now: datetime) -> OpenItems:
    """Number of items still open in all batches of a project."""
    held = _held(batch_item, now)
    query = select(func.count().label("open"), func.count().filter(~held).label("free")).select_from(batch_item)
    first = _is_first() if _has_copies(connection, project_id) else true()
    row = connection.execute(query.where(_open(project_id), first)).one()
    return OpenItems(open=int(row.open), free=int(row.free))


@dataclass(frozen=True)
class OpenGroup:
    """Open items of one language, as one annotator sees them.

    Attributes:
        language: the language.
        held: others hold them.
        may_have: the annotator may label them once they are free: no other copy of them is or was the annotator's.
        items: how many they are.
        until: when the first of the leases on them ends; None where nobody holds them.
    """

    language: str
    held: bool
    may_have: bool
    items: int
    until: datetime | None


def open_groups(connection: Connection, project_id: int, annotator_id: int, now: datetime) -> list[OpenGroup]:
    """What is open in a project, as one annotator sees it."""
    entries = (
        select(
            batch_item.c.item_id,
            batch_item.c.language,
            batch_item.c.lease_until,
            and_(_held(batch_item, now), batch_item.c.annotator_id != annotator_id).label("held"),
            _may_have(annotator_id).label("may_have"),
        )
        .where(_open(project_id))
        .subquery()
    )
    held = func.coalesce(entries.c.held, False).label("held")
    query = select(
        entries.c.language,
        held,
        entries.c.may_have,
        func.count(entries.c.item_id.distinct()).label("items"),
        func.min(entries.c.lease_until).label("until"),
    ).group_by(entries.c.language, held, entries.c.may_have)
    return [
        OpenGroup(row.language, bool(row.held), bool(row.may_have), int(row.items), row.until if row.held else None)
        for row in connection.execute(query.order_by(entries.c.language))
    ]


def state_without_label(connection: Connection, item_id: int) -> ItemState:
    """Where an item stands once its label is taken back: queued if a batch has it open, else unlabelled."""
    query = select(batch_item.c.id).where(batch_item.c.item_id == item_id, batch_item.c.closed_at.is_(None))
    return ItemState.UNLABELLED if connection.execute(query.limit(1)).first() is None else ItemState.QUEUED


def _count_batch(connection: Connection, round_id: int, *, copies: bool) -> Row[Any]:
    done: ColumnElement[bool] = batch_item.c.closed_at.is_not(None)
    if copies:
        done = or_(done, _another_is_done())
    query = (
        select(round_.c.number, func.count().label("size"), func.count().filter(done).label("closed"))
        .select_from(batch_item)
        .join(round_, round_.c.id == batch_item.c.round_id)
        .where(batch_item.c.round_id == round_id, batch_item.c.copy == 0)
        .group_by(round_.c.number)
    )
    return connection.execute(query).one()


def _is_first() -> ColumnElement[bool]:
    """Whether an open entry stands for its item: the first copy, and nobody has done another one."""
    return and_(batch_item.c.copy == 0, ~_another_is_done())


def _another_is_done() -> ColumnElement[bool]:
    other = batch_item.alias("done")
    return exists(
        select(other.c.id).where(_same_item(other), other.c.id != batch_item.c.id, other.c.closed_at.is_not(None))
    )


def _same_item(other: FromClause) -> ColumnElement[bool]:
    return and_(other.c.round_id == batch_item.c.round_id, other.c.item_id == batch_item.c.item_id)


def _free_for(entries: FromClause, annotator_id: int, now: datetime) -> ColumnElement[bool]:
    held_by_nobody = or_(entries.c.annotator_id.is_(None), entries.c.lease_until <= now)
    return or_(entries.c.annotator_id == annotator_id, held_by_nobody)


def _open(project_id: int) -> ColumnElement[bool]:
    return and_(batch_item.c.project_id == project_id, batch_item.c.closed_at.is_(None))


def _held(entries: FromClause, now: datetime) -> ColumnElement[bool]:
    return and_(entries.c.annotator_id.is_not(None), entries.c.lease_until > now)


def _holds(row: Row[Any], now: datetime) -> bool:
    return row.annotator_id is not None and row.lease_until > now
