"""JSON Lines: one object a row."""

import json
from collections.abc import Iterator
from typing import BinaryIO

import pandas as pd

from lamm_core.bounded import check_cells, lines
from lamm_core.exchange.cells import as_text
from lamm_core.exchange.format import About, Chunk, Format
from lamm_core.words import marked
from lamm_core.words import translate as _


def _read(file: BinaryIO) -> Iterator[Chunk]:
    # Line by line and without types: the reader of pandas turns whole numbers next to gaps into 7.0.
    records: list[dict[str, str | None]] = []
    columns: set[str] = set()
    for number, line in enumerate(lines(file), 1):
        if line.strip():
            records.append({key: as_text(value) for key, value in _json_object(number, line).items()})
            columns.update(records[-1])
            check_cells(len(records), len(columns))
    table = pd.DataFrame(records, dtype=object)
    yield Chunk(table.where(table.notna(), None), range(1, len(table) + 1))


def _json_object(number: int, line: str) -> dict[str, object]:
    try:
        record = json.loads(line)
    except RecursionError:
        raise ValueError(_("line {line} is nested too deep", line=number)) from None
    except ValueError as error:
        raise ValueError(_("line {line} is not JSON", line=number)) from error
    if not isinstance(record, dict):
        raise ValueError(_("line {line} is not an object", line=number))  # noqa: TRY004 - the file is wrong, not a type
    return record


def _write(table: pd.DataFrame, _about: About) -> bytes:
    return table.to_json(orient="records", lines=True, force_ascii=False, date_format="iso").encode()


JSON_LINES = Format(
    "jsonl",
    "JSONL",
    (".jsonl",),
    _read,
    _write,
    used_by=marked("For programs: one JSON object a line, texts as they are."),
)
