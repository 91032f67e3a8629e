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
        after: number of the newest label then; labels are numbered as they come.
        classes: class name to id.
    """

    at: datetime
    after: int
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
    columns = project_class.c
    newest = select(func.max(columns.added_at)).where(columns.project_id == project_id)
    query = select(columns.id, columns.name, columns.added_at, columns.added_after).where(
        columns.project_id == project_id, columns.added_at == newest.scalar_subquery()
    )
    rows = connection.execute(query.order_by(columns.position)).all()
    return Addition(rows[0].added_at, rows[0].added_after, {row.name: row.id for row in rows}) if rows else None


def an_addition_now(connection: Connection, now: datetime) -> Addition:
    """What `newest_addition` would be if a class were added now; without the class."""
    return Addition(now, connection.execute(select(func.max(label.c.id))).scalar_one() or 0, {})


def is_labelled_before(project_id: int, addition: Addition) -> ColumnElement[bool]:
    """Whether an item has a label from before classes were added, and nobody labelled it or decided about it since."""
    # What came since is little, and by the number of a label it is found without reading the older ones.
    labelled = select(label.c.item_id).where(
        label.c.project_id == project_id, label.c.id > addition.after, label.c.action == Action.LABEL
    )
    # Of the decisions on an item the newest counts, so that one that was taken back decides nothing.
    later = review.alias("later")
    replaced = exists(select(later.c.id).where(later.c.item_id == review.c.item_id, later.c.id > review.c.id))
    looked_at = select(review.c.item_id).where(
        review.c.project_id == project_id,
        review.c.created_at >= addition.at,
        review.c.decision != Decision.UNDO,
        ~replaced,
    )
    return and_(
        item.c.project_id == project_id,
        item.c.purpose.in_([each.value for each in _TRAINED_OR_MEASURED]),
        item.c.state == ItemState.LABELLED,
        item.c.label_id <= addition.after,
        item.c.id.not_in(labelled),
        item.c.id.not_in(looked_at),
    )


def count_labelled_before(connection: Connection, project_id: int, addition: Addition) -> list[LabelledBefore]:
    """Items of the pool and of check sets that `is_labelled_before`, by purpose, language and class."""
    counted = (
        select(item.c.purpose, item.c.language, item.c.class_id, func.count().label("items"))
        .where(is_labelled_before(project_id, addition))
        .group_by(item.c.purpose, item.c.language, item.c.class_id)
        .subquery()
    )
    query = select(counted, project_class.c.name).join(project_class, project_class.c.id == counted.c.class_id)
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
