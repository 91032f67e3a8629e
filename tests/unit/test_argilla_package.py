"""Argilla's own package takes what LAMM writes, and LAMM reads what that package writes."""

import json
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import argilla
import pandas as pd
import pytest
from argilla.records._io import GenericIO, JsonIO

from lamm_core.exchange.format import About
from lamm_core.exchange.reading import open_table, read_table
from lamm_core.exchange.writing import write_table

TABLE = pd.DataFrame(
    {
        "id": ["i1", "i1", "i2", "i3"],
        "text": ["Grün\n文", "Grün\n文", "Pen", "Ink"],
        "language": ["de", "de", "en", None],
        "class": ["pen", "ink", "pen", None],
        "annotator": ["Ana", "Ben", None, None],
        "labelled_at": pd.to_datetime(["2026-01-02T03:04:05.678901Z"] * 4, utc=True),
        "seconds": [2.5, 1, None, None],
        "flagged": [True, False, False, False],
        "deciding": [True, False, True, False],
    }
)


@pytest.fixture
def records(tmp_path: Path) -> list[argilla.Record]:
    """The table as the records of a dataset, of which nothing but its settings is there."""
    write_table(TABLE, tmp_path / "labels.json", About("shop", ("pen", "ink"), ("de", "en")), "argilla")
    nobody = MagicMock()
    settings = argilla.Settings(
        fields=[argilla.TextField(name="text", client=nobody)],
        questions=[argilla.LabelQuestion(name="label", labels=["pen", "ink"], client=nobody)],
    )
    found = JsonIO._records_from_json(tmp_path / "labels.json")
    for each in found:
        each._dataset = SimpleNamespace(settings=settings, schema=settings.schema)
    return found


def test_the_package_makes_of_every_label_the_response_that_it_would_send(records: list[argilla.Record]) -> None:
    sent = [each.api_model().model_dump() for each in records]
    assert [each["fields"] for each in sent] == [{"text": text} for text in ("Grün\n文", "Pen", "Ink")]
    answers = [[response["values"]["label"]["value"] for response in each["responses"]] for each in sent]
    assert answers == [["pen", "ink"], ["pen"], []]
    people = [response["user_id"] for response in sent[0]["responses"]]
    assert len(set(people)) == 2
    assert {response["status"] for each in sent for response in each["responses"]} == {"submitted"}
    assert [[each["value"] for each in one["suggestions"]] for one in sent] == [["pen"], ["pen"], []]
    assert sent[0]["metadata"]["language"] == "de"


@pytest.mark.parametrize("flat", [False, True], ids=["to_json", "to_list"])
def test_what_the_package_writes_has_the_same_labels(records: list[argilla.Record], tmp_path: Path, flat: bool) -> None:
    path = tmp_path / "back.json"
    if flat:
        path.write_text(json.dumps(GenericIO.to_list(records, flatten=True)), "utf-8")
    else:
        JsonIO.to_json(records, path)
    assert open_table(path).format.name == "argilla"
    assert read_table(path).equals(read_table(tmp_path / "labels.json"))
