"""Separated values: CSV and TSV."""

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pandas as pd

from lamm_core.bounded import CHUNK_CHARACTERS, CHUNK_ROWS, check_cells
from lamm_core.exchange.cells import FURTHER_CELLS, NothingInIt, column_names, frame, free_name
from lamm_core.exchange.encoding import TextFile, open_text
from lamm_core.exchange.format import About, Chunk, Format, RejectedRow
from lamm_core.exchange.formulas import defused, restored
from lamm_core.words import marked, plural
from lamm_core.words import translate as _

_SEPARATORS = ",;\t|"  # spreadsheets write semicolons where the comma separates decimals
_LINES_LOOKED_AT = 20
_CHARACTERS_LOOKED_AT = 65_536


def _read_csv(file: BinaryIO) -> Iterator[Chunk]:
    return _read(file, _SEPARATORS)


def _read_tsv(file: BinaryIO) -> Iterator[Chunk]:
    return _read(file, "\t")


def _read(file: BinaryIO, separators: str) -> Iterator[Chunk]:
    with open_text(file) as text:
        lines = text.lines()
        first = list(itertools.islice(lines, _LINES_LOOKED_AT))
        separator = _separator_of("".join(first)[:_CHARACTERS_LOOKED_AT], separators)
        yield from _Rows(text, itertools.chain(first, lines), separator).chunks()


def _separator_of(beginning: str, separators: str) -> str:
    """The separator by which most of the first rows have as many cells as the header, and more than one.

    The first of them wins where two do equally well.
    """

    def fit(separator: str) -> tuple[int, int]:
        try:
            rows_found = csv.reader(io.StringIO(beginning, newline=""), delimiter=separator)
            header, *rows = (row for row in rows_found if row)
        except (csv.Error, ValueError):  # a cell without an end; no row at all
            return (0, 0)
        return (sum(len(row) == len(header) for row in rows), len(header)) if len(header) > 1 else (0, 0)

    return max(separators, key=fit)


class _Rows:
    """The rows of a file in stretches, with what is known of its columns so far."""

    def __init__(self, text: TextFile, lines: Iterator[str], separator: str) -> None:
        self._text = text
        self._separator = separator
        self._reader = csv.reader(itertools.chain(lines, self._end()), delimiter=separator, skipinitialspace=True)
        self._row = 0  # number of the last one read
        self._last_whole: int | None = None  # number of the last row that was over when the lines were
        self._names: list[str] = []
        self._left_empty: set[int] = set()  # places of columns that some whole row leaves empty
        self._any_whole = False

    def chunks(self) -> Iterator[Chunk]:
        try:
            self._read_header()
            yield from self._stretches()
        except csv.Error:
            raise ValueError(_("row {row:,} has a cell that is too long", row=self._row + 1)) from None

    def _end(self) -> Iterator[str]:
        """No line: the reader asks for it behind the last one, and once more where a quote is still open."""
        self._last_whole = self._row
        yield from ()

    def _read_header(self) -> None:
        header = next((row for row in self._reader if row), None)
        if header is None:
            raise NothingInIt
        if self._last_whole is not None:
            raise ValueError(_("a quote that opens in the header has no end"))
        check_cells(0, len(header))
        self._names = column_names(header)

    def _stretches(self) -> Iterator[Chunk]:
        text, one_column = self._text, len(self._names) == 1
        rows: list[list[str]] = []
        numbers: list[int] = []
        limit = text.characters + CHUNK_CHARACTERS
        for row in self._reader:
            if not row:  # a blank line
                continue
            self._row += 1
            # Separators alone, which spreadsheets leave at the end, are no row either, though it has a number there.
            if any(row) or one_column:
                rows.append(row)
                numbers.append(self._row)
            if len(rows) >= CHUNK_ROWS or text.characters >= limit:
                yield self._chunk(rows, numbers)
                rows, numbers, limit = [], [], text.characters + CHUNK_CHARACTERS
        if self._row != self._last_whole:
            raise ValueError(_("the quote that opens in row {row:,} has no end", row=self._row))
        yield self._chunk(rows, numbers)

    def _chunk(self, rows: list[list[str]], numbers: list[int]) -> Chunk:
        rejected: list[RejectedRow] = []
        width = len(self._names)
        if not {width}.issuperset(map(len, rows)):
            self._learn(rows)
            fitted = [self._fitted(row) for row in rows]
            rejected = [
                self._rejected(number, row)
                for number, row, fits in zip(numbers, rows, fitted, strict=True)
                if fits is None
            ]
            numbers = [number for number, fits in zip(numbers, fitted, strict=True) if fits is not None]
            rows = [row for row in fitted if row is not None]
        columns = [_cells(column) for column in zip(*rows, strict=True)] if rows else [[] for _name in self._names]
        table = frame(dict(enumerate(columns)), len(rows)).set_axis(self._names, axis=1)
        return Chunk(table, numbers, tuple(rejected), self._text.done, self._text.encoding)

    def _learn(self, rows: list[list[str]]) -> None:
        whole = [row for row in rows if len(row) == len(self._names)]
        self._any_whole = self._any_whole or bool(whole)
        self._left_empty.update(place for place, column in enumerate(zip(*whole, strict=True)) if "" in column)

    def _fitted(self, row: list[str]) -> list[str] | None:
        """The row with as many cells as there are columns; None where it cannot be known which those are.

        Spreadsheets and scripts leave empty cells at the end away. But a row that ends early is also what a line break
        in a text without quotes leaves. So what is missing is empty only where other rows leave it empty as well.
        """
        width = len(self._names)
        if len(row) >= width:
            return None if any(cell.strip() for cell in row[width:]) else row[:width]
        may_be_missing = not self._any_whole or self._left_empty.issuperset(range(len(row), width))
        return row + [""] * (width - len(row)) if may_be_missing else None

    def _rejected(self, number: int, row: list[str]) -> RejectedRow:
        width = len(self._names)
        cells = dict(zip(self._names, _cells(row), strict=False))
        if len(row) > width:
            cells[free_name(FURTHER_CELLS, self._names)] = _joined(row[width:], self._separator)
        reason = plural(
            "the row has {count} cell, and the header has {columns:,}",
            "the row has {count:,} cells, and the header has {columns:,}",
            len(row),
            columns=width,
        )
        return RejectedRow(number, reason, cells)


def _cells(texts: Sequence[str]) -> list[str | None]:
    cells: list[str | None] = [text.strip() or None for text in texts]
    if "'" in "".join(texts):
        return [cell and restored(cell) for cell in cells]
    return cells


def _joined(cells: list[str], separator: str) -> str:
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=separator, lineterminator="").writerow(cells)
    return line.getvalue()


def csv_text(table: pd.DataFrame, separator: str = ",") -> str:
    """The table as CSV that no spreadsheet computes anything from; `read_table` gives the exact texts back.

    Every text stands in quotes, as otherwise a lone carriage return would end its row.
    """
    safe = table.map(lambda value: defused(value) if isinstance(value, str) else value)
    return safe.to_csv(index=False, sep=separator, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)


def _write_csv(table: pd.DataFrame, _about: About) -> bytes:
    return csv_text(table).encode()


def _write_tsv(table: pd.DataFrame, _about: About) -> bytes:
    return csv_text(table, "\t").encode()


CSV = Format(
    "csv",
    "CSV",
    (".csv",),
    _read_csv,
    _write_csv,
    used_by=marked("For spreadsheets, and for programs that read little else."),
)
TSV = Format(
    "tsv",
    "TSV",
    (".tsv",),
    _read_tsv,
    _write_tsv,
    used_by=marked("As CSV, with tabs between the cells."),
)
