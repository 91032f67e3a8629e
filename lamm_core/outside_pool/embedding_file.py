"""The embeddings of one part: a file that is written once, and read from its beginning to its end.

An Arrow IPC file with one column of fixed-size lists, `BLOCK` rows a record batch, uncompressed. It says at its end
that it is whole, carries in its head whose embeddings it has, needs no second file beside it, and its numbers lie as
numpy wants them: 4 million rows of 512 half-precision numbers a second on one core, as fast as a bare array file, where
Parquet gives 0.3 million.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lamm_core.errors import EmbeddingStoreDamaged, InvalidInput, MissingVectors
from lamm_core.model.embedding_store import Vectors, folder_name
from lamm_core.outside_pool.files import Part
from lamm_core.outside_pool.places import file_system, joined, unreachable, written_whole
from lamm_core.words import translate as _

PRECISIONS: dict[str, type[np.floating[Any]]] = {"half": np.float16, "single": np.float32}
_ABOUT = b"lamm"
_COLUMN = "embedding"
# One request to an object store fetches about as much at a time: a record batch or more.
_READ_AT_ONCE = 16 * 1024 * 1024


@dataclass(frozen=True)
class EmbeddingPlace:
    """Where the embeddings of a pool are kept, each part's in a file of its own.

    Attributes:
        url: folder for all encoders, such as `PoolFiles.default_embeddings`.
        encoder: name of the encoder; its files are in a folder of their own.
        precision: `half` (float16, what is lost is beyond what classifiers see) or `single` (float32).
    """

    url: str
    encoder: str
    precision: str = "half"

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            known = ", ".join(PRECISIONS)
            raise InvalidInput(
                _("Unknown precision {name!r}; choose one of: {known}.", name=self.precision, known=known)
            )

    def file_of(self, part: Part) -> str:
        """Address of a part's file."""
        return joined(self.url, folder_name(self.encoder), self.precision, f"{part.name}.arrow")


@dataclass(frozen=True)
class Head:
    """What a file of embeddings says of itself.

    Attributes:
        digest: of the part's ids, texts and languages, in order; see `content.Content`.
        rows: how many they are.
        languages: language to its number of texts.
        dimension: numbers a text; 0 where there are no texts.
    """

    digest: str
    rows: int
    languages: dict[str, int]
    dimension: int = 0


def write_embeddings(url: str, head: Head, blocks: Iterator[Vectors], precision: str) -> Head:
    """Write a file of embeddings; it is there whole, or not at all.

    Args:
        url: where.
        head: what it says of itself, but the dimension, which is that of the first block.
        blocks: `(b, d)` each, `BLOCK` rows but the last.
        precision: a name in `PRECISIONS`.

    Returns:
        The head as written.

    Raises:
        EmbeddingStoreDamaged: a number is not finite in that precision, or the blocks are not the rows of the head.
        StorageUnavailable: it cannot be written.
    """
    kind = PRECISIONS[precision]
    first = next(blocks, np.empty((0, 0), dtype=np.float32))
    head = replace(head, dimension=first.shape[1])
    numbers = pa.list_(pa.from_numpy_dtype(kind), head.dimension)
    schema = pa.schema([(_COLUMN, numbers)], metadata={_ABOUT: json.dumps(asdict(head))})
    rows = 0
    with written_whole(url) as aside, pa.OSFile(str(aside), "wb") as sink, pa.ipc.new_file(sink, schema) as file:
        for block in chain([first] if len(first) else [], blocks):
            lists = pa.FixedSizeListArray.from_arrays(pa.array(_narrowed(block, kind, url).ravel()), type=numbers)
            file.write_batch(pa.RecordBatch.from_arrays([lists], schema=schema))
            rows += len(block)
        if rows != head.rows:  # the part changed since it was looked through
            raise EmbeddingStoreDamaged(
                _("{file!r} is for {rows:,} texts, and {got:,} came.", file=url, rows=head.rows, got=rows)
            )
    return head


def read_head(url: str) -> Head | None:
    """What a file of embeddings says of itself; None where there is none, or none that is whole.

    Raises:
        StorageUnavailable: it cannot be read.
    """
    try:
        with _opened(url) as (head, _file):
            return head
    except (MissingVectors, EmbeddingStoreDamaged):
        return None


def read_embeddings(url: str) -> Iterator[Vectors]:
    """The embeddings of a part, `(b, d)` float32 each, `BLOCK` rows but the last.

    Raises:
        MissingVectors: there is no such file.
        EmbeddingStoreDamaged: it is not whole.
        StorageUnavailable: it cannot be read.
    """
    with _opened(url) as (head, file):
        for number in range(file.num_record_batches):
            numbers = file.get_batch(number).column(_COLUMN).flatten()
            yield numbers.to_numpy(zero_copy_only=True).reshape(-1, head.dimension).astype(np.float32)


@contextmanager
def _opened(url: str) -> Iterator[tuple[Head, Any]]:
    system, path = file_system(url)
    try:
        with system.open(path, "rb", block_size=_READ_AT_ONCE) as raw:
            file = pa.ipc.open_file(pa.PythonFile(raw, mode="r"))
            yield Head(**json.loads(file.schema.metadata[_ABOUT])), file
    except FileNotFoundError as error:
        raise MissingVectors(_("There are no embeddings in {file!r}; embed the pool first.", file=url)) from error
    except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise EmbeddingStoreDamaged(_("{file!r} holds no whole embeddings; embed the pool again.", file=url)) from error
    except OSError as error:
        raise unreachable(url, error) from error


def _narrowed(block: Vectors, kind: type[np.floating[Any]], url: str) -> NDArray[np.floating[Any]]:
    with np.errstate(over="ignore"):
        narrow = block.astype(kind)
    broken = len(block) - np.count_nonzero(np.isfinite(narrow).all(axis=1))
    if broken:
        raise EmbeddingStoreDamaged(
            _(
                "{broken} of {all} embeddings for {file!r} are not finite, or too large for this precision.",
                broken=broken,
                all=len(block),
                file=url,
            )
        )
    return narrow
