"""Tables out of files, with bounded memory: a small file may unpack, or claim to unpack, to more than any machine has.

Formats that pack other files (zip, gzip, spreadsheets) are not read at all. What is left can still grow: a Parquet file
repeats a long text a million times in a few bytes, and a line of commas is a row of empty cells.
"""

import csv
import io
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

import pandas as pd

from lamm_core.words import translate as _

if TYPE_CHECKING:
    import pyarrow as pa

_MEGABYTE = 2**20
MAX_BYTES = 500 * _MEGABYTE  # of a file; the app's own limit of uploads (.streamlit/config.toml) is the same
MAX_UNPACKED = 1024 * _MEGABYTE  # of all cells of a Parquet file
MAX_LINE = 4 * _MEGABYTE  # of a line whose parts become objects: JSON, or the names of columns
MAX_COLUMNS = 1_000
MAX_CELLS = 20_000_000  # ten columns of two million texts
_BATCH_ROWS = 8_192
# The csv module refuses a cell of 131,072 characters, which a long document has.
csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE + 1))


def check_size(file: BinaryIO) -> None:
    """Raise ValueError if a file is larger than `MAX_BYTES`; leaves it at its beginning."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size > MAX_BYTES:
        raise ValueError(
            _("it has {size:,} megabytes, and the most is {most:,}", size=_megabytes(size), most=_megabytes(MAX_BYTES))
        )


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
    check_size(file)
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
        raise ValueError(_line_too_long())
    return len(header)


def read_parquet(file: BinaryIO) -> pd.DataFrame:
    """The columns of a Parquet file that hold one text, number or moment a row; lists and bytes are left out.

    Raises:
        ValueError: it is no such file, or too large.
    """
    import pyarrow as pa  # here, since every command loads this module and few read Parquet

    check_size(file)
    try:
        return _unpacked(file)
    except (pa.ArrowException, MemoryError) as error:
        raise ValueError(str(error)) from error


def _unpacked(file: BinaryIO) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    about = pq.ParquetFile(file)
    columns = [each.name for each in about.schema_arrow if _is_plain(each.type)]
    check_cells(about.metadata.num_rows, len(columns))
    groups = (about.metadata.row_group(number) for number in range(about.metadata.num_row_groups))
    _check_unpacked(sum(group.total_byte_size for group in groups))
    # Each different text once, and where it stands: so a text that is repeated is counted before it is written out.
    packed = pq.ParquetFile(file, read_dictionary=columns)
    batches: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in packed.iter_batches(_BATCH_ROWS, columns=columns):
        rows, size = rows + batch.num_rows, size + _size(batch.columns)
        check_cells(rows, len(columns))
        _check_unpacked(size)
        batches.append(batch)
    schema = batches[0].schema if batches else about.schema_arrow
    table: pd.DataFrame = pa.Table.from_batches(batches, schema).unify_dictionaries().to_pandas()
    return table


def _is_plain(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    packed = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    return not (packed or pa.types.is_nested(kind))


def _size(columns: Iterable["pa.Array"]) -> int:
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


def _check_unpacked(size: int) -> None:
    if size > MAX_UNPACKED:
        raise ValueError(_("it unpacks to more than {most:,} megabytes", most=_megabytes(MAX_UNPACKED)))


def lines(file: BinaryIO) -> Iterable[str]:
    """The lines of a text in UTF-8.

    Raises:
        ValueError: the file or a line is too long.
    """
    check_size(file)
    text = io.TextIOWrapper(file, encoding="utf-8-sig")
    while line := text.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise ValueError(_line_too_long())
        yield line


def _line_too_long() -> str:
    return _("a line has more than {most:,} megabytes", most=_megabytes(MAX_LINE))


def _megabytes(size: int) -> int:
    return -(-size // _MEGABYTE)
