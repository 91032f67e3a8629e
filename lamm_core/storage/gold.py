"""Gold items: texts whose class is known, which every newcomer answers. No batch has them, and nobody holds them.

The label that came with the import decides the class of a gold item; what annotators answer is kept beside it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from lamm_core.records import Action, Lease, Purpose
from lamm_core.storage.queue_counts import newest_batch
from lamm_core.storage.tables import annotator, item, label, round_, round_language


def count_answered(
    connection: Connection, project_id: int, annotator_id: int, languages: Sequence[str] | None = None
) -> int:
    """Gold items with a label or a skip of the annotator that stands.

    Args:
        languages: count those in these languages; None counts all.
    """
    query = select(func.count()).select_from(item).where(_gold(project_id, languages), _is_answered(annotator_id))
    return int(connection.execute(query).scalar_one())


def open_items(
    connection: Connection, project_id: int, annotator_id: int, languages: Sequence[str] | None = None
) -> list[int]:
    """Ids of the gold items that the annotator has not answered, in their order.

    Args:
        languages: only items in these languages; None takes all.
    """
    query = select(item.c.id).where(_gold(project_id, languages), ~_is_answered(annotator_id)).order_by(item.c.id)
    return list(connection.execute(query).scalars())


def leases(
    connection: Connection, project_id: int, annotator_id: int, item_ids: Sequence[int], until: datetime
) -> list[Lease]:
    """Leases on gold items, in the given order, that say what those on the items of the newest batch say.

    Nothing is stored: a gold item is leased to as many as ask for it.
    """
    newest, _ = newest_batch(connection, project_id)
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
            func.coalesce(round_.c.number, 0).label("round_number"),
            round_language.c.weight,
            round_language.c.score,
        )
        .select_from(item)
        .outerjoin(round_, round_.c.id == newest)
        .outerjoin(
            round_language,
            and_(round_language.c.round_id == round_.c.id, round_language.c.language == item.c.language),
        )
        .where(item.c.id.in_(item_ids))
    )
    found = {row["item_id"]: Lease(until=until, **row) for row in connection.execute(query).mappings()}
    return [found[each] for each in item_ids]


def count_right(connection: Connection, project_id: int, *, first: bool) -> list[Row[Any]]:
    """Gold items that annotators labelled, and how many of them with the known class.

    A label that was taken back, or followed by a skip, does not stand and is not counted.

    Args:
        first: the first class that an annotator gave to an item counts, whatever was given later.

    Returns:
        rows with name, language, answered, correct, one for each annotator and language.
    """
    acts = (
        select(
            label.c.item_id,
            label.c.annotator_id,
            func.max(label.c.id).label("newest"),
            func.min(label.c.id).filter(label.c.action == Action.LABEL).label("first"),
        )
        .join(item, item.c.id == label.c.item_id)
        .where(_gold(project_id), label.c.annotator_id.is_not(None))
        .group_by(label.c.item_id, label.c.annotator_id)
        .subquery()
    )
    newest, counted = label.alias("newest"), label.alias("counted")
    query = (
        select(
            annotator.c.name,
            item.c.language,
            func.count().label("answered"),
            func.count().filter(counted.c.class_id == item.c.class_id).label("correct"),
        )
        .select_from(acts)
        .join(newest, newest.c.id == acts.c.newest)
        .join(counted, counted.c.id == (acts.c.first if first else acts.c.newest))
        .join(item, item.c.id == acts.c.item_id)
        .join(annotator, annotator.c.id == acts.c.annotator_id)
        .where(newest.c.action == Action.LABEL)
        .group_by(annotator.c.name, item.c.language)
    )
    return list(connection.execute(query))


def _gold(project_id: int, languages: Sequence[str] | None = None) -> ColumnElement[bool]:
    of_project = and_(item.c.project_id == project_id, item.c.purpose == Purpose.GOLD)
    return of_project if languages is None else and_(of_project, item.c.language.in_(languages))


def _is_answered(annotator_id: int) -> ColumnElement[bool]:
    """Whether the annotator's newest act on an item is a label or a skip."""
    newest = (
        select(label.c.action)
        .where(label.c.item_id == item.c.id, label.c.annotator_id == annotator_id)
        .order_by(label.c.revision.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(newest, Action.UNDO) != Action.UNDO
