"""Prodigy: text classification as JSON Lines, one answer a line, from the choice interface or of one label at a time.

Source: prodi.gy/docs/api-interfaces (`choice`, `classification`) and /docs/recipes (`db-in`, `db-out`).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

import pandas as pd

from lamm_core.exchange.annotations import PROVENANCE, FoundLabels, as_written, read_annotations
from lamm_core.exchange.foreign_values import (
    Refused,
    item_cells,
    joined,
    list_of,
    moment_of,
    object_of,
    one_class,
    parts_marked,
    text_of,
)
from lamm_core.exchange.format import About, Chunk, Format
from lamm_core.exchange.json_records import first_object
from lamm_core.exchange.labelled_items import LabelledItem, class_names, labelled_items, line_bytes
from lamm_core.words import marked
from lamm_core.words import translate as _

_ANSWERS = {"accept", "reject", "ignore"}
_OWN = {"_input_hash", "_task_hash", "_view_id"}


def recognises(beginning: bytes) -> bool:
    """Whether a file that begins like this is of Prodigy."""
    first = first_object(beginning)
    return "text" in first and (text_of(first.get("answer")) in _ANSWERS or bool(first.keys() & _OWN))


def _read(file: BinaryIO) -> Iterator[Chunk]:
    yield from read_annotations(file, _found)


def _found(record: dict[str, Any]) -> FoundLabels:
    item = item_cells(record, object_of(record.get("meta")))
    answer = _answer(record)
    cells = {
        "annotator": text_of(record.get("_annotator_id")) or text_of(record.get("_session_id")),
        "labelled_at": moment_of(record.get("_timestamp")),
        "comment": joined(record.get("comment")),
        "flagged": text_of(record.get("flagged")),
    }
    return FoundLabels.of(item, [(answer, as_written(record.get(PROVENANCE), answer, cells))])


def _answer(record: dict[str, Any]) -> str | Refused | None:
    answer, chosen = record.get("answer"), record.get("accept")
    named = record.get("label") if chosen is None else chosen
    if answer == "reject":
        rejected = Refused(_("it was rejected, which does not say what the class is"))
        return rejected if named is None else Refused(rejected.reason, {"class": joined(named)})
    if answer != "accept":
        return None
    if named is None and list_of(record.get("spans")):
        return parts_marked()
    return one_class(named)


def _write(table: pd.DataFrame, about: About) -> bytes:
    options = [{"id": name, "text": name} for name in class_names(table, about)]
    return line_bytes(line for item in labelled_items(table) for line in _lines(item, options))


def _lines(item: LabelledItem, options: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    name = {} if item.id is None else {"id": item.id}
    task = {"text": item.text, "options": options, "_view_id": "choice", "meta": {**name, **item.about}}
    for label in item.labels:
        yield task | {"accept": [label["class"]], "answer": "accept"} | _who(label) | {PROVENANCE: label}
    if not item.labels:
        yield task


def _who(label: dict[str, Any]) -> dict[str, Any]:
    told = {
        "_annotator_id": label.get("annotator"),
        "_session_id": label.get("annotator"),
        "_timestamp": int(datetime.fromisoformat(label["labelled_at"]).timestamp()) if "labelled_at" in label else None,
        "comment": label.get("comment"),
        "flagged": label.get("flagged"),
    }
    return {key: value for key, value in told.items() if value is not None}


PRODIGY = Format(
    "prodigy",
    "Prodigy",
    (".jsonl",),
    _read,
    _write,
    recognises,
    used_by=marked("For Prodigy: add the file to a dataset with db-in."),
)
