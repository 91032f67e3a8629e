"""Separated values: CSV and TSV."""

import csv
from collections.abc import Iterator
from typing import BinaryIO

import pandas as pd

from lamm_core.bounded import MAX_LINE, read_separated
from lamm_core.exchange.cells import as_texts
from lamm_core.exchange.format import About, Chunk, Format
from lamm_core.exchange.formulas import defused, restored


def _read_csv(file: BinaryIO) -> Iterator[Chunk]:
    # Spreadsheets write semicolons where the comma separates decimals.
    header = file.readline(MAX_LINE)
    yield from _read(file, ";" if b";" in header and b"," not in header else ",")


def _read_tsv(file: BinaryIO) -> Iterator[Chunk]:
    yield from _read(file, "\t")


def _read(file: BinaryIO, separator: str) -> Iterator[Chunk]:
    table = as_texts(read_separated(file, separator))
    for place in range(table.shape[1]):
        cells = [None if cell is None else restored(cell) for cell in table.iloc[:, place]]
        table.isetitem(place, pd.Series(cells, dtype=object))
    yield Chunk(table, range(1, len(table) + 1))


def csv_text(table: pd.DataFrame) -> str:
    """The table as CSV that no spreadsheet computes anything from; `read_table` gives the exact texts back.

    Every text stands in quotes, as otherwise a lone carriage return would end its row.
    """
    safe = table.map(lambda value: defused(value) if isinstance(value, str) else value)
    return safe.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)


def _write_csv(table: pd.DataFrame, _about: About) -> bytes:
    return csv_text(table).encode()


CSV = Format("csv", "CSV", (".csv",), _read_csv, _write_csv)
TSV = Format("tsv", "TSV", (".tsv",), _read_tsv)
