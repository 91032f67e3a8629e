"""Argilla 2: records as `dataset.records.to_json` writes them, and the flat ones of `to_datasets`.

Source: docs.argilla.io, and `argilla.records` of the package, whose `Record.from_dict` takes what is written here.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, BinaryIO

import pandas as pd

from lamm_core.exchange.annotations import PROVENANCE, FoundLabels, as_written, read_annotations
from lamm_core.exchange.foreign_values import (
    Cells,
    Refused,
    class_key,
    comment_key,
    item_cells,
    joined,
    list_of,
    object_of,
    one_class,
    text_of,
)
from lamm_core.exchange.format import About, Chunk, Format
from lamm_core.exchange.json_records import first_object
from lamm_core.exchange.labelled_items import LabelledItem, array_bytes, labelled_items
from lamm_core.words import marked

_QUESTION = "label"
_FLAT = ".responses"
_LEFT = {"discarded", "draft"}
# Argilla knows people by UUID alone. The same name always gets the same one.
_PEOPLE = uuid.UUID("5d1f3f0e-6a0b-4c57-9d39-0c2a7b6c1e88")


def recognises(beginning: bytes) -> bool:
    """Whether a file that begins like this is of Argilla."""
    first = first_object(beginning)
    nested = isinstance(first.get("fields"), dict) and bool(first.keys() & {"responses", "suggestions"})
    return nested or ("_server_id" in first and any(key.endswith(_FLAT) for key in first))


def _read(file: BinaryIO) -> Iterator[Chunk]:
    yield from read_annotations(file, _found)


def _found(record: dict[str, Any]) -> FoundLabels:
    if "fields" in record:
        metadata = object_of(record.get("metadata"))
        item = item_cells(object_of(record["fields"]), metadata, {"id": record.get("id")})
        responses = {
            key: list(map(object_of, list_of(value))) for key, value in object_of(record.get("responses")).items()
        }
    else:
        metadata, item, responses = record, item_cells(record), _unflattened(record)
    given = {key: [each for each in several if _is_submitted(each)] for key, several in responses.items()}
    answers = {key: several for key, several in given.items() if several}
    asked = class_key(answers)
    if isinstance(asked, Refused):
        return FoundLabels.of(item, [(asked, {})])
    comments = {text_of(each.get("user_id")): each for each in answers.get(comment_key(answers) or "", [])}
    known = _known(metadata.get(PROVENANCE))
    return FoundLabels.of(item, (_answer(each, comments, known) for each in answers.get(asked or "", [])))


def _is_submitted(response: Mapping[str, Any]) -> bool:
    return text_of(response.get("status")) not in _LEFT


def _unflattened(record: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for key in record:
        if key.endswith(_FLAT):
            values, users, states = (list_of(record.get(key + part)) for part in ("", ".users", ".status"))
            found[key.removesuffix(_FLAT)] = [
                {"value": value, "user_id": user, "status": status}
                for value, user, status in zip_longest(values, users[: len(values)], states[: len(values)])
            ]
    return found


def _answer(
    response: dict[str, Any], comments: Mapping[str | None, dict[str, Any]], known: Mapping[str | None, Any]
) -> tuple[str | Refused | None, Cells]:
    user = text_of(response.get("user_id"))
    answer = one_class(response.get("value"))
    cells = {"annotator": user, "comment": joined(comments.get(user, {}).get("value"))}
    return answer, as_written(known.get(user), answer, cells)


def _known(written: object) -> dict[str | None, Any]:
    """User to what LAMM wrote of their label."""
    try:
        labels = json.loads(written) if isinstance(written, str) else None
    except (ValueError, RecursionError):
        return {}
    return {_user(object_of(each)): each for each in list_of(labels)}


def _user(label: Mapping[str, Any]) -> str:
    name = text_of(label.get("annotator")) or ""
    return str(uuid.uuid5(_PEOPLE, name.encode("utf-8", "replace").decode()))


def _write(table: pd.DataFrame, _about: About) -> bytes:
    return array_bytes(map(_written, labelled_items(table)))


def _written(item: LabelledItem) -> dict[str, Any]:
    # Argilla keeps numbers and texts as metadata, so the labels are one text.
    ours = {PROVENANCE: json.dumps(item.labels)} if item.labels else {}
    final = item.final_class
    responses = [{"value": label["class"], "user_id": _user(label), "status": "submitted"} for label in item.labels]
    return {
        "id": item.id,
        "fields": {"text": item.text},
        "metadata": {**item.about, **ours},
        # An answer is taken only of people whom Argilla knows, and a suggestion from anybody.
        "suggestions": {} if final is None else {_QUESTION: {"value": final, "agent": "LAMM"}},
        "responses": {_QUESTION: responses} if responses else {},
        "vectors": {},
    }


ARGILLA = Format(
    "argilla",
    "Argilla",
    (".json", ".jsonl"),
    _read,
    _write,
    recognises,
    used_by=marked("For Argilla 2: read the file with dataset.records.from_json."),
)
