"""Texts of a pool drawn by chance, the same however it is cut into parts."""

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.embedding_store import Vectors
from lamm_core.outside_pool.blocks import Block, Eligible, read_with_embeddings
from lamm_core.outside_pool.embedding_file import EmbeddingPlace
from lamm_core.outside_pool.engine import Engine
from lamm_core.outside_pool.files import Columns, Part, PoolFiles
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
        share: part of all numbers, 0 to 1: a text with a higher one stays where it is. It saves sending, from each
            part, as many as are wanted of the whole pool; `draw_sample` chooses it.
        shares: language to its own share, where that is another one.
    """

    columns: Columns
    place: EmbeddingPlace
    count: int
    seed: int = 0
    per_language: bool = False
    eligible: Eligible = field(default_factory=Eligible)
    share: float = 1.0
    shares: Mapping[str, float] = field(default_factory=dict)

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
        names, codes = block.language_codes
        groups = codes if self.per_language else np.zeros_like(codes)
        highest = np.array([_highest(self.shares.get(name, self.share)) for name in names], dtype=np.uint64)
        allowed = self.eligible.rows(block)
        low = allowed[hashes[allowed] <= highest[codes[allowed]]]
        rows = low[hopeful(groups[low], hashes[low], self.count)]
        return Sample(
            limit=self.count,
            counts=block.counts(allowed),
            hashes=hashes[rows],
            embeddings=block.embeddings[rows],
            per_language=self.per_language,
            **block.shortlisted(rows),
        )


def draw_sample(
    pool: PoolFiles,
    place: EmbeddingPlace,
    engine: Engine,
    count: int,
    seed: int = 0,
    *,
    per_language: bool = False,
    eligible: Eligible | None = None,
) -> Sample:
    """Draw a sample of a pool, whose parts send little more than what is in it.

    Args:
        pool: the texts.
        place: where their embeddings are.
        engine: what carries the work to the parts.
        count: how many texts are wanted: of all together, or with `per_language` of each.
        seed, per_language, eligible: see `SamplePart`.

    Returns:
        What `SamplePart` gives without shares, merged; fewer than `count` only where there are not more.

    Raises:
        LammError: see `SamplePart` and `Engine.map_parts`.
    """
    chosen = eligible or Eligible()
    share, shares = _share(count, pool.rows), dict[str, float]()
    while True:
        work = SamplePart(pool.columns, place, count, seed, per_language, chosen, share, shares)
        sample = merge(engine.map_parts(work, pool.parts))
        sizes = sample.counts if per_language else {"": sum(sample.counts.values())}
        found = Counter(sample.languages.tolist()) if per_language else {"": len(sample)}
        lacking = {name: size for name, size in sizes.items() if found[name] < min(count, size)}
        if not lacking:
            return sample
        # Of a small language, or where few texts are eligible, the share was too small; now their number is known.
        again = {name: 1.0 if name in shares else _share(count, size) for name, size in lacking.items()}
        shares, share = {**shares, **again}, again.get("", share)


def _share(count: int, size: int) -> float:
    """Part of all numbers below which almost surely `count` of `size` are: their mean and six standard deviations."""
    return min(1.0, (count + 6 * math.sqrt(count) + 20) / max(size, 1))


def _highest(share: float) -> int:
    return min(int(share * 2**64), 2**64 - 1)


def drawn_numbers(ids: Sequence[str], seed: int) -> NDArray[np.uint64]:
    """`(n,)` the number that each id draws: the first 64 bits of its BLAKE2b, keyed with the seed."""
    keyed = hashlib.blake2b(digest_size=8, key=str(seed).encode())
    drawn = []
    for each in ids:
        own = keyed.copy()
        own.update(each.encode("utf-8", "surrogatepass"))
        drawn.append(own.digest())
    return np.frombuffer(b"".join(drawn), dtype="<u8").astype(np.uint64)
