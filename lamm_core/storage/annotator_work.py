"""What each annotator did, counted by the database: texts, skips, flags, second thoughts, and times."""

from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Integer, Row, and_, cast, func, select

from lamm_core.records import Action, Purpose, Source
from lamm_core.storage.tables import annotator, item, label

_NO_GOLD = item.c.purpose != Purpose.GOLD


def read_work(connection: Connection, project_id: int) -> list[Row[Any]]:
    """What each annotator did in each language. Gold items and labels that came with an import are left out.

    Returns:
        rows with annotator_id, annotator (the name) and language; labels (texts whose label stands), skips (texts set
        aside), flags (either, with a flag), edits (times that a class was given to a text again); first and last
        (moments of acts).
    """
    newest = _newest(project_id)
    query = (
        select(
            newest.c.annotator_id,
            annotator.c.name.label("annotator"),
            newest.c.language,
            _count(newest.c.action == Action.LABEL).label("labels"),
            _count(newest.c.action == Action.SKIP).label("skips"),
            _count(and_(newest.c.action != Action.UNDO, newest.c.flagged)).label("flags"),
            (func.sum(newest.c.given) - _count(newest.c.given > 0)).label("edits"),
            func.min(newest.c.first).label("first"),
            func.max(newest.c.last).label("last"),
        )
        .join(annotator, annotator.c.id == newest.c.annotator_id)
        .group_by(newest.c.annotator_id, annotator.c.name, newest.c.language)
    )
    return list(connection.execute(query))


def read_times(connection: Connection, project_id: int) -> list[Row[Any]]:
    """How long labels took, to a tenth of a second and counted by it, so that few rows are read; no gold items.

    Returns:
        rows with annotator_id, language, tenths (of a second) and labels.
    """
    tenths = cast(func.round(10 * label.c.seconds), Integer).label("tenths")
    query = (
        select(label.c.annotator_id, item.c.language, tenths, func.count().label("labels"))
        .join(item, item.c.id == label.c.item_id)
        .where(_of_people(project_id), _NO_GOLD, label.c.action == Action.LABEL, label.c.seconds.is_not(None))
        .group_by(label.c.annotator_id, item.c.language, tenths)
    )
    return list(connection.execute(query))


def _newest(project_id: int) -> CTE:
    """One row for each annotator and item: the newest act, how often a class was given, and when acts were done."""
    acts = (
        select(
            label.c.annotator_id,
            label.c.item_id,
            func.max(label.c.id).label("newest"),
            _count(label.c.action == Action.LABEL).label("given"),
            func.min(label.c.created_at).label("first"),
            func.max(label.c.created_at).label("last"),
        )
        .where(_of_people(project_id))
        .group_by(label.c.annotator_id, label.c.item_id)
        .subquery()
    )
    return (
        select(
            acts.c.annotator_id,
            item.c.language,
            label.c.action,
            label.c.flagged,
            acts.c.given,
            acts.c.first,
            acts.c.last,
        )
        .join(label, label.c.id == acts.c.newest)
        .join(item, item.c.id == acts.c.item_id)
        .where(_NO_GOLD)
        .cte("newest_act")
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _of_people(project_id: int) -> ColumnElement[bool]:
    return and_(label.c.project_id == project_id, label.c.source == Source.HUMAN, label.c.annotator_id.is_not(None))
