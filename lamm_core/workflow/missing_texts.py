"""The texts of a project that have no embedding yet, read little by little, so that their number does not count."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from lamm_core.model.embedding_store import EmbeddingStore
from lamm_core.model.encoders import is_matrix
from lamm_core.model.key_index import KeyIndex
from lamm_core.records import Project, Purpose
from lamm_core.storage import items, translations
from lamm_core.storage.database import Database

_STRETCH = 16_384


@dataclass(frozen=True, eq=False)
class MissingTexts:
    """Texts without an embedding, each once.

    Attributes:
        item_ids: `(n,)` an item with each text, in the order in which they came.
        translations: further texts.
    """

    item_ids: NDArray[np.int64]
    translations: list[str]

    def __len__(self) -> int:
        return len(self.item_ids) + len(self.translations)

    def stretches(self, database: Database) -> Iterator[list[str]]:
        """The texts, some ten thousand at a time."""
        for start in range(0, len(self.item_ids), _STRETCH):
            # Embedding takes long, and no reading transaction shall stay open meanwhile.
            with database.read() as connection:
                texts = [text for _, text in items.read_texts(connection, self.item_ids[start : start + _STRETCH])]
            yield texts
        yield self.translations


def find_missing_texts(connection: Connection, project: Project, store: EmbeddingStore) -> MissingTexts:
    """The texts that rounds of a project need and its store lacks.

    Gold items are left out, as no model ever sees them; so are translations where the encoder is a matrix, which has
    vectors for what was imported only: those without one are not trained on.
    """
    seen = KeyIndex()
    ids = [np.empty(0, dtype=np.int64)]
    for item_ids, keys in items.iter_text_keys(connection, project.id, (Purpose.POOL, Purpose.CHECK)):
        ids.append(item_ids[_add_new(keys, store, seen)])
    texts: list[str] = []
    if project.settings.use_translations and not is_matrix(store.encoder):
        translated = translations.usable(connection, project.id)
        texts = [translated.texts[place] for place in _add_new(translated.keys, store, seen)]
    return MissingTexts(np.sort(np.concatenate(ids)), texts)


def _add_new(keys: Sequence[bytes], store: EmbeddingStore, seen: KeyIndex) -> list[int]:
    """Places of keys that neither the store nor `seen` has, each once; they are added to `seen`."""
    unknown = np.flatnonzero((store.rows_of(keys) < 0) & (seen.rows_of(keys) < 0))
    place_of = {keys[place]: int(place) for place in unknown[::-1]}
    seen.add(b"".join(place_of))
    return sorted(place_of.values())
