"""Rows into a file as they come: no table has to be in memory as a whole, and the file is there whole or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lamm_core.exchange.writing import table_bytes
from lamm_core.files import cannot_be_written, written_aside

if TYPE_CHECKING:
    import pyarrow as pa

WriteRows = Callable[[pd.DataFrame], None]
# Formats whose rows follow each other: those with a header have it in front of the first alone.
_WITH_HEADER, _WITHOUT_HEADER = (".csv", ".tsv"), (".jsonl",)


@contextmanager
def rows_written(path: Path) -> Iterator[WriteRows]:
    """A function that adds the rows of a table to a file; it takes the name when the block ends, unless that raises.

    CSV, JSON Lines and Parquet are written as they come; other formats have to be kept in memory until the end.

    Args:
        path: its ending names a format. All tables must have the same columns, of texts or of numbers.

    Raises:
        UnreadableFile: the ending names no format that can be written.
        StorageUnavailable: the file cannot be written there.
    """
    table_bytes(pd.DataFrame({"text": ["text"]}), path.suffix)  # an unknown ending is told before hours of work
    try:
        with written_aside(path) as aside, _writer(aside, path.suffix.lower()) as write:
            yield write
    except OSError as error:
        raise cannot_be_written(path, error) from error


def following_rows(table: pd.DataFrame, ending: str, *, first: bool) -> bytes:
    """Rows as they follow others in a file of that ending, which has no end of its own: .csv, .tsv or .jsonl.

    Args:
        first: nothing is before them, so that they come with a header where the format has one.
    """
    content = table_bytes(table, ending)
    header = table_bytes(table.iloc[:0], ending) if ending in _WITH_HEADER and not first else b""
    return content[len(header) :]


@contextmanager
def _writer(path: Path, ending: str) -> Iterator[WriteRows]:
    if ending in (*_WITH_HEADER, *_WITHOUT_HEADER):
        with path.open("wb") as file:
            yield lambda table: _append(file.write, file.tell, table, ending)
    elif ending == ".parquet":
        with _parquet(path) as write:
            yield write
    else:
        tables: list[pd.DataFrame] = []
        yield tables.append
        path.write_bytes(table_bytes(pd.concat(tables, ignore_index=True), ending))


def _append(write: Callable[[bytes], int], tell: Callable[[], int], table: pd.DataFrame, ending: str) -> None:
    write(following_rows(table, ending, first=not tell()))


@contextmanager
def _parquet(path: Path) -> Iterator[WriteRows]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer: pq.ParquetWriter | None = None

    def write(table: pd.DataFrame) -> None:
        nonlocal writer
        schema = _schema(table)
        writer = writer or pq.ParquetWriter(path, schema)
        writer.write_table(pa.Table.from_pandas(table, schema, preserve_index=False))

    try:
        yield write
    finally:
        if writer is not None:
            writer.close()


def _schema(table: pd.DataFrame) -> "pa.Schema":
    """Columns by their kind and not by their cells: in some stretches of a file a column may be empty."""
    import pyarrow as pa

    kinds = {name: pd.api.types.is_numeric_dtype(kind) for name, kind in table.dtypes.items()}
    return pa.schema([(str(name), pa.float64() if is_number else pa.string()) for name, is_number in kinds.items()])
