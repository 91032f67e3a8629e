"""The Parquet files of a pool, and the rows in them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lamm_core.errors import MissingColumn, UnreadableFile
from lamm_core.outside_pool.places import file_system, unreachable
from lamm_core.words import translate as _

# Rows that are read, embedded and scored at a time; also those of a record batch in a file of embeddings.
BLOCK = 1024
_ENDING = ".parquet"
# Footers are small and far away: what their reading costs is waiting.
_FOOTERS_AT_ONCE = 32


@dataclass(frozen=True)
class Columns:
    """Names of the columns that a pool has.

    Attributes:
        id: text, or whole numbers, which are taken as text; unique in the pool.
        text: what is labelled.
        language: language of the text, named as in the project.
    """

    id: str = "id"
    text: str = "text"
    language: str = "language"

    @property
    def names(self) -> list[str]:
        """Id, text and language, in this order."""
        return [self.id, self.text, self.language]


@dataclass(frozen=True)
class Part:
    """One file of a pool.

    Attributes:
        name: its path below the pool's folder; the order of the names is that of the parts.
        url: its address.
        rows: texts in it.
        size: bytes of the file.
    """

    name: str
    url: str
    rows: int
    size: int


@dataclass(frozen=True)
class PoolFiles:
    """A pool in Parquet files.

    Ids are unique in the pool. Twice the same id in one part is an error; in different parts nobody looks, and both
    texts may be chosen.

    Attributes:
        url: where it is, without a slash at the end.
        columns: names of its columns.
        parts: its files in the order of their names.
    """

    url: str
    columns: Columns = field(default_factory=Columns)
    parts: tuple[Part, ...] = ()

    @classmethod
    def open(cls, url: str, columns: Columns | None = None) -> Self:
        """Find the parts of a pool and read how many rows each has; of its texts nothing is read.

        Args:
            url: a folder, whose files in folders below count too, a pattern such as `s3://bucket/texts/2026-*.parquet`,
                or a single file. Files and folders whose names begin with `.` or `_` are left out.
            columns: names of the columns, where they are not `id`, `text` and `language`.

        Raises:
            UnreadableFile: there is no such folder, no Parquet file in it, or a file that is none.
            MissingColumn: a part lacks a column.
            InvalidInput, PackageMissing, StorageUnavailable: the address cannot be used; see `file_system`.
        """
        names = columns or Columns()
        system, path = file_system(url)
        try:
            base, found = _listed(system, path)
            if not found:
                raise UnreadableFile(_no_parts(url, exists=bool(system.exists(base))))
            with ThreadPoolExecutor(_FOOTERS_AT_ONCE) as threads:
                parts = threads.map(lambda each: _part(system, each, each.removeprefix(base).lstrip("/"), names), found)
                return cls(url.rstrip("/"), names, tuple(sorted(parts, key=lambda part: part.name)))
        except OSError as error:
            raise unreachable(url, error) from error

    @property
    def rows(self) -> int:
        """Texts in the pool."""
        return sum(part.rows for part in self.parts)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(part.size for part in self.parts)

    @property
    def default_embeddings(self) -> str:
        """Where embeddings are kept unless a user says otherwise: a folder beside the pool's."""
        folder = self.url
        if _is_pattern(folder):
            folder = "/".join(folder.split("/")[: _first_pattern(folder)])
        return f"{folder.removesuffix(_ENDING)}-embeddings"


def read_blocks(part: Part, columns: Columns) -> Iterator[pa.RecordBatch]:
    """The rows of a part, `BLOCK` at a time, the last ones fewer, as three columns of text: id, text, language.

    In memory are a few row groups of the file at most, so that files should have row groups, not one of a gigabyte.

    Raises:
        UnreadableFile: the file is damaged, or a row has no id, no text or no language; part and row are named.
        MissingColumn: the part lacks a column.
        StorageUnavailable: it cannot be read.
    """
    system, path = file_system(part.url)
    row = 0
    try:
        with system.open(path, "rb") as file:
            parquet = pq.ParquetFile(file)
            _check_columns(part.url, parquet.schema_arrow.names, columns)
            for batch in _of_one_size(parquet.iter_batches(BLOCK, columns=columns.names)):
                block = _as_texts(batch, columns)
                _check_rows(part, block, columns, row)
                row += len(block)
                yield block
    except pa.ArrowException as error:
        raise _damaged(part.url, error) from error
    except OSError as error:
        raise unreachable(part.url, error) from error


def _listed(system: Any, path: str) -> tuple[str, list[str]]:
    """The folder of a pool, and the paths of its parts."""
    if _is_pattern(path):
        base = "/".join(path.split("/")[: _first_pattern(path)])
        found = [each for each in system.glob(path) if each.endswith(_ENDING)]
    elif path.endswith(_ENDING) and system.isfile(path):
        base, found = path.rpartition("/")[0], [path]
    else:
        base = path.rstrip("/")
        found = [each for each in system.find(base) if each.endswith(_ENDING)]
    below = {each: each.removeprefix(base).strip("/").split("/") for each in found}
    return base, [each for each in found if not any(name.startswith((".", "_")) for name in below[each])]


def _part(system: Any, path: str, name: str, columns: Columns) -> Part:
    url = str(system.unstrip_protocol(path))
    try:
        with system.open(path, "rb") as file:
            parquet = pq.ParquetFile(file)
            _check_columns(url, parquet.schema_arrow.names, columns)
            return Part(name, url, int(parquet.metadata.num_rows), int(system.size(path)))
    except pa.ArrowException as error:
        raise _damaged(url, error) from error


def _check_columns(url: str, found: list[str], columns: Columns) -> None:
    missing = [name for name in columns.names if name not in found]
    if missing:
        raise MissingColumn(
            _(
                "{file!r} has no column {missing!r}; its columns are: {columns}.",
                file=url,
                missing=missing[0],
                columns=", ".join(found),
            )
        )


def _as_texts(batch: pa.RecordBatch, columns: Columns) -> pa.RecordBatch:
    """The batch with its three columns as text."""
    found = [batch.column(name).cast(pa.string()) for name in columns.names]
    return pa.RecordBatch.from_arrays(found, names=["id", "text", "language"])


def _check_rows(part: Part, block: pa.RecordBatch, columns: Columns, before: int) -> None:
    """Raise UnreadableFile where a row of the block has an empty cell, or an id that no database takes."""
    for column, name in zip(block.columns, columns.names, strict=True):
        empty = pc.fill_null(pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(column)), 0), fill_value=True)
        place = pc.index(empty, value=True).as_py()
        if place >= 0:
            raise UnreadableFile(
                _(
                    "Row {row:,} of {file!r} has an empty {column!r}.",
                    row=before + place + 1,
                    file=part.url,
                    column=name,
                )
            )
    place = pc.index(pc.match_substring(block.column("id"), "\0"), value=True).as_py()
    if place >= 0:
        row = before + place + 1
        raise UnreadableFile(_("The id in row {row:,} of {file!r} holds a NUL character.", row=row, file=part.url))


def _of_one_size(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of `BLOCK`, the last one smaller, wherever the row groups end."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        while sum(map(len, waiting)) >= BLOCK:
            together = pa.concat_batches(waiting)
            yield together.slice(0, BLOCK)
            waiting = [together.slice(BLOCK)]
    if sum(map(len, waiting)):
        yield pa.concat_batches(waiting)


def _is_pattern(path: str) -> bool:
    return any(sign in path for sign in "*?[")


def _first_pattern(path: str) -> int:
    """Place of the first name of a path that is a pattern."""
    return next(place for place, name in enumerate(path.split("/")) if _is_pattern(name))


def _no_parts(url: str, *, exists: bool) -> str:
    if exists:
        return _("There is no Parquet file in {url!r}; their names end in .parquet.", url=url)
    return _("There is no folder and no Parquet file {url!r}.", url=url)


def _damaged(url: str, error: Exception) -> UnreadableFile:
    reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
    return UnreadableFile(_("{file!r} cannot be read as Parquet: {reason}.", file=url, reason=reason))
