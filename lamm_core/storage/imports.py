"""What an import asks of the items that are there, and how it adds many at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from lamm_core.records import Action, ItemState, NewItem, NewLabel, Purpose, Source
from lamm_core.storage.bulk import chunks, insert_rows, refresh_statistics, stored_moment
from lamm_core.storage.tables import item, label, project_class

_ITEM_COLUMNS = (
    "project_id",
    "external_id",
    "language",
    "text",
    "text_key",
    "purpose",
    "state",
    "class_id",
    "created_at",
    "language_guess",
)
_LABEL_COLUMNS = (
    "project_id",
    "item_id",
    "annotator_id",
    "revision",
    "action",
    "class_id",
    "source",
    "seconds",
    "created_at",
    "comment",
    "flagged",
)
_SET_CLASS = (
    update(item).where(item.c.id == bindparam("item")).values(state=ItemState.LABELLED, class_id=bindparam("class_"))
)


@dataclass(frozen=True, slots=True)
class StoredItem:
    """What an import must know of an item that is there already.

    Attributes:
        drawn: it came for the pool, and was drawn for the check set.
        guessed: its language was guessed, and nobody has looked at it yet.
        class_name: the class that it has.
    """

    id: int
    language: str
    text_key: bytes
    purpose: Purpose
    drawn: bool
    guessed: bool
    class_name: str | None


@dataclass(frozen=True, slots=True)
class LastAct:
    """The newest act of an annotator on an item; `class_name` is None where it is no label."""

    revision: int
    class_name: str | None


def newest_item_id(connection: Connection, project_id: int) -> int:
    """The highest id of an item of a project; 0 where it has none."""
    query = select(item.c.id).where(item.c.project_id == project_id).order_by(item.c.id.desc()).limit(1)
    return int(connection.execute(query).scalar_one_or_none() or 0)


def existing_items(connection: Connection, project_id: int, external_ids: Sequence[str]) -> dict[str, StoredItem]:
    """External id to item, for those of the given ids that the project has already."""
    found: dict[str, StoredItem] = {}
    for chunk in chunks(external_ids):
        query = (
            select(
                item.c.external_id,
                item.c.id,
                item.c.language,
                item.c.text_key,
                item.c.purpose,
                item.c.check_order.is_not(None).label("drawn"),
                item.c.language_guess.is_not(None).label("guessed"),
                project_class.c.name,
            )
            .outerjoin(project_class, project_class.c.id == item.c.class_id)
            .where(item.c.project_id == project_id, item.c.external_id.in_(chunk))
        )
        for row in connection.execute(query):
            found[row.external_id] = StoredItem(
                row.id, row.language, row.text_key, Purpose(row.purpose), bool(row.drawn), bool(row.guessed), row.name
            )
    return found


def keys_of_purpose(
    connection: Connection, project_id: int, purpose: Purpose, among: Collection[bytes] | None = None
) -> set[bytes]:
    """Text keys of the items of one purpose.

    Args:
        among: give only those that are among these; None gives all.
    """
    query = select(item.c.text_key).where(item.c.project_id == project_id, item.c.purpose == purpose)
    if among is None:
        return set(connection.execute(query).scalars())
    found: set[bytes] = set()
    for chunk in chunks(list(among)):
        found.update(connection.execute(query.where(item.c.text_key.in_(chunk))).scalars())
    return found


def add_items(
    connection: Connection,
    project_id: int,
    new_items: Sequence[NewItem],
    keys: Sequence[bytes],
    class_ids: dict[str, int],
    now: datetime,
) -> None:
    """Store items whose external ids are not in the project yet. Their labels are added by `add_labels`.

    Args:
        keys: text key of each item.
        class_ids: class name to id, from `projects.class_ids`.
    """
    moment = stored_moment(connection, now)
    rows = (
        (
            project_id,
            new.external_id,
            new.language,
            new.text,
            key,
            new.purpose.value,
            (ItemState.UNLABELLED if new.label is None else ItemState.LABELLED).value,
            None if new.label is None else class_ids[new.label.class_name],
            moment,
            new.language_guess,
        )
        for new, key in zip(new_items, keys, strict=True)
    )
    insert_rows(connection, item, _ITEM_COLUMNS, rows)


def ids_of(connection: Connection, project_id: int, external_ids: Sequence[str]) -> dict[str, int]:
    """External id to the id of the item."""
    found: dict[str, int] = {}
    for chunk in chunks(external_ids):
        query = select(item.c.external_id, item.c.id).where(
            item.c.project_id == project_id, item.c.external_id.in_(chunk)
        )
        found.update({row.external_id: row.id for row in connection.execute(query)})
    return found


@dataclass(frozen=True, slots=True)
class ImportedLabel:
    """A label to be stored.

    Attributes:
        annotator_id: who gave it; None where nobody knows.
        revision: number of the act among those of this annotator on this item, from 1.
    """

    item_id: int
    annotator_id: int | None
    revision: int
    label: NewLabel


def note_growth(connection: Connection) -> None:
    """Tell the database, where it wants to be told, that an import has begun to fill its tables."""
    refresh_statistics(connection, item, label)


def add_labels(
    connection: Connection,
    project_id: int,
    labels: Sequence[ImportedLabel],
    class_ids: dict[str, int],
    now: datetime,
) -> None:
    """Append labels of source `import`, in their order."""
    rows = (
        (
            project_id,
            new.item_id,
            new.annotator_id,
            new.revision,
            Action.LABEL.value,
            class_ids[new.label.class_name],
            Source.IMPORT.value,
            new.label.seconds,
            stored_moment(connection, new.label.labelled_at or now),
            new.label.comment,
            new.label.flagged,
        )
        for new in labels
    )
    insert_rows(connection, label, _LABEL_COLUMNS, rows)


def decide_by_newest(connection: Connection, item_ids: Sequence[int]) -> None:
    """Let the newest label of each of these items be the one that decides its class."""
    newest = select(func.max(label.c.id)).where(label.c.item_id == item.c.id).scalar_subquery()
    for chunk in chunks(item_ids):
        connection.execute(update(item).where(item.c.id.in_(chunk)).values(label_id=newest))


def set_classes(connection: Connection, classes: Mapping[int, int]) -> None:
    """Give items the class of their newest label.

    Args:
        classes: item id to class id.
    """
    for chunk in chunks(list(classes)):
        connection.execute(_SET_CLASS, [{"item": item_id, "class_": classes[item_id]} for item_id in chunk])
    decide_by_newest(connection, list(classes))


def last_acts(connection: Connection, item_ids: Sequence[int]) -> dict[tuple[int, int | None], LastAct]:
    """(item id, annotator id) to the newest act of that annotator; the annotator of imported labels may be None."""
    found: dict[tuple[int, int | None], LastAct] = {}
    for chunk in chunks(item_ids):
        query = (
            select(
                label.c.item_id,
                label.c.annotator_id,
                label.c.revision,
                label.c.action,
                project_class.c.name,
            )
            .outerjoin(project_class, project_class.c.id == label.c.class_id)
            .where(label.c.item_id.in_(chunk))
            .order_by(label.c.id)
        )
        for row in connection.execute(query):
            class_name = row.name if row.action == Action.LABEL else None
            found[row.item_id, row.annotator_id] = LastAct(row.revision, class_name)
    return found
