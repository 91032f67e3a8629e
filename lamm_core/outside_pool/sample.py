"""Texts of a pool drawn by chance, the same however it is cut into parts."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.embedding_store import Vectors
from lamm_core.outside_pool.blocks import Block, Eligible, read_with_embeddings
from lamm_core.outside_pool.embedding_file import EmbeddingPlace
from lamm_core.outside_pool.files import Columns, Part
from lamm_core.outside_pool.shortlist import Shortlist, hopeful, merge


@dataclass(frozen=True, eq=False)
class Sample(Shortlist):
    """Texts drawn by chance, with their embeddings.

    Attributes:
        hashes: `(m,)` the number that each drew; the lowest ones are in.
        embeddings: `(m, d)` as the encoder gave them.
        per_language: whether `limit` are drawn of each language, or of all texts together.
    """

    ROWS: ClassVar[tuple[str, ...]] = (*Shortlist.ROWS, "hashes", "embeddings")

    hashes: NDArray[np.uint64]
    embeddings: Vectors
    per_language: bool

    @classmethod
    def none(cls, limit: int, *, per_language: bool) -> "Sample":
        """A sample of nothing."""
        names, hashes = np.empty(0, dtype=np.str_), np.empty(0, dtype=np.uint64)
        texts, vectors = np.empty(0, dtype=np.object_), np.empty((0, 0), dtype=np.float32)
        return cls(limit, names, names, texts, {}, hashes, vectors, per_language)

    @property
    def order(self) -> NDArray[Any]:
        """`(m,)` lowest number first."""
        return self.hashes

    @property
    def groups(self) -> NDArray[Any]:
        """`(m,)` the languages, or one group of all."""
        return self.languages if self.per_language else np.zeros(len(self), dtype=np.intp)


@dataclass(frozen=True)
class SamplePart:
    """Work on a part: its texts that are in a sample of the pool, with embeddings.

    Each id draws a number with the seed, and the texts with the lowest numbers are the sample: a simple random one, in
    which every text has the same chance. A smaller sample with the same seed is a part of a larger one.

    Attributes:
        columns: names of the pool's columns.
        place: where its embeddings are.
        count: how many texts are wanted.
        seed: another seed draws other texts.
        per_language: draw `count` of each language, as check sets are drawn; else of all texts, as a preparation wants.
        eligible: which texts may be drawn.
    """

    columns: Columns
    place: EmbeddingPlace
    count: int
    seed: int = 0
    per_language: bool = False
    eligible: Eligible = field(default_factory=Eligible)

    uses_gpu: ClassVar[bool] = False

    def __call__(self, part: Part) -> Sample:
        """The part of the sample that is in one part of the pool.

        Raises:
            MissingVectors, EmbeddingStoreDamaged, UnreadableFile, MissingColumn, StorageUnavailable: see
                `read_with_embeddings`.
        """
        blocks = read_with_embeddings(part, self.columns, self.place)
        nothing = Sample.none(self.count, per_language=self.per_language)
        return merge(chain([nothing], map(self._drawn_of, blocks)))

    def _drawn_of(self, block: Block) -> Sample:
        hashes = drawn_numbers(block.rows.column("id").to_pylist(), self.seed)
        _names, codes = block.language_codes
        groups = codes if self.per_language else np.zeros_like(codes)
        allowed = self.eligible.rows(block)
        rows = allowed[hopeful(groups[allowed], hashes[allowed], self.count)]
        return Sample(
            limit=self.count,
            counts=block.counts(allowed),
            hashes=hashes[rows],
            embeddings=block.embeddings[rows],
            per_language=self.per_language,
            **block.shortlisted(rows),
        )


def drawn_numbers(ids: Sequence[str], seed: int) -> NDArray[np.uint64]:
    """`(n,)` the number that each id draws: the first 64 bits of its BLAKE2b, keyed with the seed."""
    keyed = hashlib.blake2b(digest_size=8, key=str(seed).encode())
    drawn = []
    for each in ids:
        own = keyed.copy()
        own.update(each.encode("utf-8", "surrogatepass"))
        drawn.append(own.digest())
    return np.frombuffer(b"".join(drawn), dtype="<u8").astype(np.uint64)
