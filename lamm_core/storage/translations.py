"""Translations of labelled items. They are kept whatever becomes of the labels, so that nothing is paid for twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select

from lamm_core.records import ItemState, Purpose
from lamm_core.storage.tables import item, project_class, translation

# SQLite takes at most 32,766 bound values in one statement.
_CHUNK = 2_000
# An item's language, the key of its text, and the language it is translated to.
TextToTranslate = tuple[str, bytes, str]


@dataclass(frozen=True)
class LabelledText:
    """A labelled item of the pool: what an estimate must know of it."""

    item_id: int
    language: str
    text_key: bytes
    characters: int


@dataclass(frozen=True)
class NewTranslation:
    """What a translator gave for an item; without a text and a key where it had nothing to give."""

    item_id: int
    language: str
    text: str | None
    text_key: bytes | None


@dataclass(frozen=True, eq=False)
class TranslationTable:
    """Translations that may be trained on, as columns, in the order of their items and languages.

    Attributes:
        ids: `(n,)` ids of the translations.
        item_ids: `(n,)` ids of the originals.
        languages: `(n,)` languages they were translated to.
        keys: n text keys for the embedding store.
        texts: n texts.
    """

    ids: NDArray[np.int64]
    item_ids: NDArray[np.int64]
    languages: NDArray[np.str_]
    keys: list[bytes]
    texts: list[str]

    def __len__(self) -> int:
        return len(self.ids)

    def where(self, mask: NDArray[np.bool_]) -> "TranslationTable":
        """The translations for which the mask holds."""
        rows = np.flatnonzero(mask)
        keys, texts = [self.keys[row] for row in rows], [self.texts[row] for row in rows]
        return TranslationTable(self.ids[rows], self.item_ids[rows], self.languages[rows], keys, texts)


def labelled_texts(connection: Connection, project_id: int) -> list[LabelledText]:
    """All labelled items of the pool, in the order of their ids."""
    query = (
        select(item.c.id, item.c.language, item.c.text_key, func.length(item.c.text).label("characters"))
        .where(_is_labelled(project_id))
        .order_by(item.c.id)
    )
    return [LabelledText(row.id, row.language, row.text_key, int(row.characters)) for row in connection.execute(query)]


def count_labelled(connection: Connection, project_id: int) -> int:
    """Number of labelled items of the pool."""
    return int(connection.execute(select(func.count()).select_from(item).where(_is_labelled(project_id))).scalar_one())


def answered(connection: Connection, project_id: int, translator: str) -> set[tuple[int, str]]:
    """(item id, language) of what need not be asked: there is a translation, or this translator had none."""
    query = select(translation.c.item_id, translation.c.language).where(
        translation.c.project_id == project_id,
        or_(translation.c.text.is_not(None), translation.c.translator == translator),
    )
    return {(row.item_id, row.language) for row in connection.execute(query)}


def answers_by_text(connection: Connection, project_id: int, translator: str) -> dict[TextToTranslate, int]:
    """What this translator was asked for already, for whichever item, and the id of its answer."""
    query = (
        select(item.c.language.label("source"), item.c.text_key, translation.c.language, translation.c.id)
        .join(item, item.c.id == translation.c.item_id)
        .where(translation.c.project_id == project_id, translation.c.translator == translator)
        .order_by(translation.c.id.desc())
    )
    return {(row.source, row.text_key, row.language): row.id for row in connection.execute(query)}


def read_answers(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Id to text and text key of the given translations."""
    found: dict[int, Row[Any]] = {}
    for start in range(0, len(ids), _CHUNK):
        query = select(translation.c.id, translation.c.text, translation.c.text_key)
        rows = connection.execute(query.where(translation.c.id.in_(ids[start : start + _CHUNK])))
        found |= {row.id: row for row in rows}
    return found


def save(
    connection: Connection, project_id: int, new: Sequence[NewTranslation], translator: str, now: datetime
) -> None:
    """Store translations, in place of what was stored for the same items and languages."""
    for start in range(0, len(new), _CHUNK):
        chunk = new[start : start + _CHUNK]
        wanted = {(each.item_id, each.language) for each in chunk}
        old = select(translation.c.id, translation.c.item_id, translation.c.language).where(
            translation.c.project_id == project_id, translation.c.item_id.in_({each.item_id for each in chunk})
        )
        replaced = [row.id for row in connection.execute(old) if (row.item_id, row.language) in wanted]
        if replaced:
            connection.execute(delete(translation).where(translation.c.id.in_(replaced)))
        rows = [
            {
                "project_id": project_id,
                "item_id": each.item_id,
                "language": each.language,
                "text": each.text,
                "text_key": each.text_key,
                "translator": translator,
                "created_at": now,
            }
            for each in chunk
        ]
        connection.execute(insert(translation), rows)


def remove_all(connection: Connection, project_id: int) -> int:
    """Remove all translations of a project; returns how many there were."""
    stored = count(connection, project_id)[True]
    connection.execute(delete(translation).where(translation.c.project_id == project_id))
    return stored


def count(connection: Connection, project_id: int) -> Mapping[bool, int]:
    """Number of translations under True, and under False of those that a translator was asked for and had none."""
    has_text = translation.c.text.is_not(None)
    query = select(has_text.label("there"), func.count().label("rows")).where(translation.c.project_id == project_id)
    found = {bool(row.there): int(row.rows) for row in connection.execute(query.group_by(has_text))}
    return {True: 0, False: 0} | found


def usable(connection: Connection, project_id: int) -> TranslationTable:
    """Translations of labelled pool items. A text of the check set is never among them, whichever came first."""
    query = (
        select(
            translation.c.id,
            translation.c.item_id,
            translation.c.language,
            translation.c.text_key,
            translation.c.text,
        )
        .join(item, item.c.id == translation.c.item_id)
        .where(_is_usable(project_id))
        .order_by(translation.c.item_id, translation.c.language)
    )
    rows = connection.execute(query).all()
    return TranslationTable(
        ids=np.fromiter((row.id for row in rows), dtype=np.int64, count=len(rows)),
        item_ids=np.fromiter((row.item_id for row in rows), dtype=np.int64, count=len(rows)),
        languages=np.array([row.language for row in rows], dtype=str),
        keys=[row.text_key for row in rows],
        texts=[row.text for row in rows],
    )


def usable_with_provenance(connection: Connection, project_id: int) -> list[Row[Any]]:
    """Translations that may be trained on, with what they come from.

    Returns:
        rows with external_id (of the original), language, text, class_name (the item's), translator, created_at.
    """
    query = (
        select(
            item.c.external_id,
            translation.c.language,
            translation.c.text,
            project_class.c.name.label("class_name"),
            translation.c.translator,
            translation.c.created_at,
        )
        .select_from(translation)
        .join(item, item.c.id == translation.c.item_id)
        .join(project_class, project_class.c.id == item.c.class_id)
        .where(_is_usable(project_id))
        .order_by(translation.c.item_id, translation.c.language)
    )
    return list(connection.execute(query))


def _is_labelled(project_id: int) -> ColumnElement[bool]:
    return and_(item.c.project_id == project_id, item.c.purpose == Purpose.POOL, item.c.state == ItemState.LABELLED)


def _is_usable(project_id: int) -> ColumnElement[bool]:
    twin = item.alias("twin")
    in_check = select(twin.c.id).where(
        twin.c.project_id == project_id,
        twin.c.purpose == Purpose.CHECK,
        twin.c.text_key == translation.c.text_key,
    )
    return and_(
        translation.c.project_id == project_id,
        translation.c.text.is_not(None),
        _is_labelled(project_id),
        ~in_check.exists(),
    )
