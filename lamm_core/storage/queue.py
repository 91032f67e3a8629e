"""The queue of chosen items, and the leases on them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from lamm_core.records import BatchProgress, ItemState, Lease, OpenItems
from lamm_core.storage.tables import batch_item, item, label, round_


def add_batch(
    connection: Connection,
    project_id: int,
    round_id: int,
    item_ids: Sequence[int],
    languages: Sequence[str],
    scores: Sequence[float | None] | None,
) -> None:
    """Queue the items of a batch in the given order; without a score where chance chose them."""
    rows = [
        {
            "project_id": project_id,
            "round_id": round_id,
            "item_id": int(item_id),
            "language": str(language),
            "position": position,
            "score": _score(scores, position),
        }
        for position, (item_id, language) in enumerate(zip(item_ids, languages, strict=True))
    ]
    if rows:
        connection.execute(insert(batch_item), rows)


def _score(scores: Sequence[float | None] | None, position: int) -> float | None:
    score = None if scores is None else scores[position]
    return None if score is None else float(score)


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

    Two claims never lease the same item: on PostgreSQL each locks the rows it takes and passes over rows that
    another claim has locked; on SQLite the whole transaction holds the write lock.
    """
    mine = batch_item.c.annotator_id == annotator_id
    query = (
        select(batch_item.c.id)
        .where(_open(project_id), _free_for(annotator_id, now))
        .order_by(func.coalesce(mine, False).desc(), batch_item.c.round_id, batch_item.c.position)
        .limit(count)
        .with_for_update(skip_locked=True)
    )
    if languages is not None:
        query = query.where(batch_item.c.language.in_(languages))
    taken = list(connection.execute(query).scalars())
    if not taken:
        return []
    connection.execute(
        update(batch_item).where(batch_item.c.id.in_(taken)).values(annotator_id=annotator_id, lease_until=until)
    )
    return _leases(connection, taken, annotator_id)


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
        )
        .join(item, item.c.id == batch_item.c.item_id)
        .join(round_, round_.c.id == batch_item.c.round_id)
        .where(batch_item.c.id.in_(batch_item_ids))
        .order_by(batch_item.c.round_id, batch_item.c.position)
    )
    return [Lease(**row) for row in connection.execute(query).mappings()]


def close(connection: Connection, item_id: int, now: datetime) -> None:
    """Take an item out of the queue, whoever holds it."""
    connection.execute(
        update(batch_item)
        .where(batch_item.c.item_id == item_id, batch_item.c.closed_at.is_(None))
        .values(closed_at=now, annotator_id=None, lease_until=None)
    )


def reopen(connection: Connection, item_id: int, annotator_id: int, now: datetime, until: datetime) -> bool:
    """Put an item back into its newest batch, leased to the annotator.

    Returns:
        False if no batch ever had it, or if another annotator holds it now.
    """
    newest = select(func.max(batch_item.c.id)).where(batch_item.c.item_id == item_id).scalar_subquery()
    changed = connection.execute(
        update(batch_item)
        .where(batch_item.c.id == newest, _free_for(annotator_id, now))
        .values(closed_at=None, annotator_id=annotator_id, lease_until=until)
    )
    return changed.rowcount == 1


def release(connection: Connection, project_id: int, annotator_id: int) -> int:
    """Give back everything an annotator holds; returns how many items that was."""
    changed = connection.execute(
        update(batch_item)
        .where(_open(project_id), batch_item.c.annotator_id == annotator_id)
        .values(annotator_id=None, lease_until=None)
    )
    return int(changed.rowcount)


def progress(connection: Connection, project_id: int, now: datetime) -> BatchProgress:
    """How far the newest batch is, and what is open and held in the whole project."""
    newest = connection.execute(
        select(func.max(batch_item.c.round_id)).where(batch_item.c.project_id == project_id)
    ).scalar_one()
    batch = _count_batch(connection, newest) if newest is not None else None
    held = _held(now)
    row = connection.execute(
        select(
            func.count().label("open"),
            func.count().filter(held).label("held"),
            func.min(batch_item.c.lease_until).filter(held).label("held_until"),
        ).where(_open(project_id))
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
    held = _held(now)
    query = select(func.count().label("open"), func.count().filter(~held).label("free")).select_from(batch_item)
    row = connection.execute(query.where(_open(project_id))).one()
    return OpenItems(open=int(row.open), free=int(row.free))


def state_without_label(connection: Connection, item_id: int) -> ItemState:
    """Where an item stands once its label is taken back: queued if a batch has it open, else unlabelled."""
    query = select(batch_item.c.id).where(batch_item.c.item_id == item_id, batch_item.c.closed_at.is_(None))
    return ItemState.UNLABELLED if connection.execute(query.limit(1)).first() is None else ItemState.QUEUED


def _count_batch(connection: Connection, round_id: int) -> Row[Any]:
    query = (
        select(
            round_.c.number,
            func.count().label("size"),
            func.count(batch_item.c.closed_at).label("closed"),
        )
        .join(round_, round_.c.id == batch_item.c.round_id)
        .where(batch_item.c.round_id == round_id)
        .group_by(round_.c.number)
    )
    return connection.execute(query).one()


def _free_for(annotator_id: int, now: datetime) -> ColumnElement[bool]:
    held_by_nobody = or_(batch_item.c.annotator_id.is_(None), batch_item.c.lease_until <= now)
    return or_(batch_item.c.annotator_id == annotator_id, held_by_nobody)


def _open(project_id: int) -> ColumnElement[bool]:
    return and_(batch_item.c.project_id == project_id, batch_item.c.closed_at.is_(None))


def _held(now: datetime) -> ColumnElement[bool]:
    return and_(batch_item.c.annotator_id.is_not(None), batch_item.c.lease_until > now)
