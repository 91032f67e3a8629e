"""Excel workbooks: the first sheet that has something in it and is not hidden."""

from collections.abc import Iterator
from typing import BinaryIO

import pandas as pd

from lamm_core.bounded import CHUNK_CHARACTERS, CHUNK_ROWS, MAX_BYTES, check_size, check_unpacked
from lamm_core.exchange.cells import FURTHER_CELLS, NothingInIt, column_names, frame, free_name
from lamm_core.exchange.format import About, Chunk, Format, RejectedRow
from lamm_core.exchange.workbook_reading import Row, SheetRows, sheets
from lamm_core.exchange.workbook_writing import workbook_bytes
from lamm_core.words import marked
from lamm_core.words import translate as _


def _read(file: BinaryIO) -> Iterator[Chunk]:
    check_size(file, MAX_BYTES)
    for sheet in sheets(file):
        rows = iter(sheet)
        header = next(rows, None)
        if header is not None:
            yield from _chunks(header, rows, sheet)
            return
    raise NothingInIt


def _chunks(header: Row, rows: Iterator[Row], sheet: SheetRows) -> Iterator[Chunk]:
    first, cells = header
    names = column_names([cells.get(place) for place in range(max(cells) + 1)])
    found: list[Row] = []
    characters, limit = 0, CHUNK_CHARACTERS
    for number, cells in rows:
        found.append((number - first, cells))
        characters += sum(map(len, cells.values()))
        check_unpacked(characters)
        if len(found) >= CHUNK_ROWS or characters >= limit:
            yield _chunk(names, found, sheet.done)
            found, limit = [], characters + CHUNK_CHARACTERS
    yield _chunk(names, found, sheet.done)


def _chunk(names: list[str], found: list[Row], done: float) -> Chunk:
    fitting = [(number, cells) for number, cells in found if max(cells) < len(names)]
    columns = {place: [cells.get(place) for _number, cells in fitting] for place in range(len(names))}
    rejected = [_rejected(names, number, cells) for number, cells in found if max(cells) >= len(names)]
    table = frame(columns, len(fitting)).set_axis(names, axis=1)
    return Chunk(table, [number for number, _cells in fitting], tuple(rejected), done)


def _rejected(names: list[str], number: int, cells: dict[int, str]) -> RejectedRow:
    named: dict[str, str | None] = {name: cells.get(place) for place, name in enumerate(names)}
    further = [cell for place, cell in cells.items() if place >= len(names)]
    named[free_name(FURTHER_CELLS, names)] = " ".join(further)
    return RejectedRow(number, _("the row has cells in columns that the header does not name"), named)


def _write(table: pd.DataFrame, _about: About) -> bytes:
    return workbook_bytes(table)


WORKBOOK = Format(
    "xlsx",
    "Excel (XLSX)",
    (".xlsx",),
    _read,
    _write,
    used_by=marked("For Excel, LibreOffice and Google Sheets; nothing in it is computed."),
)
