"""Items: texts of the pool and of the check set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from lamm_core.records import Action, ItemState, NewItem, Purpose, Source
from lamm_core.storage.tables import item, label, project_class

# SQLite takes at most 32,766 bound values in one statement.
_CHUNK = 2_000
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


def add_items(
    connection: Connection,
    project_id: int,
    items: Sequence[NewItem],
    keys: Sequence[bytes],
    class_ids: dict[str, int],
    now: datetime,
) -> None:
    """Store items, and a label of source `import` for each that came with a class.

    Args:
        items: new items, whose external ids are not in the project yet.
        keys: text key of each item.
        class_ids: class name to id, from `projects.class_ids`.
    """
    for start in range(0, len(items), _CHUNK):
        rows = [
            _item_row(project_id, new, key, class_ids, now)
            for new, key in zip(items[start : start + _CHUNK], keys[start : start + _CHUNK], strict=True)
        ]
        connection.execute(insert(item), rows)
    add_imported_labels(connection, project_id, now)


def _item_row(project_id: int, new: NewItem, key: bytes, class_ids: dict[str, int], now: datetime) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "external_id": new.external_id,
        "language": new.language,
        "text": new.text,
        "text_key": key,
        "purpose": new.purpose,
        "state": ItemState.UNLABELLED if new.class_name is None else ItemState.LABELLED,
        "class_id": None if new.class_name is None else class_ids[new.class_name],
        "label_id": None,
        "created_at": now,
    }


def add_imported_labels(connection: Connection, project_id: int, now: datetime) -> None:
    """Write a label of source `import` for every item that has a class but no label yet."""
    fresh = (item.c.project_id == project_id) & item.c.class_id.is_not(None) & item.c.label_id.is_(None)
    rows = connection.execute(select(item.c.id, item.c.class_id).where(fresh).order_by(item.c.id)).all()
    labels = [
        {
            "project_id": project_id,
            "item_id": row.id,
            "annotator_id": None,
            "revision": 1,
            "action": Action.LABEL,
            "class_id": row.class_id,
            "source": Source.IMPORT,
            "seconds": None,
            "created_at": now,
            "flagged": False,
        }
        for row in rows
    ]
    if not labels:
        return
    connection.execute(insert(label), labels)
    newest = select(func.max(label.c.id)).where(label.c.item_id == item.c.id).scalar_subquery()
    connection.execute(update(item).where(fresh).values(label_id=newest))


@dataclass(frozen=True)
class StoredItem:
    """What an import must know of an item that is there already.

    Attributes:
        drawn: it came for the pool, and was drawn for the check set.
    """

    id: int
    language: str
    text_key: bytes
    purpose: Purpose
    drawn: bool
    class_name: str | None


def existing_items(connection: Connection, project_id: int, external_ids: Sequence[str]) -> dict[str, StoredItem]:
    """External id to item, for those of the given ids that the project has already."""
    found: dict[str, StoredItem] = {}
    for start in range(0, len(external_ids), _CHUNK):
        query = (
            select(
                item.c.external_id,
                item.c.id,
                item.c.language,
                item.c.text_key,
                item.c.purpose,
                item.c.check_order.is_not(None).label("drawn"),
                project_class.c.name,
            )
            .outerjoin(project_class, project_class.c.id == item.c.class_id)
            .where(item.c.project_id == project_id, item.c.external_id.in_(external_ids[start : start + _CHUNK]))
        )
        found |= {
            row.external_id: StoredItem(
                row.id, row.language, row.text_key, Purpose(row.purpose), bool(row.drawn), row.name
            )
            for row in connection.execute(query)
        }
    return found


def keys_of_purpose(connection: Connection, project_id: int, keys: Sequence[bytes], purpose: Purpose) -> set[bytes]:
    """Those of the given text keys that an item of this purpose has."""
    found: set[bytes] = set()
    for start in range(0, len(keys), _CHUNK):
        query = select(item.c.text_key).where(
            item.c.project_id == project_id,
            item.c.text_key.in_(keys[start : start + _CHUNK]),
            item.c.purpose == purpose,
        )
        found |= set(connection.execute(query).scalars())
    return found


def read_items(connection: Connection, project_id: int, purpose: Purpose) -> ItemTable:
    """All items of one purpose as columns, in the order of their ids, without their texts."""
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
        .where(item.c.project_id == project_id, item.c.purpose == purpose)
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


def read_texts(connection: Connection, item_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Id and text of the given items, in chunks."""
    for start in range(0, len(item_ids), _CHUNK):
        chunk = [int(each) for each in item_ids[start : start + _CHUNK]]
        for row in connection.execute(select(item.c.id, item.c.text).where(item.c.id.in_(chunk))):
            yield row.id, row.text


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
    """Number of items by (purpose, language, state)."""
    query = (
        select(item.c.purpose, item.c.language, item.c.state, func.count().label("items"))
        .where(item.c.project_id == project_id)
        .group_by(item.c.purpose, item.c.language, item.c.state)
    )
    return {
        (Purpose(row.purpose), row.language, ItemState(row.state)): int(row.items) for row in connection.execute(query)
    }


def has_items(connection: Connection, project_id: int) -> bool:
    """Whether a project has any text, of whatever purpose."""
    return connection.execute(select(item.c.id).where(item.c.project_id == project_id).limit(1)).first() is not None


def count_near_duplicates(connection: Connection, project_id: int, state: ItemState | None = None) -> dict[str, int]:
    """Language to its pool items that nearly repeat a check item and are kept out of training, where it has any.

    Args:
        state: count those in this state only; None counts all.
    """
    query = select(item.c.language, func.count().label("items")).where(
        item.c.project_id == project_id, item.c.purpose == Purpose.POOL, item.c.twin_id > 0
    )
    if state is not None:
        query = query.where(item.c.state == state)
    return {row.language: int(row.items) for row in connection.execute(query.group_by(item.c.language))}


def has_unlabelled(connection: Connection, project_id: int) -> bool:
    """Whether the pool holds an item to choose: no batch has it, nobody labelled or skipped it, nor is it set aside.

    Set aside is what nearly repeats a check item.
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
