"""How much is in the queue, and how far its newest batch is."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, exists, func, or_, select, true

from lamm_core.records import BatchProgress, ItemState, OpenItems
from lamm_core.storage.queue_conditions import (
    ANNOTATOR,
    PROJECT,
    another_is_done,
    has_copies,
    is_first,
    is_held,
    is_open,
    may_have,
)
from lamm_core.storage.tables import batch_item, round_


def progress(connection: Connection, project_id: int, now: datetime) -> BatchProgress:
    """How far the newest batch is, and what is open and held in the whole project."""
    copies = has_copies(connection, project_id)
    newest_id, number = newest_batch(connection, project_id)
    values = {"project": project_id, "now": now, "newest": newest_id}
    row = connection.execute(_open_counts(copies=copies), values).one()
    size = int(connection.execute(_SIZE, {"newest": newest_id}).scalar_one())
    done = int(connection.execute(_DONE, {"newest": newest_id}).scalar_one()) if copies else size - row.of_newest
    return BatchProgress(number, size, done, row.open, row.held, row.held_until)


def newest_batch(connection: Connection, project_id: int) -> tuple[int, int]:
    """Id and number of the newest round that chose something; 0 both before the first."""
    row = connection.execute(_NEWEST_BATCH, {"project": project_id}).first()
    return (row.id, row.number) if row else (0, 0)


def count_open(connection: Connection, project_id: int, now: datetime) -> OpenItems:
    """Number of items still open in all batches of a project."""
    counts = _open_counts(copies=has_copies(connection, project_id))
    row = connection.execute(counts, {"project": project_id, "now": now, "newest": 0}).one()
    return OpenItems(open=row.open, free=row.open - row.held)


@cache
def _open_counts(*, copies: bool) -> Select[*tuple[Any, ...]]:
    held = is_held()
    return select(
        func.count().label("open"),
        func.count().filter(batch_item.c.round_id == bindparam("newest")).label("of_newest"),
        func.count().filter(held).label("held"),
        func.min(batch_item.c.lease_until).filter(held).label("held_until"),
    ).where(is_open(), is_first() if copies else true())


# Rounds are few and entries many: the newest batch is found from the rounds.
_NEWEST_BATCH = (
    select(round_.c.id, round_.c.number)
    .where(round_.c.project_id == PROJECT, exists(select(batch_item.c.id).where(batch_item.c.round_id == round_.c.id)))
    .order_by(round_.c.number.desc())
    .limit(1)
)
_SIZE = select(func.count()).where(batch_item.c.round_id == bindparam("newest"), batch_item.c.copy == 0)
_WAS_DONE = or_(batch_item.c.closed_at.is_not(None), batch_item.c.asked_annotator_id.is_not(None))
_DONE = _SIZE.where(or_(_WAS_DONE, another_is_done()))


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
    rows = connection.execute(_OPEN_GROUPS, {"project": project_id, "annotator": annotator_id, "now": now})
    return [
        OpenGroup(row.language, bool(row.held), bool(row.may_have), row.items, row.until if row.held else None)
        for row in rows
    ]


def _open_groups() -> Select[*tuple[Any, ...]]:
    entries = (
        select(
            batch_item.c.item_id,
            batch_item.c.language,
            batch_item.c.lease_until,
            and_(is_held(), batch_item.c.annotator_id != ANNOTATOR).label("held"),
            may_have().label("may_have"),
        )
        .where(is_open())
        .subquery()
    )
    held = func.coalesce(entries.c.held, False).label("held")
    return (
        select(
            entries.c.language,
            held,
            entries.c.may_have,
            func.count(entries.c.item_id.distinct()).label("items"),
            func.min(entries.c.lease_until).label("until"),
        )
        .group_by(entries.c.language, held, entries.c.may_have)
        .order_by(entries.c.language)
    )


_OPEN_GROUPS = _open_groups()


def state_without_label(connection: Connection, item_id: int) -> ItemState:
    """Where an item stands once its label is taken back: queued if a batch has it open, else unlabelled."""
    query = select(batch_item.c.id).where(batch_item.c.item_id == item_id, batch_item.c.closed_at.is_(None))
    return ItemState.UNLABELLED if connection.execute(query.limit(1)).first() is None else ItemState.QUEUED
