"""Items: texts of the pool and of the check set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    CompoundSelect,
    Connection,
    Row,
    bindparam,
    delete,
    func,
    insert,
    null,
    select,
    text,
    union_all,
    update,
)

from lamm_core.records import ItemState, Purpose
from lamm_core.storage.tables import item, item_total, project_class

# SQLite takes at most 32,766 bound values in one statement.
_CHUNK = 2_000
_KEYS = 20_000  # read at once
# Statements of every label are made once: making one costs more than running it.
_FIND = select(item).where(item.c.id == bindparam("item"), item.c.project_id == bindparam("project")).with_for_update()
_SET = update(item).where(item.c.id == bindparam("item"))


@dataclass(frozen=True, eq=False)
class ItemTable:
    """Items as columns, in the order of their ids.

    Attributes:
        ids: `(n,)` global item ids.
        languages: `(n,)`.
        keys: n text keys for the embedding store.
        classes: `(n,)` class names; empty text where an item has none.
        label_ids: `(n,)` id of the label that decides each item's class; 0 where an item has none.
        states: `(n,)` values of `ItemState`.
        repeats: `(n,)` pool items that nearly repeat a check item, so that no model may learn from them.
    """

    ids: NDArray[np.int64]
    languages: NDArray[np.str_]
    keys: list[bytes]
    classes: NDArray[np.str_]
    label_ids: NDArray[np.int64]
    states: NDArray[np.str_]
    repeats: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)

    def joined(self, other: "ItemTable") -> "ItemTable":
        """These items and after them those of another table."""
        return ItemTable(
            np.concatenate([self.ids, other.ids]),
            np.concatenate([self.languages, other.languages]),
            [*self.keys, *other.keys],
            np.concatenate([self.classes, other.classes]),
            np.concatenate([self.label_ids, other.label_ids]),
            np.concatenate([self.states, other.states]),
            np.concatenate([self.repeats, other.repeats]),
        )

    def where(self, mask: NDArray[np.bool_]) -> "ItemTable":
        """The items for which the mask holds."""
        rows = np.flatnonzero(mask)
        return ItemTable(
            self.ids[rows],
            self.languages[rows],
            [self.keys[row] for row in rows],
            self.classes[rows],
            self.label_ids[rows],
            self.states[rows],
            self.repeats[rows],
        )

    def with_classes(self, classes: Mapping[int, str]) -> "ItemTable":
        """These items, some of them with another class.

        Args:
            classes: item id to class; ids of other items are passed over.
        """
        if not classes:
            return self
        changed = [classes.get(item_id, name) for item_id, name in zip(self.ids.tolist(), self.classes, strict=True)]
        return replace(self, classes=np.array(changed, dtype=str))


def read_items(connection: Connection, project_id: int, purpose: Purpose) -> ItemTable:
    """All items of one purpose but those set aside as columns, in the order of their ids, without their texts."""
    query = (
        select(
            item.c.id,
            item.c.language,
            item.c.text_key,
            item.c.label_id,
            item.c.state,
            item.c.twin_id,
            project_class.c.name,
        )
        .outerjoin(project_class, project_class.c.id == item.c.class_id)
        .where(item.c.project_id == project_id, item.c.purpose == purpose, item.c.state != ItemState.ASIDE)
        .order_by(item.c.id)
    )
    rows = connection.execute(query).all()
    return ItemTable(
        ids=np.fromiter((row.id for row in rows), dtype=np.int64, count=len(rows)),
        languages=np.array([row.language for row in rows], dtype=str),
        keys=[row.text_key for row in rows],
        classes=np.array([row.name or "" for row in rows], dtype=str),
        label_ids=np.fromiter((row.label_id or 0 for row in rows), dtype=np.int64, count=len(rows)),
        states=np.array([row.state for row in rows], dtype=str),
        repeats=np.fromiter(((row.twin_id or 0) > 0 for row in rows), dtype=np.bool_, count=len(rows)),
    )


def iter_text_keys(
    connection: Connection, project_id: int, purposes: Sequence[Purpose]
) -> Iterator[tuple[NDArray[np.int64], list[bytes]]]:
    """Ids `(n,)` and text keys of all items of these purposes, some ten thousand at a time, in no certain order."""
    query = (
        select(item.c.id, item.c.text_key)
        .where(item.c.project_id == project_id, item.c.purpose.in_(purposes))
        .execution_options(yield_per=_KEYS)
    )
    for rows in connection.execute(query).partitions():
        yield np.fromiter((row.id for row in rows), np.int64, len(rows)), [row.text_key for row in rows]


def read_texts(connection: Connection, item_ids: Sequence[int] | NDArray[np.int64]) -> Iterator[tuple[int, str]]:
    """Id and text of the given items, in chunks."""
    for start in range(0, len(item_ids), _CHUNK):
        chunk = [int(each) for each in item_ids[start : start + _CHUNK]]
        for row in connection.execute(select(item.c.id, item.c.text).where(item.c.id.in_(chunk))):
            yield row.id, row.text


def texts_of_language(connection: Connection, project_id: int, language: str) -> list[str]:
    """The texts of a language, whatever they are for."""
    query = select(item.c.text).where(item.c.project_id == project_id, item.c.language == language)
    return list(connection.execute(query).scalars())


def external_ids(connection: Connection, project_id: int, purpose: Purpose | None = None) -> list[str]:
    """The users' own ids of a project's items.

    Args:
        purpose: of items for this only; None for all.
    """
    query = select(item.c.external_id).where(item.c.project_id == project_id)
    if purpose is not None:
        query = query.where(item.c.purpose == purpose)
    return list(connection.execute(query).scalars())


def find_item(connection: Connection, project_id: int, item_id: int) -> Row[Any] | None:
    """One item, locked until the transaction ends, so that two acts on it follow each other."""
    return connection.execute(_FIND, {"item": item_id, "project": project_id}).one_or_none()


def get_items(connection: Connection, item_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Item id to item, for those of the given ids that are there."""
    found: dict[int, Row[Any]] = {}
    for start in range(0, len(item_ids), _CHUNK):
        query = select(item).where(item.c.id.in_(item_ids[start : start + _CHUNK]))
        found |= {row.id: row for row in connection.execute(query)}
    return found


def set_item(
    connection: Connection, item_id: int, state: ItemState, class_id: int | None = None, label_id: int | None = None
) -> None:
    """Store where an item stands and what its newest label says."""
    connection.execute(_SET, {"item": item_id, "state": state, "class_id": class_id, "label_id": label_id})


def set_states(connection: Connection, item_ids: Sequence[int], state: ItemState) -> None:
    """Set the state of many items."""
    for start in range(0, len(item_ids), _CHUNK):
        chunk = [int(each) for each in item_ids[start : start + _CHUNK]]
        connection.execute(update(item).where(item.c.id.in_(chunk)).values(state=state))


def count_items(connection: Connection, project_id: int) -> dict[tuple[Purpose, str, ItemState], int]:
    """Number of items by (purpose, language, state).

    Those that nobody has touched are most of a large project; they are what the others leave of the totals.
    """
    counts: dict[tuple[Purpose, str, ItemState], int] = {}
    untouched: dict[tuple[Purpose, str], int] = {}
    for row in connection.execute(_COUNTS, {"project": project_id}):
        purpose, items = Purpose(row.purpose), int(row.items)
        if row.state is not None:
            counts[purpose, row.language, ItemState(row.state)] = items
            items = -items
        untouched[purpose, row.language] = untouched.get((purpose, row.language), 0) + items
    rest = {(*each, ItemState.UNLABELLED): items for each, items in untouched.items() if items}
    return counts | rest


def count_anew(connection: Connection, project_id: int) -> None:
    """Bring the totals of a project up to date, which must be locked (`projects.lock_project`).

    To be called in every transaction that adds items, or changes what they are for or their language.
    """
    found = connection.execute(_TOTALS, {"project": project_id}).all()
    connection.execute(delete(item_total).where(item_total.c.project_id == project_id))
    if found:
        rows = [{"project_id": project_id, **row._mapping} for row in found]
        connection.execute(insert(item_total), rows)


def _counts() -> CompoundSelect[Any]:
    of_project, touched = item.c.project_id == bindparam("project"), set(ItemState) - {ItemState.UNLABELLED}
    total = select(
        item_total.c.purpose, item_total.c.language, null().label("state"), item_total.c.total.label("items")
    ).where(item_total.c.project_id == bindparam("project"))
    # Purposes and states by name, so that the index leads to the touched ones alone.
    by_state = (
        select(item.c.purpose, item.c.language, item.c.state, func.count().label("items"))
        .where(of_project, item.c.purpose.in_(list(Purpose)), item.c.state.in_(sorted(touched)))
        .group_by(item.c.purpose, item.c.language, item.c.state)
    )
    return union_all(by_state, total)  # one statement sees both at the same moment


_COUNTS = _counts()
_TOTALS = (
    select(item.c.purpose, item.c.language, func.count().label("total"))
    .where(item.c.project_id == bindparam("project"))
    .group_by(item.c.purpose, item.c.language)
)


def has_items(connection: Connection, project_id: int) -> bool:
    """Whether a project has any text, of whatever purpose."""
    return connection.execute(select(item.c.id).where(item.c.project_id == project_id).limit(1)).first() is not None


def count_near_duplicates(connection: Connection, project_id: int, state: ItemState | None = None) -> dict[str, int]:
    """Language to its pool items that nearly repeat a check item and are kept out of training, where it has any.

    Args:
        state: count those in this state only; None counts all.
    """
    # Said as the index on them says it, which is not used otherwise; only items of the pool have a twin.
    query = (
        select(item.c.language, item.c.state, func.count().label("items"))
        .where(item.c.project_id == project_id, text("twin_id > 0"))
        .group_by(item.c.language, item.c.state)
    )
    found: dict[str, int] = {}
    for row in connection.execute(query):
        if state in (None, row.state):
            found[row.language] = found.get(row.language, 0) + int(row.items)
    return found


def has_unlabelled(connection: Connection, project_id: int) -> bool:
    """Whether the pool holds an item to choose: no batch has it, nobody labelled or skipped it, nor is it set aside.

    Set aside is what nearly repeats a check item or another text of the pool.
    """
    query = select(item.c.id).where(
        item.c.project_id == project_id,
        item.c.purpose == Purpose.POOL,
        item.c.state == ItemState.UNLABELLED,
        func.coalesce(item.c.twin_id, 0) == 0,
    )
    return connection.execute(query.limit(1)).first() is not None


def still_unlabelled(connection: Connection, item_ids: Sequence[int]) -> set[int]:
    """Those of the given items that nobody has labelled, skipped or queued by now."""
    found: set[int] = set()
    for start in range(0, len(item_ids), _CHUNK):
        chunk = item_ids[start : start + _CHUNK]
        query = select(item.c.id).where(item.c.id.in_(chunk), item.c.state == ItemState.UNLABELLED)
        found |= set(connection.execute(query.with_for_update()).scalars())
    return found
