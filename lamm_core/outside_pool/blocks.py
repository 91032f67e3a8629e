"""A part with its embeddings, block after block."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lamm_core.errors import EmbeddingStoreDamaged
from lamm_core.model.embedding_store import Vectors
from lamm_core.outside_pool.content import Content
from lamm_core.outside_pool.embedding_file import EmbeddingPlace, read_embeddings, read_head
from lamm_core.outside_pool.files import Columns, Part, read_blocks
from lamm_core.selection.arrays import IntArray
from lamm_core.words import translate as _


@dataclass(frozen=True, eq=False)
class Block:
    """Rows of a part.

    Attributes:
        rows: id, text and language, `(b,)` each.
        embeddings: `(b, d)` as the encoder gave them.
    """

    rows: pa.RecordBatch
    embeddings: Vectors

    @cached_property
    def language_codes(self) -> tuple[list[str], IntArray]:
        """Names of the languages, and for each row, `(b,)`, a place among them."""
        encoded = self.rows.column("language").dictionary_encode()
        return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False).astype(np.intp)

    def shortlisted(self, rows: IntArray) -> dict[str, NDArray[Any]]:
        """Ids, languages and texts, `(n,)` each, of these rows, as a `Shortlist` has them."""
        ids, texts, languages = (column.take(pa.array(rows)).to_pylist() for column in self.rows.columns)
        return {
            "ids": np.array(ids, dtype=np.str_),
            "languages": np.array(languages, dtype=np.str_),
            "texts": np.array(texts, dtype=np.object_),
        }

    def counts(self, rows: IntArray) -> dict[str, int]:
        """Language to the number of these rows that are in it."""
        names, codes = self.language_codes
        counted = np.bincount(codes[rows], minlength=len(names)).tolist()
        return {name: count for name, count in zip(names, counted, strict=True) if count}


@dataclass(frozen=True)
class Eligible:
    """Which texts may be chosen; the others are not counted either.

    Attributes:
        languages: those that a text may be in; None for all.
        excluded: ids that may not be chosen, as they were already.
    """

    languages: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()

    def rows(self, block: Block) -> IntArray:
        """Their positions in a block."""
        excluded = pa.array(sorted(self.excluded), pa.string())
        allowed = pc.invert(pc.is_in(block.rows.column("id"), value_set=excluded))
        if self.languages is not None:
            wanted = pa.array(sorted(self.languages), pa.string())
            allowed = pc.and_(allowed, pc.is_in(block.rows.column("language"), value_set=wanted))
        return np.flatnonzero(allowed.to_numpy(zero_copy_only=False))


def read_with_embeddings(part: Part, columns: Columns, place: EmbeddingPlace) -> Iterator[Block]:
    """The rows of a part with their embeddings, `BLOCK` at a time.

    Raises:
        MissingVectors: the part has no embeddings.
        EmbeddingStoreDamaged: they are not whole, or of other texts than the part's, which shows at the end.
        UnreadableFile, MissingColumn, StorageUnavailable: see `read_blocks`.
    """
    url, content = place.file_of(part), Content()
    embeddings = read_embeddings(url)
    for rows in read_blocks(part, columns):
        vectors = next(embeddings, None)
        if vectors is None or len(vectors) != len(rows):
            raise _of_other_texts(url, part)
        content.add(rows)
        yield Block(rows, vectors)
    head = read_head(url)
    if head is None or head.digest != content.head().digest:
        raise _of_other_texts(url, part)


def _of_other_texts(url: str, part: Part) -> EmbeddingStoreDamaged:
    return EmbeddingStoreDamaged(
        _("{file!r} is not of the texts that are in {part!r} now; embed the pool again.", file=url, part=part.url)
    )
