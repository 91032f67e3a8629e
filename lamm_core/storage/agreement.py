"""What annotators made of the items of a language: where they agree, how fast they are, and the texts themselves."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Select, func, select, true

from lamm_core.records import Action, Purpose
from lamm_core.storage.labels import newest_timed
from lamm_core.storage.tables import annotator, item, label, project_class

# SQLite takes at most 32,766 bound values in one statement.
_CHUNK = 2_000


class Opinion(NamedTuple):
    """What an annotator says of an item about which others say something too."""

    label_id: int
    item_id: int
    language: str
    annotator: str
    class_name: str


def read_opinions(
    connection: Connection, project_id: int, language: str | None = None, item_ids: Sequence[int] | None = None
) -> list[Opinion]:
    """What each annotator says of each item about which two of them or more say something, by item and annotator.

    An annotator counts with the newest act on an item, and only where that is a label: one that was taken back, or
    followed by a skip, does not stand. Labels of an import that does not say who gave them are nobody's, and gold items
    say how people agree with what is known, not with each other.

    Args:
        language: only items of this language; None takes all.
        item_ids: only these items, some thousands at most; None takes all.
    """
    # A bound list is worth more than a look for all items that several have acted on.
    several = of_several(project_id) if item_ids is None else item_ids
    newest = (
        select(func.max(label.c.id))
        .where(label.c.project_id == project_id, label.c.annotator_id.is_not(None))
        .where(label.c.item_id.in_(several))
        .group_by(label.c.item_id, label.c.annotator_id)
    )
    query = (
        select(
            label.c.id.label("label_id"),
            label.c.item_id,
            item.c.language,
            annotator.c.name.label("annotator"),
            project_class.c.name.label("class_name"),
        )
        .join(item, item.c.id == label.c.item_id)
        .join(annotator, annotator.c.id == label.c.annotator_id)
        .join(project_class, project_class.c.id == label.c.class_id)
        .where(label.c.id.in_(newest), label.c.action == Action.LABEL, item.c.purpose != Purpose.GOLD)
        .where(true() if language is None else item.c.language == language)
        .order_by(label.c.item_id, label.c.annotator_id)
    )
    rows = [Opinion(*row) for row in connection.execute(query)]
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
        most: how many labels are looked at; those of other languages among them are passed over.
    """
    newest = newest_timed(project_id, most)
    query = (
        select(annotator.c.name, newest.c.seconds)
        .join(item, item.c.id == newest.c.item_id)
        .join(annotator, annotator.c.id == newest.c.annotator_id)
        .where(item.c.language == language, item.c.purpose != Purpose.GOLD)
        .order_by(newest.c.id.desc())
    )
    return [(row.name, float(row.seconds)) for row in connection.execute(query)]


def read_names_and_texts(
    connection: Connection, project_id: int, item_ids: Sequence[int]
) -> dict[int, tuple[str, str]]:
    """Item id to external id and text, for those of the given items that the project has."""
    found: dict[int, tuple[str, str]] = {}
    for start in range(0, len(item_ids), _CHUNK):
        chunk = [int(each) for each in item_ids[start : start + _CHUNK]]
        # Found by the ids alone: with the project in the condition SQLite may go through all its items.
        query = select(item.c.id, item.c.project_id, item.c.external_id, item.c.text).where(item.c.id.in_(chunk))
        rows = connection.execute(query)
        found |= {row.id: (row.external_id, row.text) for row in rows if row.project_id == project_id}
    return found
