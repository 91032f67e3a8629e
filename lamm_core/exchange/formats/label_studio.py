"""Label Studio: the JSON of its tasks, and JSON-MIN.

Source: labelstud.io/guide/task_format and /guide/export. The labels written belong to a configuration with a `Choices`
named `label` for a `Text` named `text`; docs/formats.md has it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import pandas as pd

from lamm_core.exchange.annotations import PROVENANCE, FoundLabels, as_written, read_annotations
from lamm_core.exchange.foreign_values import (
    Cells,
    Refused,
    class_key,
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
from lamm_core.exchange.labelled_items import LabelledItem, array_bytes, labelled_items
from lamm_core.words import marked
from lamm_core.words import translate as _

_CLASS, _TEXT = "label", "text"  # names of the tags in the labelling configuration
_MINIMAL = {"annotator", "annotation_id", "lead_time"}  # which JSON-MIN has beside the data


def recognises(beginning: bytes) -> bool:
    """Whether a file that begins like this is of Label Studio."""
    first = first_object(beginning)
    is_task = isinstance(first.get("data"), dict) and bool(first.keys() & {"annotations", "predictions"})
    return is_task or first.keys() >= _MINIMAL


def _read(file: BinaryIO) -> Iterator[Chunk]:
    yield from read_annotations(file, lambda record: _minimal(record) if "data" not in record else _task(record))


def _task(task: dict[str, Any]) -> FoundLabels:
    data = object_of(task.get("data"))
    item = item_cells(data, object_of(task.get("meta")), {"id": task.get("id")})
    annotations = (object_of(each) for each in list_of(task.get("annotations")))
    return FoundLabels.of(item, (_answer(each) for each in annotations if not each.get("was_cancelled")))


def _answer(annotation: dict[str, Any]) -> tuple[str | Refused | None, Cells]:
    regions = [object_of(each) for each in list_of(annotation.get("result"))]
    choices = [each for each in regions if each.get("type") == "choices"]
    answer = _chosen(choices) if choices or not regions else _not_chosen(regions)
    meta = object_of(choices[0].get("meta")) if choices else {}
    notes = [object_of(each.get("value")).get("text") for each in regions if each.get("type") == "textarea"]
    cells = {
        "annotator": _person(annotation.get("completed_by")),
        "labelled_at": moment_of(annotation.get("created_at")),
        "seconds": text_of(annotation.get("lead_time")),
        "comment": joined([joined(each) for each in [meta.get("text"), *notes]]),
    }
    return answer, as_written(meta.get(PROVENANCE), answer, cells)


def _chosen(choices: list[dict[str, Any]]) -> str | Refused | None:
    names = dict.fromkeys(text_of(each.get("from_name")) or "" for each in choices)
    asked = class_key(names)
    if isinstance(asked, Refused):
        return asked
    values = [object_of(each.get("value")) for each in choices if (text_of(each.get("from_name")) or "") == asked]
    if any("start" in value for value in values):
        return parts_marked()
    return one_class([name for value in values for name in list_of(value.get("choices"))])


def _not_chosen(regions: list[dict[str, Any]]) -> Refused | None:
    kinds = [kind for each in regions if (kind := text_of(each.get("type"))) not in (None, "textarea")]
    return Refused(_("it holds no choice but {kind}", kind=kinds[0])) if kinds else None


def _person(value: object) -> str | None:
    if not isinstance(value, dict):
        return text_of(value)
    name = " ".join(filter(None, map(text_of, (value.get("first_name"), value.get("last_name")))))
    return text_of(value.get("email")) or text_of(value.get("username")) or name or text_of(value.get("id"))


def _minimal(record: dict[str, Any]) -> FoundLabels:
    item = item_cells(record)
    if record.get("annotation_id") is None:
        return FoundLabels(item)
    asked = _question(record)
    value = record.get(asked) if asked else None
    answer = one_class(object_of(value).get("choices", value))
    cells = {
        "annotator": text_of(record.get("annotator")),
        "labelled_at": moment_of(record.get("created_at")),
        "seconds": text_of(record.get("lead_time")),
    }
    return FoundLabels.of(item, [(answer, cells)])


def _question(record: Mapping[str, Any]) -> str | None:
    """The key of the answer: answers stand between the id and the annotator, behind the data."""
    keys = list(record)
    end = keys.index("annotator") if "annotator" in keys else len(keys)
    answers = keys[keys.index("id") + 1 if "id" in keys else 0 : end]
    asked = class_key(answers)
    return asked if isinstance(asked, str) else next(iter(answers[-1:]), None)


def _write(table: pd.DataFrame, _about: About) -> bytes:
    return array_bytes(map(_written, labelled_items(table)))


def _written(item: LabelledItem) -> dict[str, Any]:
    name = {} if item.id is None else {"item_id": item.id}  # Label Studio gives an `id` of its own
    return {
        "data": {"text": item.text, **name, **item.about},
        "annotations": [_annotation(label) for label in item.labels],
    }


def _annotation(label: dict[str, Any]) -> dict[str, Any]:
    note = {"text": [label["comment"]]} if "comment" in label else {}
    choice = {
        "from_name": _CLASS,
        "to_name": _TEXT,
        "type": "choices",
        "value": {"choices": [label["class"]]},
        "meta": {**note, PROVENANCE: label},
    }
    # Not who did it: an import that names somebody who has no account there is refused as a whole.
    told = {"created_at": label.get("labelled_at"), "lead_time": label.get("seconds")}
    return {"result": [choice], **{key: value for key, value in told.items() if value is not None}}


LABEL_STUDIO = Format(
    "label-studio",
    "Label Studio",
    (".json",),
    _read,
    _write,
    recognises,
    used_by=marked("For Label Studio: import the file into a project for text classification."),
)
