"""Rows of an Excel workbook: a zip archive of XML files, of which no more than a row and the shared texts is ever held.

Read with the parser that comes with Python, event by event: a tree of a row, as libraries build it, can take a hundred
times what the row takes in the file, and a text that is shared by a million cells has to stay one text.

Source: ECMA-376, part 1, 18 (SpreadsheetML).
"""

import functools
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, TypeVar
from xml.parsers import expat

from lamm_core.bounded import MAX_LINE, check_cells, check_unpacked, line_too_long
from lamm_core.exchange.cells import as_text
from lamm_core.words import translate as _

_BLOCK = 65_536
_MAX_SHARED = 128 * 2**20  # characters of all texts that cells share
_MAX_MEMBERS = 10_000
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DAMAGED = (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, KeyError, NotImplementedError, RuntimeError)
# Formats of numbers that are dates (18.8.30), and the parts of other formats that do not matter for that.
_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_NOT_OF_DATES = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|General', re.IGNORECASE)

Row = tuple[int, dict[int, str]]  # number in the sheet, from 1; place of a column, from 0, to cell
_P = TypeVar("_P", bound="_Part")


class SheetRows:
    """The rows of a sheet that have something in them, to be read once.

    Attributes:
        done: how much of the sheet was read so far, 0 to 1.
    """

    def __init__(self, book: "_Book", name: str) -> None:
        self.done = 0.0
        self._book = book
        self._name = name

    def __iter__(self) -> Iterator[Row]:
        found = _Sheet(self._book)
        with _told():
            for done in _feed(self._book.archive, self._name, found):
                self.done = done
                yield from found.rows
                found.rows.clear()


def sheets(file: BinaryIO) -> Iterator[SheetRows]:
    """The sheets that are not hidden, in the order of their tabs.

    Raises:
        ValueError: it is no workbook, a damaged one, or one that unpacks to more than it may; also while rows are read.
    """
    with _told(), zipfile.ZipFile(file) as archive:
        _check_members(archive)
        book = _Book.of(archive)
        for name in book.sheets:
            yield SheetRows(book, name)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise ValueError(_("it is no Excel workbook, or a damaged one")) from error


def _check_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > _MAX_MEMBERS:
        raise zipfile.BadZipFile
    check_unpacked(sum(each.file_size for each in members))  # reading ends there, whatever follows


@dataclass(frozen=True)
class _Book:
    """What the cells of a workbook refer to.

    Attributes:
        sheets: names of their files, in the order of the tabs.
        shared: texts that cells share.
        dates: numbers of the styles that show a number as a date.
        first_day: what dates count from.
    """

    archive: zipfile.ZipFile
    sheets: Sequence[str]
    shared: Sequence[str]
    dates: frozenset[str]
    first_day: datetime

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> "_Book":
        book = _parsed(archive, "xl/workbook.xml", _BookParts())
        targets = _parsed(archive, "xl/_rels/workbook.xml.rels", _Relations()).targets
        names = [posixpath.normpath(posixpath.join("/xl", targets[each])).lstrip("/") for each in book.sheet_ids]
        there = set(archive.namelist())
        styles = _parsed(archive, "xl/styles.xml", _Styles()) if "xl/styles.xml" in there else _Styles()
        shared = _parsed(archive, "xl/sharedStrings.xml", _Shared()) if "xl/sharedStrings.xml" in there else _Shared()
        return cls(archive, names, shared.texts, styles.dates, book.first_day)


class _Part:
    """Listens to one of the files; this one to nothing."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text between two of them."""


class _BookParts(_Part):
    """The list of sheets."""

    def __init__(self) -> None:
        self.sheet_ids: list[str] = []
        self.first_day = datetime(1899, 12, 30)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "sheet" and attributes.get("state", "visible") == "visible":
            self.sheet_ids.extend(value for name, value in attributes.items() if _local(name) == "id")
        elif tag == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
            self.first_day = datetime(1904, 1, 1)


class _Relations(_Part):
    """Which file an id stands for."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Relationship":
            self.targets[attributes["Id"]] = attributes["Target"]


class _Styles(_Part):
    """Which styles show a number as a date."""

    def __init__(self) -> None:
        self._formats = {str(each) for each in _DATES}
        self._in_cells = False
        self._styles: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "numFmt" and re.search("[dmyhs]", _NOT_OF_DATES.sub("", attributes["formatCode"]), re.IGNORECASE):
            self._formats.add(attributes["numFmtId"])
        elif tag == "cellXfs":
            self._in_cells = True
        elif tag == "xf" and self._in_cells:
            self._styles.append(attributes.get("numFmtId", "0"))

    def end(self, tag: str) -> None:
        self._in_cells = self._in_cells and tag != "cellXfs"

    @property
    def dates(self) -> frozenset[str]:
        """Numbers of the styles."""
        return frozenset(str(place) for place, number in enumerate(self._styles) if number in self._formats)


class _Texts(_Part):
    """What stands in certain elements."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._characters = 0
        self._listens = False
        self._in_reading_aid = False  # how Japanese characters are read, which stands beside them

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "rPh":
            self._in_reading_aid = True
        elif tag in {"t", "v"}:
            self._listens = not self._in_reading_aid

    def end(self, tag: str) -> None:
        if tag == "rPh":
            self._in_reading_aid = False
        elif tag in {"t", "v"}:
            self._listens = False

    def text(self, text: str) -> None:
        if self._listens:
            self._characters += len(text)
            if self._characters > MAX_LINE:
                raise ValueError(line_too_long())
            self._pieces.append(text)

    def _taken(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        self._characters = 0
        return text


class _Shared(_Texts):
    """The texts that cells share."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._all = 0

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "si":
            self.texts.append(_unescaped(self._taken()))
            self._all += len(self.texts[-1])
            if self._all > _MAX_SHARED:
                raise ValueError(_("its texts have more than {most:,} characters", most=_MAX_SHARED))


class _Sheet(_Texts):
    """Rows of a sheet, as far as they were read."""

    def __init__(self, book: _Book) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._book = book
        self._cells: dict[int, str] = {}
        self._row = self._place = 0
        self._kind = self._style = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "c":
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
            self._place = _place_of(attributes["r"]) if "r" in attributes else self._place + 1
        elif tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._cells, self._place = {}, -1
        else:
            super().start(tag, attributes)

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "c":
            self._end_cell(self._taken())
        elif tag == "row" and self._cells:
            self.rows.append((self._row, self._cells))

    def _end_cell(self, content: str) -> None:
        cell = self._cell(content) if content else None
        if cell is not None:
            check_cells(0, self._place + 1)
            self._cells[self._place] = cell

    def _cell(self, content: str) -> str | None:
        if self._kind == "s":
            return self._book.shared[int(content)] or None
        if self._kind == "b":
            return "true" if content == "1" else "false"
        if self._kind != "n":  # a text of its own or of a formula, the name of an error, a date in ISO 8601
            return _unescaped(content) or None
        if self._style in self._book.dates:
            return _date(float(content), self._book.first_day)
        return content if content.isdecimal() else as_text(float(content))


def _parsed(archive: zipfile.ZipFile, name: str, part: _P) -> _P:
    for _done in _feed(archive, name, part):
        pass
    return part


def _feed(archive: zipfile.ZipFile, name: str, part: _Part) -> Iterator[float]:
    """Let a part listen to a file of the archive, block by block; gives how much of it was read, 0 to 1.

    Raises:
        ValueError: the file defines entities, which no workbook does, or has a tag without an end.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: part.start(_local(tag), attributes)
    parser.EndElementHandler = lambda tag: part.end(_local(tag))
    parser.CharacterDataHandler = part.text
    parser.EntityDeclHandler = _refuse_entities
    with archive.open(name) as opened:
        fed, size = 0, archive.getinfo(name).file_size
        while block := opened.read(_BLOCK):
            parser.Parse(block)
            fed += len(block)
            if fed - parser.CurrentByteIndex > MAX_LINE:
                raise ValueError(line_too_long())
            yield fed / max(fed, size)
        parser.Parse(b"", True)
        yield 1.0


def _refuse_entities(*_declaration: object) -> None:
    raise zipfile.BadZipFile


@functools.lru_cache(maxsize=1_000)
def _local(name: str) -> str:
    """A name without its namespace, of which there are a transitional and a strict one."""
    return name.rpartition(" ")[2]


def _place_of(reference: str) -> int:
    """Place of the column of a cell, from 0: 27 for "AB12"."""
    return _column(reference.rstrip("0123456789"))


@functools.lru_cache(maxsize=2_000)
def _column(letters: str) -> int:
    place = 0
    for letter in letters[:9]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return max(0, place - 1)


def _unescaped(text: str) -> str:
    """What XML cannot hold, such as control characters, is written `_x0001_`."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.strip()


def _date(days: float, first_day: datetime) -> str | None:
    """A date, a moment or, without a day, a time of the day, as ISO 8601."""
    if not 0 <= days < 2_958_466:  # until the year 9999
        return as_text(days)
    moment = first_day + timedelta(seconds=round(days * 86_400, 3))
    if days < 1:
        return moment.time().isoformat()
    # Excel believes in a 29 February 1900.
    if days < 60 and first_day.year == 1899:
        moment += timedelta(days=1)
    return moment.date().isoformat() if days == int(days) else moment.isoformat()
