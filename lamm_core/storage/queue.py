"""The queue of chosen items, and the leases on them.

An item that several annotators are to label has one entry for each of them, its copies. It counts as open until the
first of them has labelled or skipped it; further copies wait for others without keeping anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from lamm_core.records import Lease
from lamm_core.storage.bulk import chunks
from lamm_core.storage.queue_conditions import (
    ANNOTATOR,
    another_is_done,
    has_copies,
    holds,
    is_asked,
    is_for,
    is_free,
    is_held,
    is_open,
    may_have,
    same_item,
)
from lamm_core.storage.tables import batch_item, item, label, project_class, round_, round_language


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

    Items that were sent back to the annotator are not among them: see `claim_asked`.

    Two claims never lease the same entry: on PostgreSQL each locks the rows it takes and passes over rows that
    another claim has locked; on SQLite the whole transaction holds the write lock. Claims of one annotator must follow
    each other (`annotators.lock_annotator`), so that no two lease copies of one item.
    """
    request = _Claim(connection, project_id, annotator_id, languages, now, until)
    if not has_copies(connection, project_id):
        taken = request.take("mine", count)
        taken += request.take("free", count - len(taken))
        return _leases(connection, taken, annotator_id)
    taken = request.take("my copies", count)
    # Of copies that are free, the first alone: one statement must not take two copies of an item.
    taken += request.take("first copies", count - len(taken))
    # Where another claim has locked the first copy at this moment, the next one is as good; one by one, so that each
    # statement sees what the one before it took.
    while len(taken) < count:
        further = request.take("later copies", 1)
        if not further:
            break
        taken += further
    return _leases(connection, taken, annotator_id)


def claim_asked(
    connection: Connection, project_id: int, annotator_id: int, count: int, now: datetime, until: datetime
) -> list[Lease]:
    """Lease up to `count` items that a reviewer sent back to the annotator, in whatever language; see `claim`."""
    return _leases(
        connection, _Claim(connection, project_id, annotator_id, None, now, until).take("asked", count), annotator_id
    )


@dataclass(frozen=True)
class _Claim:
    """Who claims, and what for."""

    connection: Connection
    project_id: int
    annotator_id: int
    languages: Sequence[str] | None
    now: datetime
    until: datetime

    def take(self, which: str, count: int) -> list[int]:
        """Lease up to `count` open entries of the named kind, in the order of the queue; returns their ids."""
        if count < 1:
            return []
        values: dict[str, Any] = {
            "project": self.project_id,
            "annotator": self.annotator_id,
            "now": self.now,
            "count": count,
            "languages": self.languages,
        }
        found = list(self.connection.execute(_to_take(which, some=self.languages is not None), values).scalars())
        if found:
            leased = {"ids": found, "annotator_id": self.annotator_id, "lease_until": self.until}
            self.connection.execute(_LEASE, leased)
        return found


@cache
def _to_take(which: str, *, some: bool) -> Select[Any]:
    """The entries that a claim may take of one kind, locked, in all languages or in some."""
    mine = batch_item.c.annotator_id == ANNOTATOR
    free = and_(or_(batch_item.c.annotator_id.is_(None), ~mine), is_free())
    conditions = {
        "asked": true(),
        "mine": mine,
        "free": free,
        "my copies": and_(mine, may_have()),
        "first copies": and_(free, may_have(), ~_free_copy_before()),
        "later copies": and_(free, may_have(), batch_item.c.copy > 0),
    }
    query = (
        select(batch_item.c.id)
        .where(is_asked() if which == "asked" else is_open(), conditions[which])
        .order_by(batch_item.c.round_id, batch_item.c.position, batch_item.c.copy)
        .limit(bindparam("count"))
        .with_for_update(skip_locked=True)
    )
    return query.where(batch_item.c.language.in_(bindparam("languages", expanding=True))) if some else query


def _free_copy_before() -> ColumnElement[bool]:
    """Whether a copy of the same item with a lower number is free."""
    other = batch_item.alias("before")
    return exists(
        select(other.c.id).where(
            same_item(other),
            other.c.copy < batch_item.c.copy,
            other.c.closed_at.is_(None),
            other.c.asked_annotator_id.is_(None),
            or_(other.c.annotator_id == ANNOTATOR, is_free(other)),
        )
    )


_IDS: BindParameter[Sequence[int]] = bindparam("ids", expanding=True)
_LEASE = update(batch_item).where(batch_item.c.id.in_(_IDS))


def _leases(connection: Connection, batch_item_ids: list[int], annotator_id: int) -> list[Lease]:
    if not batch_item_ids:
        return []
    rows = connection.execute(_LEASES, {"ids": batch_item_ids, "annotator": annotator_id})
    return [Lease(**row) for row in rows.mappings()]


def _lease_query() -> Select[*tuple[Any, ...]]:
    last_revision = (
        select(func.max(label.c.revision))
        .where(label.c.item_id == item.c.id, label.c.annotator_id == ANNOTATOR)
        .scalar_subquery()
    )
    return (
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
            batch_item.c.asked_annotator_id.is_not(None).label("sent_back"),
        )
        .select_from(batch_item)
        .join(item, item.c.id == batch_item.c.item_id)
        .join(round_, round_.c.id == batch_item.c.round_id)
        .outerjoin(
            round_language,
            and_(round_language.c.round_id == round_.c.id, round_language.c.language == item.c.language),
        )
        .outerjoin(project_class, project_class.c.id == batch_item.c.suggested_class_id)
        .where(batch_item.c.id.in_(_IDS))
        .order_by(batch_item.c.round_id, batch_item.c.position)
    )


_LEASES = _lease_query()


def close(connection: Connection, item_ids: Sequence[int], now: datetime) -> None:
    """Take items out of the queue with all their copies, whoever holds them."""
    for chunk in chunks(item_ids):
        connection.execute(
            update(batch_item)
            .where(batch_item.c.item_id.in_(chunk), batch_item.c.closed_at.is_(None))
            .values(closed_at=now, annotator_id=None, lease_until=None)
        )


def close_own(connection: Connection, item_id: int, annotator_id: int, now: datetime) -> None:
    """Take one copy of an item out of the queue, which the annotator has labelled or skipped.

    That is the copy that the annotator holds. Who holds none, because the lease ended meanwhile or there never was one,
    takes the place of somebody else: a free copy, or else one that is held. Who has had a copy already changes nothing.
    """
    copies = _copies(connection, item_id)
    open_copies = [row for row in copies if row.closed_at is None and is_for(row, annotator_id)]
    own = [row for row in open_copies if annotator_id in (row.annotator_id, row.asked_annotator_id)]
    if not own and any(row.closed_by == annotator_id for row in copies):
        return
    chosen = own or sorted(open_copies, key=lambda row: (holds(row, now), row.copy))[:1]
    if chosen:
        closed = {"closed_at": now, "closed_by": annotator_id, "annotator_id": None, "lease_until": None}
        connection.execute(_LEASE, {"ids": [row.id for row in chosen], **closed})


def reopen(connection: Connection, item_id: int, annotator_id: int, now: datetime, until: datetime) -> bool:
    """Put an item back into its newest batch, leased to the annotator.

    Returns:
        False if no batch ever had it, or if others hold all of it now.
    """
    copies = _copies(connection, item_id)
    own = [row for row in copies if row.annotator_id == annotator_id]
    own = own or [row for row in copies if row.closed_by == annotator_id]
    others = sorted(
        (row for row in copies if not holds(row, now) and (row.closed_at is not None or is_for(row, annotator_id))),
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
        asked = annotator_id if row.asked_annotator_id == annotator_id else None
        lease = {"annotator_id": annotator_id, "lease_until": until}
        connection.execute(change.values(closed_at=None, closed_by=None, asked_annotator_id=asked, **lease))
    return bool(rows)


def ask_again(connection: Connection, project_id: int, item_id: int, annotator_id: int) -> bool:
    """Open an item once more for one annotator alone, who gets it before all others (`claim_asked`).

    Who had a copy of it gets that one again, anybody else the first of those that nobody is at work on. An item that
    no batch ever had, as it came with its label, joins the newest one.

    Returns:
        False if there is no batch yet that it could join.
    """
    copies = _copies(connection, item_id)
    closed = [row for row in copies if row.closed_at is not None]
    own = [row for row in closed if row.closed_by == annotator_id]
    chosen = (own or closed)[:1]
    if not chosen:
        return _join_newest_batch(connection, project_id, item_id, annotator_id, len(copies))
    again = {"closed_at": None, "asked_annotator_id": annotator_id, "annotator_id": None, "lease_until": None}
    connection.execute(update(batch_item).where(batch_item.c.id == chosen[0].id).values(again))
    return True


def _join_newest_batch(connection: Connection, project_id: int, item_id: int, annotator_id: int, copy: int) -> bool:
    newest = select(func.max(batch_item.c.round_id)).where(batch_item.c.project_id == project_id)
    round_id = connection.execute(newest).scalar_one()
    if round_id is None:
        return False
    language = connection.execute(select(item.c.language).where(item.c.id == item_id)).scalar_one()
    connection.execute(
        insert(batch_item).values(
            project_id=project_id,
            round_id=round_id,
            item_id=item_id,
            language=language,
            position=0,
            copy=copy,
            asked_annotator_id=annotator_id,
        )
    )
    return True


def withdraw_asked(connection: Connection, item_id: int, now: datetime) -> None:
    """Ask nobody any more about an item that was sent back."""
    connection.execute(
        update(batch_item)
        .where(
            batch_item.c.item_id == item_id,
            batch_item.c.closed_at.is_(None),
            batch_item.c.asked_annotator_id.is_not(None),
        )
        .values(closed_at=now, annotator_id=None, lease_until=None)
    )


def _copies(connection: Connection, item_id: int) -> Sequence[Row[Any]]:
    """The copies of an item in its newest batch, locked, so that no claim takes one meanwhile."""
    return connection.execute(_COPIES, {"item": item_id}).all()


_OTHERS = batch_item.alias("others")
_NEWEST = select(func.max(_OTHERS.c.round_id)).where(_OTHERS.c.item_id == bindparam("item")).scalar_subquery()
_COPIES = (
    select(batch_item)
    .where(batch_item.c.item_id == bindparam("item"), batch_item.c.round_id == _NEWEST)
    .order_by(batch_item.c.copy)
    .with_for_update(of=batch_item)
)


def release(connection: Connection, project_id: int, annotator_id: int) -> int:
    """Give back everything an annotator holds; returns how many items that was."""
    changed = connection.execute(
        update(batch_item)
        .where(is_open(), batch_item.c.annotator_id == ANNOTATOR)
        .values(annotator_id=None, lease_until=None),
        {"project": project_id, "annotator": annotator_id},
    )
    return int(changed.rowcount)


def withdraw_copies(connection: Connection, project_id: int, newest_number: int, now: datetime) -> int:
    """Take copies out of the queue whose item is labelled or skipped, of rounds up to this number; returns how many.

    Those that an annotator holds stay.
    """
    old = select(round_.c.id).where(round_.c.project_id == project_id, round_.c.number <= newest_number)
    left = select(batch_item.c.id).where(is_open(), ~is_held(), another_is_done(), batch_item.c.round_id.in_(old))
    # What somebody is at work on at this moment stays until the next round.
    locked = left.with_for_update(skip_locked=True)
    ids = list(connection.execute(locked, {"project": project_id, "now": now}).scalars())
    for chunk in chunks(ids):
        change = update(batch_item).where(batch_item.c.id.in_(chunk))
        connection.execute(change.values(closed_at=now, annotator_id=None, lease_until=None))
    return len(ids)
