"""Texts of the pool that nearly repeat an earlier one, and which of them are set aside.

`item.duplicate_of_id` is the earlier text that an item nearly repeats, which itself repeats none; with it goes a group
of texts. Which of a group are set aside follows from where they stand: as soon as one is labelled, skipped or in a
batch, all others wait; until then the earliest one stands and all others wait. Only texts that nobody labelled, skipped
or queued are set aside.

`project.compared_to` is the newest item that was held against the earlier ones.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, func, or_, select, update

from lamm_core.records import ItemState, Purpose
from lamm_core.storage.bulk import chunks
from lamm_core.storage.tables import item, project, project_class

_IDLE = (ItemState.UNLABELLED, ItemState.ASIDE)


def compared_to(connection: Connection, project_id: int) -> int:
    """The newest item that was held against the earlier ones; 0 where none was."""
    query = select(project.c.compared_to).where(project.c.id == project_id)
    return int(connection.execute(query).scalar_one() or 0)


def set_compared_to(connection: Connection, project_id: int, item_id: int) -> None:
    """Store which item is the newest that was held against the earlier ones."""
    connection.execute(update(project).where(project.c.id == project_id).values(compared_to=item_id))


def texts_after(connection: Connection, project_id: int, item_id: int, count: int) -> Sequence[Row[Any, Any, Any, Any]]:
    """id, language, text_key and text of the pool items that came after an item, in the order of their ids."""
    # As a sum it has no index: SQLite would take that and sort all of the project's items for each stretch of them.
    of_project = item.c.project_id + 0 == project_id
    query = select(item.c.id, item.c.language, item.c.text_key, item.c.text).where(
        of_project, item.c.id > item_id, item.c.purpose == Purpose.POOL
    )
    return connection.execute(query.order_by(item.c.id).limit(count)).all()


def key_of(connection: Connection, project_id: int, item_id: int) -> bytes | None:
    """Text key of an item; None where the project does not have it."""
    query = select(item.c.text_key).where(item.c.id == item_id, item.c.project_id == project_id)
    return connection.execute(query).scalar_one_or_none()


def repeating(connection: Connection, project_id: int) -> list[int]:
    """Ids of the items that nearly repeat an earlier one."""
    return list(connection.execute(select(item.c.id).where(_repeats(project_id)).order_by(item.c.id)).scalars())


def texts_in(connection: Connection, item_ids: Sequence[int], language: str) -> dict[int, str]:
    """Item id to text, of those of the items that are in this language still."""
    found: dict[int, str] = {}
    for chunk in chunks(item_ids):
        query = select(item.c.id, item.c.text).where(item.c.id.in_(chunk), item.c.language == language)
        found |= {row.id: row.text for row in connection.execute(query)}
    return found


def save_repeats(connection: Connection, repeats: Mapping[int, int]) -> None:
    """Store which items nearly repeat which; `set_aside` says what follows."""
    change = update(item).where(item.c.id == bindparam("repeats"), item.c.purpose == Purpose.POOL)
    rows = [{"repeats": item_id, "first": first} for item_id, first in sorted(repeats.items())]
    if rows:
        connection.execute(change.values(duplicate_of_id=bindparam("first")), rows)


def set_aside(connection: Connection, project_id: int) -> None:
    """Set aside what is to wait by where all stand now, and give back what is not."""
    followers = item.alias("followers")
    taken = select(followers.c.duplicate_of_id).where(
        followers.c.project_id == project_id, followers.c.duplicate_of_id.is_not(None), followers.c.state.not_in(_IDLE)
    )
    _move(connection, _repeats(project_id), ItemState.UNLABELLED, ItemState.ASIDE)
    _move(connection, and_(_of(project_id), item.c.id.in_(taken)), ItemState.UNLABELLED, ItemState.ASIDE)
    stands = and_(_of(project_id), item.c.duplicate_of_id.is_(None), item.c.id.not_in(taken))
    _move(connection, stands, ItemState.ASIDE, ItemState.UNLABELLED)


def give_back(connection: Connection, project_id: int) -> None:
    """Let everything that is set aside be chosen again."""
    _move(connection, _of(project_id), ItemState.ASIDE, ItemState.UNLABELLED)


def keep(connection: Connection, project_id: int, item_ids: Collection[int]) -> int:
    """Let items that are set aside be texts of their own, for good; returns how many there were."""
    aside = and_(_of(project_id), item.c.state == ItemState.ASIDE)
    kept = 0
    for chunk in chunks(list(item_ids)):
        found = list(connection.execute(select(item.c.id).where(aside, item.c.id.in_(chunk))).scalars())
        # What was labelled in place of the earliest text of its group is another text from now on.
        apart = and_(item.c.project_id == project_id, item.c.duplicate_of_id.in_(found), item.c.state.not_in(_IDLE))
        connection.execute(update(item).where(apart).values(duplicate_of_id=None))
        own = update(item).where(item.c.id.in_(found))
        connection.execute(own.values(duplicate_of_id=None, state=ItemState.UNLABELLED))
        kept += len(found)
    return kept


def part(connection: Connection, item_ids: Sequence[int]) -> None:
    """Take items out of their groups, because their language is another one; what repeats them stands by itself."""
    for chunk in chunks(item_ids):
        together = or_(
            and_(item.c.id.in_(chunk), item.c.duplicate_of_id.is_not(None)), item.c.duplicate_of_id.in_(chunk)
        )
        connection.execute(
            update(item).where(together, item.c.state == ItemState.ASIDE).values(state=ItemState.UNLABELLED)
        )
        connection.execute(update(item).where(together).values(duplicate_of_id=None))


def count_aside(connection: Connection, project_id: int) -> int:
    """How many items are set aside."""
    query = select(func.count()).where(_of(project_id), item.c.state == ItemState.ASIDE)
    return int(connection.execute(query).scalar_one())


@dataclass(frozen=True, slots=True)
class AsideItem:
    """An item that is set aside, beside the one that stands for it.

    Attributes:
        of_id, of_external_id, of_text: the item that stands for it.
        class_name: the class of that item; None while it has none.
    """

    id: int
    external_id: str
    language: str
    text: str
    of_id: int
    of_external_id: str
    of_text: str
    class_name: str | None


def list_aside(connection: Connection, project_id: int, most: int | None = None) -> list[AsideItem]:
    """Items that are set aside, the newest first, each with the one that stands for it.

    That is the first of its group that has a label, else the first that is skipped or in a batch, else the earliest.

    Args:
        most: how many of them; None for all.
    """
    group = func.coalesce(item.c.duplicate_of_id, item.c.id).label("group_id")
    query = (
        select(item.c.id, item.c.external_id, item.c.language, item.c.text, group)
        .where(_of(project_id), item.c.state == ItemState.ASIDE)
        .order_by(item.c.id.desc())
    )
    rows = connection.execute(query if most is None else query.limit(most)).all()
    standing = _standing(connection, project_id, sorted({row.group_id for row in rows}))
    found = []
    for row in rows:
        first = standing[row.group_id]
        found.append(
            AsideItem(
                row.id, row.external_id, row.language, row.text, first.id, first.external_id, first.text, first.name
            )
        )
    return found


def _standing(connection: Connection, project_id: int, groups: Sequence[int]) -> dict[int, Row[Any]]:
    """Group to the item that stands for the others of it: id, external_id, text, name (of its class)."""
    found: dict[int, Row[Any]] = {}
    for chunk in chunks(groups):
        for condition in (item.c.id.in_(chunk), item.c.duplicate_of_id.in_(chunk)):
            for row in connection.execute(_members(project_id).where(condition)):
                group = row.duplicate_of_id or row.id
                found[group] = min(found.get(group, row), row, key=_precedence)
    return found


def _members(project_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(item.c.id, item.c.external_id, item.c.text, item.c.state, item.c.duplicate_of_id, project_class.c.name)
        .outerjoin(project_class, project_class.c.id == item.c.class_id)
        .where(item.c.project_id == project_id, item.c.state != ItemState.ASIDE)
    )


def _precedence(row: Row[Any]) -> tuple[bool, bool, int]:
    return row.state != ItemState.LABELLED, row.state == ItemState.UNLABELLED, row.id


def _of(project_id: int) -> ColumnElement[bool]:
    return and_(item.c.project_id == project_id, item.c.purpose == Purpose.POOL)


def _repeats(project_id: int) -> ColumnElement[bool]:
    return and_(item.c.project_id == project_id, item.c.duplicate_of_id.is_not(None))


def _move(connection: Connection, which: ColumnElement[bool], before: ItemState, after: ItemState) -> None:
    change = update(item).where(which, item.c.purpose == Purpose.POOL, item.c.state == before)
    connection.execute(change.values(state=after))
