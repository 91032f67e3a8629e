"""What annotators made of the items of a language: where they agree, how fast they are, and the texts themselves."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select, true

from lamm_core.records import Action, Purpose, Source
from lamm_core.storage.tables import annotator, item, label, project_class

# SQLite takes at most 32,766 bound values in one statement.
_CHUNK = 2_000


def read_opinions(
    connection: Connection, project_id: int, language: str | None = None, *, shared: bool = False
) -> list[Row[Any]]:
    """What each annotator says of each item, by item and annotator.

    An annotator counts with the newest act on an item, and only where that is a label: one that was taken back, or
    followed by a skip, does not stand. Labels of an import that does not say who gave them are nobody's, and gold items
    say how people agree with what is known, not with each other.

    Args:
        language: only items of this language; None takes all.
        shared: only items about which two annotators or more say something.

    Returns:
        rows with label_id, item_id, language, annotator, class_name and seconds, which may be None.
    """
    of_people = and_(
        label.c.project_id == project_id,
        label.c.annotator_id.is_not(None),
        item.c.purpose != Purpose.GOLD,
        true() if language is None else item.c.language == language,
    )
    newest = (
        select(func.max(label.c.id))
        .join(item, item.c.id == label.c.item_id)
        .where(of_people)
        .group_by(label.c.item_id, label.c.annotator_id)
    )
    if shared:
        newest = newest.where(label.c.item_id.in_(of_several(project_id)))
    query = (
        select(
            label.c.id.label("label_id"),
            label.c.item_id,
            item.c.language,
            annotator.c.name.label("annotator"),
            project_class.c.name.label("class_name"),
            label.c.seconds,
        )
        .join(item, item.c.id == label.c.item_id)
        .join(annotator, annotator.c.id == label.c.annotator_id)
        .join(project_class, project_class.c.id == label.c.class_id)
        .where(label.c.id.in_(newest), label.c.action == Action.LABEL)
        .order_by(label.c.item_id, label.c.annotator_id)
    )
    rows: list[Row[Any]] = list(connection.execute(query))
    if not shared:
        return rows
    # One of two may have taken the label back.
    opinions = Counter(row.item_id for row in rows)
    return [row for row in rows if opinions[row.item_id] > 1]


def of_several(project_id: int) -> Select[tuple[int]]:
    """Ids of the items on which two annotators or more have acted."""
    return (
        select(label.c.item_id)
        .where(label.c.project_id == project_id, label.c.annotator_id.is_not(None))
        .group_by(label.c.item_id)
        .having(func.min(label.c.annotator_id) < func.max(label.c.annotator_id))
    )


def recent_speeds(connection: Connection, project_id: int, language: str, most: int) -> list[tuple[str, float]]:
    """Name of the annotator and seconds taken, for the newest timed labels of a language, newest first; no gold items.

    Args:
        most: how many labels are looked at.
    """
    query = (
        select(annotator.c.name, label.c.seconds)
        .join(item, item.c.id == label.c.item_id)
        .join(annotator, annotator.c.id == label.c.annotator_id)
        .where(
            label.c.project_id == project_id,
            item.c.language == language,
            item.c.purpose != Purpose.GOLD,
            label.c.action == Action.LABEL,
            label.c.source == Source.HUMAN,
            label.c.seconds.is_not(None),
        )
        .order_by(label.c.id.desc())
        .limit(most)
    )
    return [(row.name, float(row.seconds)) for row in connection.execute(query)]


def read_names_and_texts(
    connection: Connection, project_id: int, item_ids: Sequence[int]
) -> dict[int, tuple[str, str]]:
    """Item id to external id and text, for those of the given items that the project has."""
    found: dict[int, tuple[str, str]] = {}
    for start in range(0, len(item_ids), _CHUNK):
        chunk = [int(each) for each in item_ids[start : start + _CHUNK]]
        query = select(item.c.id, item.c.external_id, item.c.text).where(
            item.c.project_id == project_id, item.c.id.in_(chunk)
        )
        found |= {row.id: (row.external_id, row.text) for row in connection.execute(query)}
    return found
