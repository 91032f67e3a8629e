"""What annotators made of the items of a language: where they agree, how fast they are, and the texts themselves."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from lamm_core.records import Action, Purpose, Source
from lamm_core.storage.tables import annotator, item, label

# SQLite takes at most 32,766 bound values in one statement.
_CHUNK = 2_000


def count_agreement(connection: Connection, project_id: int, language: str) -> tuple[int, int]:
    """Items that two or more annotators labelled, and those of them to which all of these gave the same class.

    An annotator counts with the newest act on an item, and only where that is a label: one that was taken back, or
    followed by a skip, does not stand. Labels that came with an import are nobody's, and gold items say how people
    agree with what is known, not with each other.
    """
    of_people = (
        (label.c.project_id == project_id)
        & (label.c.source == Source.HUMAN)
        & label.c.annotator_id.is_not(None)
        & (item.c.language == language)
        & (item.c.purpose != Purpose.GOLD)
    )
    newest = (
        select(func.max(label.c.id))
        .join(item, item.c.id == label.c.item_id)
        .where(of_people)
        .group_by(label.c.item_id, label.c.annotator_id)
    )
    classes = func.count(label.c.class_id.distinct())
    opinions = (
        select(classes.label("classes"))
        .where(label.c.id.in_(newest), label.c.action == Action.LABEL)
        .group_by(label.c.item_id)
        .having(func.count() > 1)
        .subquery()
    )
    agreed = func.count().filter(opinions.c.classes == 1)
    row = connection.execute(select(func.count(), agreed).select_from(opinions)).one()
    return int(row[0]), int(row[1])


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
