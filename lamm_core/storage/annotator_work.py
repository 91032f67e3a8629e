"""What each annotator did, counted by the database: acts by kind and by the time they took, and second thoughts.

Labels are append-only, so acts up to one are counted once and for all; those that a further act has replaced are few,
and are counted by themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, Select, and_, cast, func, select

from lamm_core.records import Action, Purpose, Source
from lamm_core.storage.labels import OF_PEOPLE
from lamm_core.storage.reviews import is_replaced
from lamm_core.storage.tables import item, label
from lamm_core.storage.team_tables import audit_event
from lamm_core.trail import AuditAction

# What changes acts that are there already: older ones come in, or their items get another language.
_CHANGES = (AuditAction.IMPORTED.value, AuditAction.LANGUAGES_CHECKED.value)


class Kind(NamedTuple):
    """Acts that are alike; `tenths` is how many tenths of a second they took, None where nobody knows."""

    annotator_id: int
    language: str
    source: Source
    action: Action
    flagged: bool
    tenths: int | None


class Span(NamedTuple):
    """When the first and the last of some acts was done, in UTC."""

    first: datetime
    last: datetime


@dataclass(frozen=True)
class Tally:
    """Acts of annotators on texts, gold items left out.

    Attributes:
        acts: how many there are of each kind.
        spans: when they were done, by (annotator id, language, source).
    """

    acts: Mapping[Kind, int]
    spans: Mapping[tuple[int, str, Source], Span]

    def __add__(self, other: "Tally") -> "Tally":
        acts, spans = dict(self.acts), dict(self.spans)
        for kind, count in other.acts.items():
            acts[kind] = acts.get(kind, 0) + count
        for key, span in other.spans.items():
            spans[key] = _around(spans.get(key, span), span)
        return Tally(acts, spans)


NOTHING = Tally({}, {})


def tally(connection: Connection, project_id: int, after: int, until: int | None = None) -> Tally:
    """Count acts, whatever became of them.

    Args:
        after: id of a label; 0 counts from the first.
        until: id of the last one that counts; None counts all that are there.
    """
    query = _counted().where(label.c.project_id == project_id, label.c.id > after)
    return _read(connection, query if until is None else query.where(label.c.id <= until))


def count_acts(connection: Connection, project_id: int, after: int) -> int:
    """How many acts there are after one, those on gold items and without an annotator among them."""
    query = select(func.count()).select_from(label).where(label.c.project_id == project_id, label.c.id > after)
    return int(connection.execute(query).scalar_one())


def items_acted_on(connection: Connection, project_id: int, after: int) -> set[int]:
    """Ids of the items on which annotators acted after an act."""
    # Made distinct here: SQLite would go through all acts, item by item, to do it.
    query = select(label.c.item_id).where(label.c.project_id == project_id, label.c.id > after)
    return set(connection.execute(query.where(label.c.annotator_id.is_not(None))).scalars())


def tally_replaced(connection: Connection, project_id: int) -> Tally:
    """Count the acts that a further one of the same annotator on the same item has replaced."""
    # Found first: otherwise SQLite would go through all acts of annotators.
    replaced = select(label.c.id).where(is_replaced(project_id)).cte("replaced")
    return _read(connection, _counted().where(label.c.id.in_(select(replaced.c.id))))


def count_edits(connection: Connection, project_id: int) -> dict[tuple[int, str], int]:
    """(annotator id, language) to the times that a person gave a class to a text again."""
    further = label.alias("further")
    again = select(further.c.item_id).where(further.c.project_id == project_id, further.c.revision > 1)
    given = (
        select(label.c.annotator_id, item.c.language, (func.count() - 1).label("edits"))
        .join(item, item.c.id == label.c.item_id)
        .where(_of_texts(), label.c.item_id.in_(again), OF_PEOPLE, label.c.action == Action.LABEL)
        .where(label.c.project_id == project_id)
        .group_by(label.c.annotator_id, label.c.item_id, item.c.language)
        .subquery()
    )
    query = select(given.c.annotator_id, given.c.language, func.sum(given.c.edits).label("edits"))
    rows = connection.execute(query.group_by(given.c.annotator_id, given.c.language))
    return {(row.annotator_id, row.language): int(row.edits) for row in rows}


def newest_act_before(connection: Connection, project_id: int, moment: datetime) -> tuple[int, datetime] | None:
    """Id and moment of the newest act of a person until a moment; None where there is none."""
    query = (
        select(label.c.id, label.c.created_at)
        .where(label.c.project_id == project_id, OF_PEOPLE, label.c.created_at <= moment)
        .order_by(label.c.created_at.desc(), label.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else (row.id, row.created_at)


def is_there(connection: Connection, label_id: int, moment: datetime) -> bool:
    """Whether the label of that id was given at that moment: not so once another database was put in its place."""
    query = select(label.c.id).where(label.c.id == label_id, label.c.created_at == moment)
    return connection.execute(query).first() is not None


def count_changes(connection: Connection, project_id: int) -> int:
    """How often something changed acts that were there already. It only grows, whatever is committed when."""
    query = select(func.count()).where(audit_event.c.project_id == project_id, audit_event.c.action.in_(_CHANGES))
    return int(connection.execute(query).scalar_one())


def _counted() -> Select[Any]:
    tenths = cast(func.round(10 * label.c.seconds), Integer).label("tenths")
    kind = (label.c.annotator_id, item.c.language, label.c.source, label.c.action, label.c.flagged, tenths)
    return (
        select(
            *kind,
            func.count().label("acts"),
            func.min(label.c.created_at).label("first"),
            func.max(label.c.created_at).label("last"),
        )
        .select_from(label)
        .join(item, item.c.id == label.c.item_id)
        .where(_of_texts())
        .group_by(*kind)
    )


def _of_texts() -> Any:
    return and_(label.c.annotator_id.is_not(None), item.c.purpose != Purpose.GOLD)


def _read(connection: Connection, query: Select[Any]) -> Tally:
    acts: dict[Kind, int] = {}
    spans: dict[tuple[int, str, Source], Span] = {}
    for row in connection.execute(query):
        kind = Kind(
            row.annotator_id, row.language, Source(row.source), Action(row.action), bool(row.flagged), row.tenths
        )
        acts[kind] = int(row.acts)
        span, key = Span(row.first, row.last), kind[:3]
        spans[key] = _around(spans.get(key, span), span)
    return Tally(acts, spans)


def _around(one: Span, other: Span) -> Span:
    return Span(min(one.first, other.first), max(one.last, other.last))
