"""The embeddings of a part, computed once and kept beside the pool."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lamm_core.model.embedding import encode_texts
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.encoders import uses_gpu
from lamm_core.outside_pool.content import look_through
from lamm_core.outside_pool.embedding_file import EmbeddingPlace, read_head, write_embeddings
from lamm_core.outside_pool.engine import Engine
from lamm_core.outside_pool.files import Columns, Part, PoolFiles, read_blocks


@dataclass(frozen=True)
class EmbeddedPart:
    """What came of embedding a part.

    Attributes:
        name: of the part.
        rows: texts in it.
        languages: language to its number of texts.
        computed: whether its embeddings were computed now; they were there otherwise.
        seconds: what it took, reading and writing included.
    """

    name: str
    rows: int
    languages: dict[str, int]
    computed: bool
    seconds: float


@dataclass(frozen=True)
class EmbedPart:
    """Work on a part: see that its embeddings are there.

    A part whose file is whole and of these very texts is left as it is, so that work that was broken off goes on where
    it was, and work that is done twice does nothing the second time. Texts that are alike are embedded each.

    Attributes:
        columns: names of the pool's columns.
        place: where embeddings go, by which encoder.
    """

    columns: Columns
    place: EmbeddingPlace

    @property
    def uses_gpu(self) -> bool:
        """Whether a GPU would be used where there is one."""
        return uses_gpu(self.place.encoder)

    def __call__(self, part: Part) -> EmbeddedPart:
        """Embed one part.

        Raises:
            UnreadableFile, MissingColumn: the part cannot be used; see `look_through`.
            EncoderUnavailable: the encoder cannot be loaded; see `encode_texts`.
            EmbeddingStoreDamaged: a number is not finite; see `write_embeddings`.
            StorageUnavailable: the part cannot be read, or its embeddings not be written.
        """
        start = time.perf_counter()
        head, file = look_through(part, self.columns), self.place.file_of(part)
        there = read_head(file)
        done = there is not None and (there.digest, there.rows) == (head.digest, head.rows)
        if not done:
            write_embeddings(file, head, self._encoded(part), self.place.precision)
        return EmbeddedPart(part.name, head.rows, head.languages, not done, time.perf_counter() - start)

    def _encoded(self, part: Part) -> Iterator[Vectors]:
        for block in read_blocks(part, self.columns):
            yield encode_texts(self.place.encoder, block.column("text").to_pylist())


@dataclass(frozen=True)
class EmbeddedPool:
    """What came of embedding a pool.

    Attributes:
        rows: texts in it.
        parts: files in it.
        computed: texts whose embeddings were computed now.
        computed_parts: files that these are in.
        languages: language to its number of texts.
    """

    rows: int
    parts: int
    computed: int
    computed_parts: int
    languages: dict[str, int]


def embed_pool(
    pool: PoolFiles, place: EmbeddingPlace, engine: Engine, progress: Callable[[EmbeddedPool], None] | None = None
) -> EmbeddedPool:
    """See that the embeddings of a pool are there; what is done stays, wherever it stops.

    Args:
        pool: the texts.
        place: where embeddings go, by which encoder.
        engine: what carries the work to the parts.
        progress: called with what is done so far, before the first part and after each.

    Raises:
        LammError: see `EmbedPart` and `Engine.map_parts`.
    """
    done = EmbeddedPool(0, 0, 0, 0, {})
    if progress:
        progress(done)
    for part in engine.map_parts(EmbedPart(pool.columns, place), pool.parts):
        done = _with(done, part)
        if progress:
            progress(done)
    return done


def _with(done: EmbeddedPool, part: EmbeddedPart) -> EmbeddedPool:
    return EmbeddedPool(
        rows=done.rows + part.rows,
        parts=done.parts + 1,
        computed=done.computed + part.rows * part.computed,
        computed_parts=done.computed_parts + part.computed,
        languages=dict(sorted((Counter(done.languages) + Counter(part.languages)).items())),
    )
