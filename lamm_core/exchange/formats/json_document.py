"""JSON: a list of objects, one a row; or an object that holds such a list, or a list of cells for each column."""

import json
from collections.abc import Iterator
from typing import BinaryIO

import pandas as pd

from lamm_core.bounded import CHUNK_CHARACTERS, MAX_WHOLE, check_cells
from lamm_core.exchange.cells import NothingInIt, frame
from lamm_core.exchange.encoding import TextFile, open_text
from lamm_core.exchange.format import About, Chunk, Format
from lamm_core.exchange.json_cursor import JsonCursor
from lamm_core.exchange.records import RecordRows, cell_of
from lamm_core.words import marked
from lamm_core.words import translate as _


def _read(file: BinaryIO) -> Iterator[Chunk]:
    with open_text(file) as text:
        cursor = JsonCursor(text)
        beginning = cursor.peek()
        if not beginning:
            raise NothingInIt
        yield from _rows(cursor, text) if beginning == "[" else _document(cursor, text)
        if cursor.peek():
            raise ValueError(_("something stands behind its end"))


def _rows(cursor: JsonCursor, text: TextFile) -> Iterator[Chunk]:
    rows, limit = RecordRows(), text.characters + CHUNK_CHARACTERS
    for value in cursor.elements():
        rows.add(value, {} if isinstance(value, dict) else {"value": json.dumps(value, ensure_ascii=False)})
        if rows.full or text.characters >= limit:
            yield rows.chunk(text.done, text.encoding)
            limit = text.characters + CHUNK_CHARACTERS
    yield rows.chunk(text.done, text.encoding)


def _document(cursor: JsonCursor, text: TextFile) -> Iterator[Chunk]:
    """The rows of an object: those of the one list of objects in it, else its lists side by side as columns."""
    rows_of: str | None = None
    columns: dict[str, list[str | None]] = {}
    for key in cursor.members():
        kind = cursor.peek()
        if kind == "[" and cursor.peek_inside() == "{":
            if rows_of is not None:
                raise ValueError(_("it has two lists of objects, {first!r} and {second!r}", first=rows_of, second=key))
            rows_of = key
            yield from _rows(cursor, text)
        elif kind == "[":
            columns[key] = _column(cursor.elements(), text)
        elif kind == "{":  # as pandas writes a table: row number to cell
            columns[key] = _column((cursor.value() for _key in cursor.members()), text)
        else:
            cursor.value()
    if rows_of is None:
        yield _side_by_side(columns, text)


def _column(values: Iterator[object], text: TextFile) -> list[str | None]:
    cells: list[str | None] = []
    for value in values:
        cells.append(cell_of(value))
        if text.characters > MAX_WHOLE:
            raise ValueError(
                _("a file of columns may have {most:,} megabytes; save it as a list of objects", most=MAX_WHOLE >> 20)
            )
    return cells


def _side_by_side(columns: dict[str, list[str | None]], text: TextFile) -> Chunk:
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise ValueError(_("it has no list of objects, and its lists differ in length"))
    rows = lengths.pop() if lengths else 0
    check_cells(rows, len(columns))
    return Chunk(frame(columns, rows), range(1, rows + 1), (), text.done, text.encoding)


def _write(table: pd.DataFrame, _about: About) -> bytes:
    return table.to_json(orient="records", force_ascii=False, date_format="iso", indent=1).encode()


JSON = Format(
    "json",
    "JSON",
    (".json",),
    _read,
    _write,
    used_by=marked("For programs: one array of objects, texts as they are."),
)
