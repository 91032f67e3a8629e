"""doccano: text classification as JSON Lines, one text a line.

Source: the packages `data_import` and `data_export` of doccano: it keeps every further key of a line as it is and gives
it back in an export, so what LAMM knows of the labels travels as one of them.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pandas as pd

from lamm_core.exchange.annotations import PROVENANCE, FoundLabels, as_written, read_annotations
from lamm_core.exchange.foreign_values import (
    item_cells,
    joined,
    list_of,
    object_of,
    one_class,
    parts_marked,
    text_of,
)
from lamm_core.exchange.format import About, Chunk, Format
from lamm_core.exchange.json_records import first_object
from lamm_core.exchange.labelled_items import LabelledItem, labelled_items, line_bytes
from lamm_core.words import marked

_LABELS = ("label", "labels", "cats")
_PARTS = ("entities", "relations")


def recognises(beginning: bytes) -> bool:
    """Whether a file that begins like this is of doccano."""
    first = first_object(beginning)
    has_text = isinstance(first.get("text", first.get("data")), str)
    has_labels = "id" in first and any(isinstance(first.get(key), list) for key in _LABELS)
    return has_text and (has_labels or "Comments" in first)


def _read(file: BinaryIO) -> Iterator[Chunk]:
    yield from read_annotations(file, _found)


def _found(record: dict[str, Any]) -> FoundLabels:
    item = item_cells(record | {"text": record.get("text", record.get("data"))})
    named = next((record[key] for key in _LABELS if record.get(key) is not None), None)
    answer = one_class(named)
    if answer is None and any(record.get(key) for key in _PARTS):
        answer = parts_marked()
    ours = object_of(record.get(PROVENANCE))
    if isinstance(answer, str) and text_of(ours.get("label")) == answer:
        known = [(text_of(object_of(each).get("class")), each) for each in list_of(ours.get("labels"))]
        if known and all(name for name, _each in known):
            return FoundLabels.of(item, [(name, as_written(each, name, {})) for name, each in known])
    cells = {"annotator": text_of(record.get("annotator")), "comment": joined(record.get("Comments"))}
    return FoundLabels.of(item, [(answer, cells)])


def _write(table: pd.DataFrame, _about: About) -> bytes:
    return line_bytes(map(_written, labelled_items(table)))


def _written(item: LabelledItem) -> dict[str, Any]:
    """A line. Each has the same keys: doccano makes a table of them and cannot store the gaps that it would have."""
    label = item.final_class
    return {
        "id": item.id,
        "text": item.text,
        "label": [] if label is None else [label],
        "language": item.language,
        "split": item.split,
        PROVENANCE: {"label": label, "labels": list(item.labels)},
    }


DOCCANO = Format(
    "doccano",
    "doccano",
    (".jsonl", ".json"),
    _read,
    _write,
    recognises,
    used_by=marked("For doccano: import the file as JSONL into a project for text classification."),
)
