"""JSON Lines: one object a row."""

import json
from collections.abc import Iterator
from typing import BinaryIO

import pandas as pd

from lamm_core.bounded import CHUNK_CHARACTERS
from lamm_core.exchange.encoding import open_text
from lamm_core.exchange.format import About, Chunk, Format
from lamm_core.exchange.records import RecordRows, Unusable
from lamm_core.words import marked
from lamm_core.words import translate as _

_LINE = "line"  # the column for what is no object


def _read(file: BinaryIO) -> Iterator[Chunk]:
    # Line by line and without types: the reader of pandas turns whole numbers next to gaps into 7.0.
    with open_text(file) as text:
        rows, limit = RecordRows(), CHUNK_CHARACTERS
        for line in text.lines():
            if line.strip():
                rows.add(_parsed(line), {_LINE: line.strip()})
            if rows.full or text.characters >= limit:
                yield rows.chunk(text.done, text.encoding)
                limit = text.characters + CHUNK_CHARACTERS
        yield rows.chunk(text.done, text.encoding)


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except RecursionError:
        return Unusable(_("it is nested too deep"))
    except ValueError:  # also of a number with thousands of digits
        return Unusable(_("it is not JSON"))


def _write(table: pd.DataFrame, _about: About) -> bytes:
    return table.to_json(orient="records", lines=True, force_ascii=False, date_format="iso").encode()


JSON_LINES = Format(
    "jsonl",
    "JSON Lines",
    (".jsonl", ".ndjson"),
    _read,
    _write,
    used_by=marked("For programs: one JSON object a line, texts as they are."),
)
