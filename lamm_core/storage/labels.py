"""The history of what annotators did: append-only, one row an act."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Subquery, bindparam, func, insert, select, text, true

from lamm_core.records import Action, LabelEvent, Purpose, Source
from lamm_core.storage.tables import item, label, project_class

# Labels that people gave, said as the index on them says it, which is not used otherwise.
OF_PEOPLE = text("label.source = 'human'")
_EVENT = (
    select(
        label.c.id,
        label.c.item_id,
        label.c.annotator_id,
        label.c.revision,
        label.c.action,
        project_class.c.name.label("class_name"),
        label.c.comment,
        label.c.flagged,
    )
    .select_from(label)
    .outerjoin(project_class, project_class.c.id == label.c.class_id)
)
# Statements of every label are made once: making one costs more than running it.
_OF_ITEM = _EVENT.where(label.c.item_id == bindparam("item")).order_by(label.c.id)
_HISTORY = _EVENT.where(label.c.item_id == bindparam("item"), label.c.annotator_id == bindparam("annotator")).order_by(
    label.c.revision
)
_ADD = insert(label).returning(label.c.id)


def add_label(
    connection: Connection,
    project_id: int,
    item_id: int,
    annotator_id: int,
    revision: int,
    action: Action,
    class_id: int | None,
    seconds: float | None,
    now: datetime,
    comment: str | None = None,
    flagged: bool = False,
    suggested_class_id: int | None = None,
) -> int:
    """Append one act and return its id. A repeated (item, annotator, revision) is refused by the database."""
    values = {
        "project_id": project_id,
        "item_id": item_id,
        "annotator_id": annotator_id,
        "revision": revision,
        "action": action,
        "class_id": class_id,
        "source": Source.HUMAN,
        "seconds": seconds,
        "created_at": now,
        "comment": comment,
        "flagged": flagged,
        "suggested_class_id": suggested_class_id,
    }
    return int(connection.execute(_ADD, values).scalar_one())


def history(connection: Connection, item_id: int, annotator_id: int) -> list[LabelEvent]:
    """All acts of one annotator on one item, oldest first."""
    values = {"item": item_id, "annotator": annotator_id}
    return [_event(row) for row in connection.execute(_HISTORY, values).mappings()]


def standing_labels(connection: Connection, item_id: int) -> list[LabelEvent]:
    """The labels of an item that nobody took back, one for each annotator, oldest first."""
    newest: dict[int | None, LabelEvent] = {}
    for row in connection.execute(_OF_ITEM, {"item": item_id}).mappings():
        newest[row["annotator_id"]] = _event(row)
    return sorted((each for each in newest.values() if each.action == Action.LABEL), key=lambda each: each.id)


def last_acts(
    connection: Connection, project_id: int, annotator_id: int, count: int, offset: int = 0, *, flagged: bool = False
) -> list[LabelEvent]:
    """The annotator's newest labels and skips that still stand, one an item, newest first.

    Args:
        count: how many at most.
        offset: how many of the newest to pass over.
        flagged: only those with a flag.
    """
    later = label.alias("later")
    taken_back = select(later.c.id).where(
        later.c.item_id == label.c.item_id, later.c.annotator_id == annotator_id, later.c.id > label.c.id
    )
    query = _EVENT.where(
        label.c.project_id == project_id,
        label.c.annotator_id == annotator_id,
        label.c.action != Action.UNDO,
        ~taken_back.exists(),
        label.c.flagged if flagged else true(),
    ).order_by(label.c.id.desc())
    return [_event(row) for row in connection.execute(query.limit(count).offset(offset)).mappings()]


def newest_label_id(connection: Connection, project_id: int) -> int | None:
    """Id of the newest act in a project, imported labels included; it grows with every change.

    Acts on gold items change nothing that a round or a translation could see, and are passed over.
    """
    newest = select(func.max(label.c.id)).where(label.c.project_id == project_id)
    of_items = select(label.c.id, item.c.purpose).join(item, item.c.id == label.c.item_id)
    row = connection.execute(of_items.where(label.c.id == newest.scalar_subquery())).one_or_none()
    if row is not None and row.purpose == Purpose.GOLD:
        # Only here are all labels looked at; the newest one alone is found in the index.
        others = of_items.where(label.c.project_id == project_id, item.c.purpose != Purpose.GOLD)
        row = connection.execute(others.order_by(label.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else int(row.id)


def recent_seconds(connection: Connection, project_id: int, most: int) -> list[tuple[str, float]]:
    """Language of the item and seconds taken, for the newest labels of annotators, newest first; no gold items.

    Args:
        most: how many labels are looked at.
    """
    newest = newest_timed(project_id, most)
    query = (
        select(item.c.language, newest.c.seconds)
        .join(item, item.c.id == newest.c.item_id)
        .where(item.c.purpose != Purpose.GOLD)
        .order_by(newest.c.id.desc())
    )
    return [(row.language, float(row.seconds)) for row in connection.execute(query)]


def newest_timed(project_id: int, most: int) -> Subquery:
    """The newest labels of annotators that have a time: id, item_id, annotator_id and seconds."""
    return (
        select(label.c.id, label.c.item_id, label.c.annotator_id, label.c.seconds)
        .where(label.c.project_id == project_id, OF_PEOPLE)
        .where(label.c.action == Action.LABEL, label.c.seconds.is_not(None))
        .order_by(label.c.created_at.desc(), label.c.id.desc())
        .limit(most)
        .subquery("newest")
    )


def count_since(connection: Connection, project_id: int, since: datetime, after: int = 0) -> dict[str, int]:
    """Language to labels that annotators gave since a moment, check items too but no gold items; edits count again.

    Args:
        after: id of a label; 0 counts from the first.
    """
    query = _given_since(project_id, since, after).add_columns(func.count().label("labels")).group_by(item.c.language)
    return {row.language: int(row.labels) for row in connection.execute(query)}


def moments_since(
    connection: Connection, project_id: int, since: datetime, after: int, until: int
) -> dict[str, list[datetime]]:
    """Language to when each of these labels was given, in UTC, oldest first.

    Args:
        after: id of a label; 0 begins with the first.
        until: id of the last one that counts.
    """
    query = _given_since(project_id, since, after).add_columns(label.c.created_at).where(label.c.id <= until)
    moments: dict[str, list[datetime]] = {}
    for language, moment in connection.execute(query.order_by(label.c.created_at)):
        moments.setdefault(language, []).append(moment)
    return moments


def _given_since(project_id: int, since: datetime, after: int) -> Select[Any]:
    """The languages of labels that annotators gave to texts since a moment."""
    return (
        select(item.c.language)
        .select_from(label)
        .join(item, item.c.id == label.c.item_id)
        .where(label.c.project_id == project_id, OF_PEOPLE, label.c.created_at >= since, label.c.id > after)
        .where(label.c.action == Action.LABEL, item.c.purpose != Purpose.GOLD)
    )


def _event(row: object) -> LabelEvent:
    values = dict(row)  # type: ignore[call-overload]
    return LabelEvent(**values | {"action": Action(values["action"])})
