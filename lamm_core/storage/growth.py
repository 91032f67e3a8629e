"""Classes that came to a project in its middle, and what was labelled before they came."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from lamm_core.records import Action, ItemState, Purpose
from lamm_core.reviewing import Decision
from lamm_core.storage.tables import item, label, project_class
from lamm_core.storage.team_tables import review

_TRAINED_OR_MEASURED = (Purpose.POOL, Purpose.CHECK)


@dataclass(frozen=True)
class Addition:
    """The newest time at which classes were added.

    Attributes:
        at: when, in UTC.
        classes: class name to id.
    """

    at: datetime
    classes: dict[str, int]


@dataclass(frozen=True, slots=True)
class LabelledBefore:
    """How many items of a kind have a label from before a moment that nobody has looked at since."""

    purpose: Purpose
    language: str
    class_name: str
    items: int


def classes_added(connection: Connection, project_id: int) -> dict[str, datetime]:
    """Class name to when it was added, of the classes that were not there from the beginning."""
    query = select(project_class.c.name, project_class.c.added_at).where(
        project_class.c.project_id == project_id, project_class.c.added_at.is_not(None)
    )
    return {row.name: row.added_at for row in connection.execute(query.order_by(project_class.c.position))}


def newest_addition(connection: Connection, project_id: int) -> Addition | None:
    """The classes that were added last; None where all were there from the beginning."""
    newest = select(func.max(project_class.c.added_at)).where(project_class.c.project_id == project_id)
    query = select(project_class.c.id, project_class.c.name, project_class.c.added_at).where(
        project_class.c.project_id == project_id, project_class.c.added_at == newest.scalar_subquery()
    )
    rows = connection.execute(query.order_by(project_class.c.position)).all()
    return Addition(rows[0].added_at, {row.name: row.id for row in rows}) if rows else None


def is_labelled_before(project_id: int, moment: datetime) -> ColumnElement[bool]:
    """Whether an item was labelled before a moment, and nobody has labelled it or decided about it since.

    For queries that join `item` with the `label` that decides its class.
    """
    newer, decided = label.alias("newer"), review.alias("decided")
    labelled = exists(
        select(newer.c.id).where(
            newer.c.item_id == item.c.id, newer.c.action == Action.LABEL, newer.c.created_at >= moment
        )
    )
    # Of the decisions since then the newest counts, so that one that was taken back decides nothing.
    later = review.alias("later")
    replaced = exists(select(later.c.id).where(later.c.item_id == decided.c.item_id, later.c.id > decided.c.id))
    looked_at = exists(
        select(decided.c.id).where(
            decided.c.item_id == item.c.id,
            decided.c.created_at >= moment,
            decided.c.decision != Decision.UNDO,
            ~replaced,
        )
    )
    return and_(
        item.c.project_id == project_id,
        item.c.purpose.in_([each.value for each in _TRAINED_OR_MEASURED]),
        item.c.state == ItemState.LABELLED,
        label.c.created_at < moment,
        ~labelled,
        ~looked_at,
    )


def count_labelled_before(connection: Connection, project_id: int, moment: datetime) -> list[LabelledBefore]:
    """Items of the pool and of check sets that `is_labelled_before`, by purpose, language and class."""
    query = (
        select(item.c.purpose, item.c.language, project_class.c.name, func.count().label("items"))
        .join(label, label.c.id == item.c.label_id)
        .join(project_class, project_class.c.id == item.c.class_id)
        .where(is_labelled_before(project_id, moment))
        .group_by(item.c.purpose, item.c.language, project_class.c.name)
    )
    return [
        LabelledBefore(Purpose(row.purpose), row.language, row.name, int(row.items))
        for row in connection.execute(query)
    ]


def classes_in_pool(connection: Connection, project_id: int) -> set[str]:
    """Names of the classes that a labelled item of the pool has."""
    labelled = select(item.c.class_id).where(
        item.c.project_id == project_id, item.c.purpose == Purpose.POOL, item.c.state == ItemState.LABELLED
    )
    query = select(project_class.c.name).where(
        project_class.c.project_id == project_id, project_class.c.id.in_(labelled)
    )
    return set(connection.execute(query).scalars())
