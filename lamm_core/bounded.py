"""Tables out of files, with bounded memory: a small file may unpack, or claim to unpack, to more than any machine has.

A Parquet file repeats a long text a million times in a few bytes, a workbook is a zip archive that does the same, and a
line of commas is a row of empty cells. Other formats that pack files (zip, gzip) are not read at all.
"""

import csv
import io
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

import pandas as pd

from lamm_core.words import translate as _

if TYPE_CHECKING:
    import pyarrow as pa

_MEGABYTE = 2**20
MAX_BYTES = 500 * _MEGABYTE  # of an upload, which lies in memory (.streamlit/config.toml has the same)
MAX_FILE = 4096 * _MEGABYTE  # of a file that is read in stretches
MAX_WHOLE = 128 * _MEGABYTE  # of what has to be read at once, as text
MAX_UNPACKED = 1024 * _MEGABYTE  # of all cells of a file that is packed
MAX_LINE = 4 * _MEGABYTE  # of a line whose parts become objects: JSON, or the names of columns
MAX_COLUMNS = 1_000
MAX_CELLS = 20_000_000  # ten columns of two million texts
# Of a stretch of a file, whichever comes first.
CHUNK_ROWS = 20_000
CHUNK_CHARACTERS = 16 * _MEGABYTE
_BATCH_ROWS = 8_192
# The csv module refuses a cell of 131,072 characters, which a long document has.
csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE + 1))


def check_size(file: BinaryIO, most: int | None = None) -> int:
    """Bytes of a file, which is left at its beginning.

    Args:
        most: in bytes; None takes `MAX_FILE`.

    Raises:
        ValueError: it has more.
    """
    most = MAX_FILE if most is None else most
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size > most:
        raise ValueError(
            _("it has {size:,} megabytes, and the most is {most:,}", size=_megabytes(size), most=_megabytes(most))
        )
    return size


def check_cells(rows: int, columns: int) -> None:
    """Raise ValueError if a table of that size has more than `MAX_COLUMNS` columns or `MAX_CELLS` cells."""
    if columns > MAX_COLUMNS:
        raise ValueError(_("it has {columns:,} columns, and the most is {most:,}", columns=columns, most=MAX_COLUMNS))
    if rows * columns > MAX_CELLS:
        raise ValueError(_("it has more than {most:,} cells", most=MAX_CELLS))


def read_separated(file: BinaryIO, separator: str) -> pd.DataFrame:
    """A table of separated values; every cell is a text, or missing where it is empty.

    Raises:
        ValueError: it is no such table, or too large.
    """
    check_size(file, MAX_BYTES)
    columns = _columns_of(file.read(MAX_LINE + 1), separator)
    file.seek(0)
    # utf-8-sig takes the mark that spreadsheets put in front. Only an empty cell is missing: the text "NA" is a text.
    table = pd.read_csv(
        file,
        sep=separator,
        dtype=str,
        keep_default_na=False,
        na_values=[""],
        encoding="utf-8-sig",
        skipinitialspace=True,
        nrows=MAX_CELLS // max(1, columns) + 1,
    )
    check_cells(len(table), columns)
    return table


def _columns_of(beginning: bytes, separator: str) -> int:
    """Number of columns, from the beginning of a file: pandas takes hours to name a million of them."""
    text = io.StringIO(beginning.decode("utf-8", "replace"), newline="")
    rows = (row for row in csv.reader(text, delimiter=separator) if "".join(row).strip() or len(row) > 1)
    header, first = next(rows, []), next(rows, [])
    check_cells(0, len(header))
    if len(first) > len(header):  # pandas would take the first columns for the names of the rows
        raise ValueError(_("the first row has more cells than the header"))
    if len(beginning) > MAX_LINE and not text.read(1):
        raise ValueError(line_too_long())
    return len(header)


def read_parquet(file: BinaryIO) -> pd.DataFrame:
    """The columns of a Parquet file that hold one text, number or moment a row; lists and bytes are left out.

    Raises:
        ValueError: it is no such file, or too large.
    """
    import pyarrow as pa

    batches = [batch for batch, _done in parquet_batches(file)]
    return pa.Table.from_batches(batches).unify_dictionaries().to_pandas()  # type: ignore[no-any-return]


def parquet_batches(file: BinaryIO) -> "Iterator[tuple[pa.RecordBatch, float]]":
    """What `read_parquet` reads, in stretches with how much was read by then, 0 to 1; texts are dictionaries.

    There is at least one.

    Raises:
        ValueError: it is no such file, or too large.
    """
    import pyarrow as pa  # here, since every command loads this module and few read Parquet

    check_size(file)
    try:
        yield from _batches(file)
    except (pa.ArrowException, MemoryError) as error:
        raise ValueError(str(error)) from error


def _batches(file: BinaryIO) -> "Iterator[tuple[pa.RecordBatch, float]]":
    import pyarrow as pa
    import pyarrow.parquet as pq

    about = pq.ParquetFile(file)
    columns = [each.name for each in about.schema_arrow if is_plain(each.type)]
    check_cells(about.metadata.num_rows, len(columns))
    groups = (about.metadata.row_group(number) for number in range(about.metadata.num_row_groups))
    check_unpacked(sum(group.total_byte_size for group in groups))
    # Each different text once, and where it stands: so a text that is repeated is counted before it is written out.
    packed = pq.ParquetFile(file, read_dictionary=columns)
    rows = size = 0
    for batch in packed.iter_batches(_BATCH_ROWS, columns=columns):
        rows, size = rows + batch.num_rows, size + unpacked_size(batch.columns)
        check_cells(rows, len(columns))
        check_unpacked(size)
        yield batch, rows / about.metadata.num_rows
    if not rows:
        yield pa.RecordBatch.from_pylist([], pa.schema([about.schema_arrow.field(name) for name in columns])), 1.0


def is_plain(kind: "pa.DataType") -> bool:
    """Whether a column of that type holds one text, number or moment a row."""
    import pyarrow as pa

    packed = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    return not (packed or pa.types.is_nested(kind))


def unpacked_size(columns: Iterable["pa.Array"]) -> int:
    """Bytes of the cells, written out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    size = 0
    for column in columns:
        if pa.types.is_dictionary(column.type) and pa.types.is_string(column.type.value_type):
            size += pc.sum(pc.binary_length(column.dictionary).cast(pa.int64()).take(column.indices)).as_py() or 0
        else:
            size += column.nbytes
    return size


def check_unpacked(size: int) -> None:
    """Raise ValueError if the cells of a packed file take more than `MAX_UNPACKED` bytes, written out."""
    if size > MAX_UNPACKED:
        raise ValueError(_("it unpacks to more than {most:,} megabytes", most=_megabytes(MAX_UNPACKED)))


def line_too_long() -> str:
    """Why a file with a line of more than `MAX_LINE` characters is refused."""
    return _("a line has more than {most:,} megabytes", most=_megabytes(MAX_LINE))


def _megabytes(size: int) -> int:
    return -(-size // _MEGABYTE)
