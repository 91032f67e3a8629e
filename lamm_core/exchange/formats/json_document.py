"""JSON: a list of objects, one a row; or an object that holds such a list, or a list of cells for each column.

Read piece by piece, since the objects of a file of some hundred megabytes take some gigabytes.
"""

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

import pandas as pd

from lamm_core.bounded import CHUNK_CHARACTERS, MAX_LINE, MAX_WHOLE, check_cells
from lamm_core.exchange.cells import NothingInIt, frame
from lamm_core.exchange.encoding import TextFile, open_text
from lamm_core.exchange.format import About, Chunk, Format
from lamm_core.exchange.records import RecordRows, cell_of
from lamm_core.words import marked
from lamm_core.words import translate as _

_BLOCK = 2**18
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class JsonCursor:
    """A place in a JSON text, of which no more than a value is ever held.

    Every method raises ValueError where the text is not JSON there, and where a value has more than `MAX_LINE`
    characters.
    """

    def __init__(self, text: TextFile) -> None:
        self._text = text
        self._buffer = ""
        self._place = 0

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            self._place = self._after_space(self._place)
            if self._place < len(self._buffer) or not self._more():
                return self._buffer[self._place : self._place + 1]

    def peek_inside(self) -> str:
        """The character that `peek` would find behind the next one."""
        while True:
            place = self._after_space(self._after_space(self._place) + 1)
            if place < len(self._buffer) or not self._more():
                return self._buffer[place : place + 1]

    def take(self, sign: str) -> None:
        """Pass over a sign such as "["."""
        if self.peek() != sign:
            raise self._wrong()
        self._place += 1

    def value(self) -> object:
        """The value that begins here."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._place)
            except RecursionError:
                raise ValueError(_("it is nested too deep")) from None
            except ValueError:
                if not self._more():
                    raise self._wrong() from None
            else:
                if self._ends(end) or not self._more():
                    self._place = end
                    return value

    def elements(self) -> Iterator[object]:
        """The values of the list that begins here."""
        for _each in self._parts("[", "]"):
            yield self.value()

    def members(self) -> Iterator[str]:
        """The keys of the object that begins here; whoever asks for them takes the value behind each."""
        for _each in self._parts("{", "}"):
            key = self.value()
            if not isinstance(key, str):
                raise self._wrong()
            self.take(":")
            yield key

    def _parts(self, begin: str, end: str) -> Iterator[None]:
        self.take(begin)
        if self.peek() != end:
            yield
            while self.peek() == ",":
                self.take(",")
                yield
        self.take(end)

    def _ends(self, place: int) -> bool:
        """Whether a value surely ends there: a number may go on behind what was read so far."""
        return self._after_space(place) < len(self._buffer) and self._buffer[place] not in ".eE"

    def _after_space(self, place: int) -> int:
        found = _SPACE.match(self._buffer, place)
        return place if found is None else found.end()

    def _more(self) -> bool:
        left = self._buffer[self._place :]
        if len(left) > MAX_LINE:
            raise ValueError(_("one of its values has more than {most:,} characters", most=MAX_LINE))
        # Much more each time, so that a long value, which is then tried again from its beginning, is not tried often.
        block = self._text.read(min(max(_BLOCK, 3 * len(left)), MAX_LINE + 1 - len(left)))
        self._buffer, self._place = left + block, 0
        return bool(block)

    def _wrong(self) -> ValueError:
        left = len(self._buffer) - self._place
        return ValueError(_("it is not JSON from character {place:,}", place=self._text.characters - left + 1))


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
