"""The objects of a JSON file one after the other, be it one array or one object a line, with bounded memory."""

import codecs
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, BinaryIO

from lamm_core.bounded import MAX_LINE, check_size
from lamm_core.words import translate as _

_PIECE = 1 << 20  # bytes that are read at once
_BETWEEN = re.compile(r"[ \t\r\n,]*")  # a comma too many is no reason to refuse somebody's labels
_SHOWN = 200  # characters of what cannot be read
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class JsonRecord:
    """One object of a file.

    Attributes:
        number: its place in the file, or the number of its line, from 1.
        content: the object; empty where it could not be read.
        problem: why it could not be read, as a clause for a person.
        raw: the beginning of what could not be read.
        done: how much of the file was read by then, 0 to 1.
    """

    number: int
    content: dict[str, Any]
    problem: str | None = None
    raw: str = ""
    done: float = 1.0


def json_records(file: BinaryIO) -> Iterator[JsonRecord]:
    """The objects of a file, read a piece at a time.

    A line that is no object is told as a problem, and the next one is read. In an array nothing says where the next
    element would begin, so that there the reading ends.

    Raises:
        ValueError: the file is too large, no text in UTF-8, or an array that is cut off or is no JSON.
    """
    check_size(file)
    text = _Text(file)
    yield from _elements(text) if text.next_character() == "[" else _lines(text)


def first_object(beginning: bytes) -> dict[str, Any]:
    """The first object of a file that begins like this; empty where there is none, or where it ends further down."""
    text = beginning.decode("utf-8-sig", "ignore").lstrip(" \t\r\n[,")
    try:
        value, _end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


class _Text:
    """A file as text, of which a piece is held: `held[place:]` was read and not used yet."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = max(1, file.seek(0, os.SEEK_END))
        file.seek(0)
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._ended = False
        self.held = ""
        self.place = 0

    @property
    def done(self) -> float:
        """How much was read, 0 to 1."""
        return min(1.0, self._file.tell() / self._size)

    def more(self) -> bool:
        """Read a further piece, and forget what was used; whether there was one."""
        if len(self.held) - self.place > MAX_LINE:
            raise ValueError(_("one of its records has more than {most:,} megabytes", most=MAX_LINE >> 20))
        piece = b"" if self._ended else self._file.read(_PIECE)
        try:
            text = self._decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            raise ValueError(_("it is not UTF-8 text")) from error
        self._ended = not piece
        if piece:
            self.held, self.place = self.held[self.place :] + text, 0
        return not self._ended

    def next_character(self) -> str:
        """The next one that is neither space nor comma, where `place` is then; empty at the end of the file."""
        while True:
            found = _BETWEEN.match(self.held, self.place)
            self.place = found.end() if found else self.place
            if self.place < len(self.held):
                return self.held[self.place]
            if not self.more():
                return ""


def _lines(text: _Text) -> Iterator[JsonRecord]:
    for number in count(1):
        end = text.held.find("\n", text.place)
        while end < 0 and text.more():
            end = text.held.find("\n", text.place)
        line = text.held[text.place : end if end >= 0 else None]
        if end < 0 and not line:
            return
        text.place = end + 1 if end >= 0 else len(text.held)
        if line.strip():
            yield _of_line(number, line, text.done)


def _of_line(number: int, line: str, done: float) -> JsonRecord:
    try:
        return _checked(number, json.loads(line), done)
    except RecursionError:
        return JsonRecord(number, {}, _("it is nested too deep"), line[:_SHOWN], done)
    except ValueError:
        return JsonRecord(number, {}, _("it is not JSON"), line[:_SHOWN], done)


def _elements(text: _Text) -> Iterator[JsonRecord]:
    text.place += 1
    for number in count(1):
        following = text.next_character()
        if following == "]":
            return
        if not following:
            raise ValueError(_("it is cut off after record {number:,}", number=number - 1))
        yield _checked(number, _element(text, number), text.done)


def _element(text: _Text, number: int) -> object:
    while True:
        try:
            value, end = _DECODER.raw_decode(text.held, text.place)
        except RecursionError:
            raise ValueError(_("record {number:,} is nested too deep", number=number)) from None
        except ValueError as error:  # it is no JSON, or the rest of it was not read yet
            if not text.more():
                raise ValueError(_("record {number:,} is not JSON, or is cut off", number=number)) from error
            continue
        if end == len(text.held) and text.more():  # a number may go on
            continue
        text.place = end
        return value


def _checked(number: int, value: object, done: float) -> JsonRecord:
    if isinstance(value, dict):
        return JsonRecord(number, value, done=done)
    raw = "" if isinstance(value, list) else str(value)[:_SHOWN]  # lists may be nested deeper than they can be shown
    return JsonRecord(number, {}, _("it is no JSON object"), raw, done)
