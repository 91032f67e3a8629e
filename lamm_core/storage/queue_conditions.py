"""What is said of entries of the queue: open, held, one of several copies. Conditions that statements are built from.

They speak of a project, an annotator and a moment by the names `project`, `annotator` and `now`, whose values a
statement is given when it is run: so a statement is made once, which costs more than running it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    and_,
    bindparam,
    exists,
    or_,
    select,
    text,
)

from lamm_core.records import Action
from lamm_core.storage.columns import UtcDateTime
from lamm_core.storage.tables import batch_item, label

PROJECT: BindParameter[int] = bindparam("project")
ANNOTATOR: BindParameter[int] = bindparam("annotator")
NOW = bindparam("now", type_=UtcDateTime())

_ANY_COPY = select(batch_item.c.id).where(batch_item.c.project_id == PROJECT, text("copy > 0")).limit(1)


def has_copies(connection: Connection, project_id: int) -> bool:
    """Whether any item of a project was ever given to several annotators."""
    return connection.execute(_ANY_COPY, {"project": project_id}).first() is not None


def is_open() -> ColumnElement[bool]:
    """Whether an entry belongs to the project and nobody labelled or skipped it yet.

    What a reviewer sent back is not among these: it was done once, and is open for one annotator alone (`is_asked`).
    """
    return and_(
        batch_item.c.project_id == PROJECT,
        batch_item.c.closed_at.is_(None),
        batch_item.c.asked_annotator_id.is_(None),
    )


def is_asked() -> ColumnElement[bool]:
    """Whether an entry of the project was sent back to the annotator, who has not answered yet."""
    return and_(
        batch_item.c.project_id == PROJECT,
        batch_item.c.closed_at.is_(None),
        batch_item.c.asked_annotator_id == ANNOTATOR,
    )


def is_for(row: Row[Any], annotator_id: int) -> bool:
    """Whether an open entry that was read may be done by the annotator: it was sent back to nobody else."""
    return row.asked_annotator_id in (None, annotator_id)


def is_held(entries: FromClause = batch_item) -> ColumnElement[bool]:
    """Whether an annotator has a lease on an entry."""
    return and_(entries.c.annotator_id.is_not(None), entries.c.lease_until > NOW)


def is_free(entries: FromClause = batch_item) -> ColumnElement[bool]:
    """Whether nobody has a lease on an entry, or it has ended."""
    return or_(entries.c.annotator_id.is_(None), entries.c.lease_until <= NOW)


def holds(row: Row[Any], now: datetime) -> bool:
    """As `is_held`, of an entry that was read."""
    return row.annotator_id is not None and row.lease_until > now


def same_item(other: FromClause) -> ColumnElement[bool]:
    """Whether an entry and the other one are copies of one item in one batch."""
    return and_(other.c.round_id == batch_item.c.round_id, other.c.item_id == batch_item.c.item_id)


def another_is_done() -> ColumnElement[bool]:
    """Whether another copy of an entry's item is labelled or skipped."""
    other = batch_item.alias("done")
    return exists(
        select(other.c.id).where(same_item(other), other.c.id != batch_item.c.id, other.c.closed_at.is_not(None))
    )


def is_first() -> ColumnElement[bool]:
    """Whether an open entry stands for its item: the first copy, and nobody has done another one."""
    return and_(batch_item.c.copy == 0, ~another_is_done())


def may_have() -> ColumnElement[bool]:
    """Whether the annotator may label an entry: neither has nor had a copy of the same item, nor gave it a label."""
    other, later = batch_item.alias("other"), label.alias("later")
    has_a_copy = exists(
        select(other.c.id).where(
            same_item(other),
            other.c.id != batch_item.c.id,
            or_(other.c.annotator_id == ANNOTATOR, other.c.closed_by == ANNOTATOR),
        )
    )
    taken_back = exists(
        select(later.c.id).where(
            later.c.item_id == label.c.item_id,
            later.c.annotator_id == ANNOTATOR,
            later.c.revision > label.c.revision,
        )
    )
    has_labelled = exists(
        select(label.c.id).where(
            label.c.item_id == batch_item.c.item_id,
            label.c.annotator_id == ANNOTATOR,
            label.c.action == Action.LABEL,
            ~taken_back,
        )
    )
    return and_(~has_a_copy, ~has_labelled)
