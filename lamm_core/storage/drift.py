"""Drift: what rounds saw of how texts differ from the check sets."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, insert, select

from lamm_core.records import DriftPart, RoundDrift
from lamm_core.storage.tables import item, round_, round_drift


def add_drift(connection: Connection, round_id: int, found: Sequence[RoundDrift]) -> None:
    """Store what a round saw."""
    rows = [{"round_id": round_id, **asdict(each), "unlike": list(each.unlike)} for each in found]
    if rows:
        connection.execute(insert(round_drift), rows)


def list_drift(connection: Connection, project_id: int, language: str | None = None) -> dict[int, list[RoundDrift]]:
    """Number of a round to what it saw, for all rounds of a project that looked, oldest first.

    Args:
        language: what they saw of this language only; None for all.
    """
    query = (
        select(round_drift, round_.c.number)
        .join(round_, round_.c.id == round_drift.c.round_id)
        .where(round_.c.project_id == project_id)
        .order_by(round_drift.c.id)
    )
    if language is not None:
        query = query.where(round_drift.c.language == language)
    found: dict[int, list[RoundDrift]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["number"], []).append(_drift(row))
    return found


def newest_drift(connection: Connection, project_id: int) -> list[RoundDrift]:
    """What the newest round that looked saw; nothing before the first."""
    newest = (
        select(func.max(round_.c.id))
        .join(round_drift, round_drift.c.round_id == round_.c.id)
        .where(round_.c.project_id == project_id)
        .scalar_subquery()
    )
    query = select(round_drift).where(round_drift.c.round_id == newest).order_by(round_drift.c.id)
    return [_drift(row) for row in connection.execute(query).mappings()]


def count_looks(connection: Connection, project_id: int) -> int:
    """How often a project has looked."""
    query = (
        select(func.max(round_drift.c.look))
        .join(round_, round_.c.id == round_drift.c.round_id)
        .where(round_.c.project_id == project_id)
    )
    return connection.execute(query).scalar() or 0


def came_at(connection: Connection, item_id: int) -> datetime:
    """When an item came into the project, in UTC."""
    found: datetime = connection.execute(select(item.c.created_at).where(item.c.id == item_id)).scalar_one()
    return found


def _drift(row: RowMapping) -> RoundDrift:
    values = {name: row[name] for name in RoundDrift.__dataclass_fields__}
    return RoundDrift(**values | {"part": DriftPart(row["part"]), "unlike": tuple(row["unlike"])})
