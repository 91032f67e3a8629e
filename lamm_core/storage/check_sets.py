"""Items set apart for check sets that grow, and which items of the pool nearly repeat a check item.

`item.check_order` is set for items that were drawn, and for no other. `item.twin_id` of a check item says only whether
the pool was compared with it: 0 where it was, nothing where it was not yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, or_, select, text, update

from lamm_core.records import ItemState, Purpose
from lamm_core.storage.tables import item

# SQLite takes at most 32,766 bound values in one statement.
_CHUNK = 2_000


def imported_languages(connection: Connection, project_id: int) -> set[str]:
    """Languages that have labelled check items which were imported; these are used as they are."""
    # Said as the index on them says it, which is not used otherwise.
    query = (
        select(item.c.purpose, item.c.language, item.c.state)
        .where(item.c.project_id == project_id, text("check_order IS NULL AND purpose <> 'pool'"))
        .distinct()
    )
    wanted = (Purpose.CHECK, ItemState.LABELLED)
    return {row.language for row in connection.execute(query) if (row.purpose, row.state) == wanted}


def free_items(connection: Connection, project_id: int, language: str) -> list[Row[Any]]:
    """Pool items that no batch has and nobody labelled or skipped: rows with id and external_id, in order of id."""
    query = select(item.c.id, item.c.external_id).where(_free(project_id, Purpose.POOL), item.c.language == language)
    return list(connection.execute(query.order_by(item.c.id)))


def set_apart(connection: Connection, project_id: int, orders: Mapping[int, float]) -> None:
    """Move pool items into the check set, but those that a batch has by now, or somebody labelled or skipped.

    Args:
        orders: item id to its place in the random order in which check items are asked.
    """
    if not orders:
        return
    change = (
        update(item)
        .where(item.c.id == bindparam("drawn_id"), _free(project_id, Purpose.POOL))
        .values(purpose=Purpose.CHECK, check_order=bindparam("drawn_order"), twin_id=None)
    )
    rows = [{"drawn_id": item_id, "drawn_order": order} for item_id, order in sorted(orders.items())]
    connection.execute(change, rows)


def give_back(connection: Connection, project_id: int, language: str) -> int:
    """Move drawn items that were never asked back into the pool; returns how many."""
    drawn = and_(_free(project_id, Purpose.CHECK), item.c.check_order.is_not(None), item.c.language == language)
    ids = list(connection.execute(select(item.c.id).where(drawn).order_by(item.c.id)).scalars())
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        back = update(item).where(item.c.id.in_(chunk), drawn)
        connection.execute(back.values(purpose=Purpose.POOL, check_order=None, twin_id=None))
        # What nearly repeated one of them may nearly repeat another one.
        repeating = and_(_of(project_id, Purpose.POOL), item.c.twin_id.in_(chunk))
        connection.execute(update(item).where(repeating).values(twin_id=None))
    return len(ids)


def next_items(connection: Connection, project_id: int, language: str, count: int) -> list[int]:
    """Ids of the drawn items that are asked next."""
    query = select(item.c.id).where(
        _free(project_id, Purpose.CHECK), item.c.check_order.is_not(None), item.c.language == language
    )
    return list(connection.execute(query.order_by(item.c.check_order, item.c.id).limit(count)).scalars())


@dataclass(frozen=True)
class ToCompare:
    """What of a language is to be compared; each pair of a pool item and a check item comes up once.

    Attributes:
        new_pool: pool items that were compared with no check item yet.
        old_pool: pool items that repeat none of the check items they were compared with.
        check: all check items.
        new_check: check items that the pool was not compared with yet.
    """

    new_pool: list[int]
    old_pool: list[int]
    check: list[int]
    new_check: list[int]


def to_compare(connection: Connection, project_id: int, language: str) -> ToCompare:
    """Ids of the items of a language by what they are to be compared with, in their order."""
    query = (
        select(item.c.id, item.c.purpose, item.c.twin_id)
        .where(item.c.project_id == project_id, item.c.language == language, item.c.state != ItemState.ASIDE)
        .where(or_(item.c.purpose == Purpose.CHECK, item.c.twin_id.is_(None), item.c.twin_id == 0))
        .order_by(item.c.id)
    )
    rows = connection.execute(query).all()
    pool = [row for row in rows if row.purpose == Purpose.POOL]
    check = [row for row in rows if row.purpose == Purpose.CHECK]
    return ToCompare(
        new_pool=[row.id for row in pool if row.twin_id is None],
        old_pool=[row.id for row in pool if row.twin_id is not None],
        check=[row.id for row in check],
        new_check=[row.id for row in check if row.twin_id is None],
    )


def save_compared(connection: Connection, found: ToCompare, twins: Mapping[int, int]) -> None:
    """Store what a comparison found; items that left the pool or the check set meanwhile are compared again.

    Args:
        found: what was compared.
        twins: pool item to the check item that it nearly repeats.
    """
    _set_twins(connection, found.new_check, Purpose.CHECK, 0)
    _set_twins(connection, [each for each in found.new_pool if each not in twins], Purpose.POOL, 0)
    if twins:
        change = update(item).where(item.c.id == bindparam("pool_id"), item.c.purpose == Purpose.POOL)
        rows = [{"pool_id": pool_id, "check_id": check_id} for pool_id, check_id in sorted(twins.items())]
        connection.execute(change.values(twin_id=bindparam("check_id")), rows)


def _set_twins(connection: Connection, ids: Sequence[int], purpose: Purpose, twin_id: int) -> None:
    for start in range(0, len(ids), _CHUNK):
        change = update(item).where(item.c.id.in_(ids[start : start + _CHUNK]), item.c.purpose == purpose)
        connection.execute(change.values(twin_id=twin_id))


def _of(project_id: int, purpose: Purpose) -> ColumnElement[bool]:
    return and_(item.c.project_id == project_id, item.c.purpose == purpose)


def _free(project_id: int, purpose: Purpose) -> ColumnElement[bool]:
    return and_(_of(project_id, purpose), item.c.state == ItemState.UNLABELLED)
