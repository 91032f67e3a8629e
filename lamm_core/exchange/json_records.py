"""The objects of a JSON file one after the other, be it one array or one object a line, with bounded memory."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from lamm_core.exchange.encoding import TextFile, open_text
from lamm_core.exchange.json_cursor import JsonCursor
from lamm_core.words import translate as _

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
    """The objects of a file, read a piece at a time and in the encoding that it seems to be in.

    A line that is no object is told as a problem, and the next one is read. In an array nothing says where the next
    element would begin, so that there the reading ends.

    Raises:
        ValueError: the file is too large, no text, or an array that is cut off or is no JSON.
    """
    with open_text(file) as text:
        is_array = JsonCursor(text).peek() == "["
    with open_text(file) as text:
        yield from _elements(text) if is_array else _lines(text)


def first_object(beginning: bytes) -> dict[str, Any]:
    """The first object of a file that begins like this; empty where there is none, or where it ends further down."""
    text = beginning.decode("utf-8-sig", "ignore").lstrip(" \t\r\n[,")
    try:
        value, _end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _lines(text: TextFile) -> Iterator[JsonRecord]:
    for number, line in enumerate(text.lines(), 1):
        if line.strip():
            yield _of_line(number, line.strip(), text.done)


def _elements(text: TextFile) -> Iterator[JsonRecord]:
    for number, value in enumerate(JsonCursor(text).elements(), 1):
        yield _checked(number, value, text.done)


def _of_line(number: int, line: str, done: float) -> JsonRecord:
    try:
        return _checked(number, json.loads(line), done)
    except RecursionError:
        return JsonRecord(number, {}, _("it is nested too deep"), line[:_SHOWN], done)
    except ValueError:
        return JsonRecord(number, {}, _("it is not JSON"), line[:_SHOWN], done)


def _checked(number: int, value: object, done: float) -> JsonRecord:
    if isinstance(value, dict):
        return JsonRecord(number, value, done=done)
    raw = "" if isinstance(value, list) else str(value)[:_SHOWN]  # lists may be nested deeper than they can be shown
    return JsonRecord(number, {}, _("it is no JSON object"), raw, done)
