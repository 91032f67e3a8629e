"""Files of annotation tools: what each of them says, and that labels come back from a file as they went into it."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lamm_core.errors import UnreadableFile
from lamm_core.exchange.annotations import COLUMNS
from lamm_core.exchange.format import About, RejectedRow
from lamm_core.exchange.formats import FORMATS
from lamm_core.exchange.json_records import json_records
from lamm_core.exchange.reading import open_table

TOOLS = ("label-studio", "argilla", "doccano", "prodigy")
ABOUT = About("shop", ("pen", "ink"), ("en", "de"))


def file_of(content: object, tool: str) -> bytes:
    """An array for the tools that write one, else an object a line."""
    if tool in ("label-studio", "argilla"):
        return json.dumps(content).encode()
    return "".join(json.dumps(each) + "\n" for each in content).encode()


def read(content: bytes, tool: str) -> tuple[list[dict[str, Any]], list[RejectedRow]]:
    """Rows without their empty cells, and rejected rows, of a file whose format is found by its beginning."""
    opened = open_table(io.BytesIO(content), f"export{FORMATS[tool].endings[0]}")
    assert opened.format.name == tool
    chunks = list(opened.chunks())
    rows = [
        {key: value for key, value in row.items() if value is not None}
        for chunk in chunks
        for row in chunk.table.to_dict("records")
    ]
    assert [len(chunk.rows) for chunk in chunks] == [len(chunk.table) for chunk in chunks]
    return rows, [each for chunk in chunks for each in chunk.rejected]


def choice(*names: str, question: str = "sentiment", **further: Any) -> dict[str, Any]:
    return {"from_name": question, "to_name": "t", "type": "choices", "value": {"choices": list(names)}, **further}


def test_label_studio_has_one_row_a_label_with_who_and_when() -> None:
    tasks = [
        {
            "id": 7,
            "data": {"review": "Good pen", "lang": "en", "score": 3},
            "meta": {"split": "check"},
            "annotations": [
                {
                    "result": [
                        choice("good", meta={"text": ["sure?"]}),
                        {"from_name": "why", "type": "textarea", "value": {"text": ["nib"]}},
                    ],
                    "completed_by": {"id": 1, "email": "ana@example.org"},
                    "created_at": "2026-03-09T22:16:08.728353+01:00",
                    "lead_time": 4.25,
                },
                {"result": [choice("bad")], "completed_by": 2, "created_at": "2026-03-09T22:00:00Z"},
                {"result": [choice("bad")], "completed_by": 3, "was_cancelled": True},
            ],
            "predictions": [{"result": [choice("good")]}],
        },
        {"id": 8, "data": {"text": "No label"}, "annotations": []},
    ]
    rows, rejected = read(file_of(tasks, "label-studio"), "label-studio")
    item = {"id": "7", "text": "Good pen", "language": "en", "split": "check"}
    first = {"class": "good", "annotator": "ana@example.org", "labelled_at": "2026-03-09T21:16:08.728353+00:00"}
    assert rows == [
        item | first | {"seconds": "4.25", "comment": "sure?; nib"},
        item | {"class": "bad", "annotator": "2", "labelled_at": "2026-03-09T22:00:00+00:00"},
        {"id": "8", "text": "No label"},
    ]
    assert rejected == []


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ([choice("good", "bad")], "it has 2 classes, and a text has one"),
        ([choice("x", question="a"), choice("y", question="b")], "it answers several questions: a, b"),
        ([{"type": "labels", "value": {"start": 0, "end": 3, "labels": ["P"]}}], "it holds no choice but labels"),
        ([{**choice(), "value": {"start": 0, "end": 3, "choices": ["P"]}}], "it marks parts of the text"),
    ],
)
def test_label_studio_answers_that_are_not_one_class_are_told_with_the_rest_of_the_task(
    result: list[dict[str, Any]], reason: str
) -> None:
    good = {"result": [choice("good")]}
    task = {"id": 1, "data": {"text": "Pen"}, "annotations": [{"result": result, "completed_by": 5}, good]}
    rows, (rejected,) = read(file_of([task], "label-studio"), "label-studio")
    assert [row["class"] for row in rows] == ["good"]
    assert rejected.row == 1
    assert rejected.reason.startswith(reason)
    assert (rejected.cells["text"], rejected.cells["annotator"]) == ("Pen", "5")


def test_the_minimal_json_of_label_studio_is_read_whatever_the_question_is_called() -> None:
    who = {"annotator": "a@b.org", "created_at": "2026-03-09T22:00:00Z", "updated_at": None, "lead_time": 2}
    records = [
        {"text": "Pen", "score": "high", "id": 1, "tone": "good", **who, "annotation_id": 9},
        {"text": "Ink", "id": 2, "tone": {"choices": ["good", "bad"]}, **who, "annotation_id": 10},
        {"text": "New", "id": 3, **who, "annotator": None, "annotation_id": None},
    ]
    rows, (rejected,) = read(file_of(records, "label-studio"), "label-studio")
    told = {"annotator": "a@b.org", "labelled_at": "2026-03-09T22:00:00+00:00", "seconds": "2"}
    assert rows == [{"id": "1", "text": "Pen", "class": "good", **told}, {"id": "3", "text": "New"}]
    assert (rejected.row, rejected.cells["class"]) == (2, "good; bad")


NESTED = {
    "id": "a",
    "fields": {"text": "Pen"},
    "metadata": {"language": "en"},
    "suggestions": {"label": {"value": "ink"}},
    "responses": {
        "label": [
            {"value": "pen", "user_id": "u1", "status": "submitted"},
            {"value": "ink", "user_id": "u2", "status": "draft"},
            {"value": None, "user_id": "u3", "status": "discarded"},
            {"value": ["pen", "ink"], "user_id": "u4"},
        ],
        "comment": [{"value": "a nib", "user_id": "u1"}],
    },
}
FLAT = {
    "id": "a",
    "_server_id": "s",
    "text": "Pen",
    "language": "en",
    "label.suggestion": "ink",
    "label.responses": ["pen", "ink", None, ["pen", "ink"]],
    "label.responses.users": ["u1", "u2", "u3", "u4"],
    "label.responses.status": ["submitted", "draft", "discarded", "submitted"],
    "comment.responses": ["a nib"],
    "comment.responses.users": ["u1"],
}


@pytest.mark.parametrize("record", [NESTED, FLAT], ids=["nested", "flat"])
def test_argilla_has_a_row_for_each_response_that_was_submitted(record: dict[str, Any]) -> None:
    left = [{"value": "pen", "user_id": "u", "status": "discarded"}]
    noted = [{"value": "a nib", "user_id": "u", "status": "submitted"}]
    discarded = NESTED | {"responses": {"tone": left, "style": left, "comment": noted}}
    several = NESTED | {"responses": {"tone": noted, "style": noted}}
    rows, rejected = read(file_of([record, discarded, several], "argilla"), "argilla")
    item = {"id": "a", "text": "Pen", "language": "en"}
    assert rows == [item | {"class": "pen", "annotator": "u1", "comment": "a nib"}, item]
    assert [(each.row, each.reason, each.cells.get("annotator")) for each in rejected] == [
        (1, "it has 2 classes, and a text has one", "u4"),
        (3, "it answers several questions: tone, style", None),
    ]


def test_doccano_has_a_row_for_each_line_and_tells_spans() -> None:
    lines = [
        {"id": 1, "text": "Pen", "label": ["good"], "lang": "en", "Comments": ["nib?", "yes"]},
        {"id": 2, "data": "Ink", "label": []},
        {"id": 3, "text": "Both", "label": ["good", "bad"]},
        {"id": 4, "text": "Spans", "label": [[0, 2, "PER"]]},
        {"id": 5, "text": "Relations", "entities": [{"label": "x"}], "relations": [], "Comments": []},
    ]
    rows, rejected = read(file_of(lines, "doccano"), "doccano")
    assert rows == [
        {"id": "1", "text": "Pen", "language": "en", "class": "good", "comment": "nib?; yes"},
        {"id": "2", "text": "Ink"},
    ]
    assert [(each.row, each.reason[:10]) for each in rejected] == [
        (3, "it has 2 c"),
        (4, "it marks p"),
        (5, "it marks p"),
    ]


def test_prodigy_has_a_row_for_each_answer_and_tells_rejects() -> None:
    who = {"_annotator_id": "shop-ana", "_session_id": "s", "_timestamp": 1773093600, "_input_hash": 1, "_task_hash": 2}
    options = [{"id": "good", "text": "Good"}, {"id": "bad", "text": "Bad"}]
    lines = [
        {"text": "Pen", "options": options, "accept": ["good"], "answer": "accept", "flagged": True, **who},
        {"text": "Ink", "label": "bad", "answer": "accept", "meta": {"id": "i2", "language": "de"}, "_session_id": "s"},
        {"text": "Pad", "label": "bad", "answer": "reject"},
        {"text": "Dot", "options": options, "accept": ["good"], "answer": "ignore"},
        {"text": "Two", "options": options, "accept": ["good", "bad"], "answer": "accept"},
        {"text": "Ner", "spans": [{"start": 0, "end": 2, "label": "P"}], "answer": "accept"},
    ]
    rows, rejected = read(file_of(lines, "prodigy"), "prodigy")
    ana = {"annotator": "shop-ana", "labelled_at": "2026-03-09T22:00:00+00:00", "flagged": "true"}
    assert rows == [
        {"text": "Pen", "class": "good", **ana},
        {"id": "i2", "text": "Ink", "language": "de", "class": "bad", "annotator": "s"},
        {"text": "Dot"},
    ]
    assert [(each.row, each.cells.get("class")) for each in rejected] == [(3, "bad"), (5, "good; bad"), (6, None)]
    assert rejected[0].reason == "it was rejected, which does not say what the class is"


# What LAMM writes

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).map(str.strip).filter(bool)
_NAMES = st.sampled_from(["pen", "ink", "Füller", 'a "quoted", one', "7"])
_LABELS = st.fixed_dictionaries(
    {
        "class": _NAMES,
        "labelled_at": st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
        "seconds": st.none() | st.floats(0, 1e6).map(lambda value: round(value, 3)),
        "comment": st.none() | _TEXTS,
        "flagged": st.booleans(),
    }
)
_ITEMS = st.lists(
    st.tuples(
        _TEXTS,
        st.sampled_from([None, "en", "zh-TW"]),
        st.sampled_from([None, "pool", "check"]),
        st.dictionaries(st.none() | _TEXTS, _LABELS, max_size=3),
    ),
    min_size=1,
    max_size=4,
)


def table_of(items: list[Any]) -> pd.DataFrame:
    """A row for each label of each item, and one for an item without labels."""
    rows = [
        {"id": f"id {place}", "text": text, "language": language, "split": split, "annotator": who, **label}
        for place, (text, language, split, labels) in enumerate(items)
        for who, label in (labels or {None: {}}).items()
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    return table.assign(labelled_at=pd.to_datetime(table["labelled_at"], utc=True), round=1, weight=0.25)


def as_cells(value: Any) -> str | None:
    if value is None or pd.isna(value):
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def sorted_rows(rows: list[list[str | None]]) -> list[list[str | None]]:
    return sorted(rows, key=lambda row: [each or "" for each in row])


@pytest.mark.parametrize("tool", TOOLS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(items=_ITEMS)
def test_labels_come_back_from_a_file_as_they_went_into_it(tool: str, items: list[Any]) -> None:
    table = table_of(items)
    content = FORMATS[tool].write(table, ABOUT)
    rows, rejected = read(content, tool)
    assert rejected == []
    wanted = [[as_cells(row[column]) for column in COLUMNS] for row in table.to_dict("records")]
    assert sorted_rows([[row.get(column) for column in COLUMNS] for row in rows]) == sorted_rows(wanted)


def test_a_label_that_was_changed_in_a_tool_is_no_longer_what_lamm_wrote() -> None:
    table = table_of([("Pen", "en", "pool", {"Ana": {"class": "pen", "labelled_at": None, "flagged": True}})])
    for tool in TOOLS:
        content = FORMATS[tool].write(table, ABOUT)
        ours = read(content, tool)[0][0]
        assert (ours["class"], ours["annotator"], ours["flagged"]) == ("pen", "Ana", "true")
        edited = content.replace(b'["pen"]', b'["ink"]').replace(b'"value": "pen"', b'"value": "ink"')
        (row,), _rejected = read(edited, tool)
        assert row["class"] == "ink"
        assert "comment" not in row
        assert row.get("annotator") != "Ana" or tool == "prodigy"  # it says itself who answered


# What nobody should trust

_JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_KEYS = {
    "label-studio": ["data", "meta", "annotations", "id", "annotator", "annotation_id", "lead_time", "text"],
    "argilla": ["fields", "metadata", "responses", "id", "label.responses", "label.responses.users", "lamm"],
    "doccano": ["text", "data", "label", "labels", "cats", "Comments", "entities", "lamm", "id"],
    "prodigy": ["text", "answer", "accept", "label", "options", "meta", "spans", "_timestamp", "flagged", "lamm"],
}
_INNER = {
    "annotations": st.lists(
        st.dictionaries(st.sampled_from(["result", "completed_by", "created_at", "lead_time"]), _JUNK)
        | st.fixed_dictionaries(
            {"result": st.lists(st.dictionaries(st.sampled_from(["type", "value", "meta"]), _JUNK))}
        )
    ),
    "responses": st.dictionaries(
        st.just("label"), st.lists(st.dictionaries(st.sampled_from(["value", "status"]), _JUNK))
    ),
    "answer": st.just("accept"),
}


@pytest.mark.parametrize("tool", TOOLS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_values_of_any_type_become_texts_or_rejected_rows(tool: str, data: st.DataObject) -> None:
    record = data.draw(st.fixed_dictionaries({}, optional={key: _INNER.get(key, _JUNK) | _JUNK for key in _KEYS[tool]}))
    content = file_of([record, 7], tool)
    FORMATS[tool].recognises(content)
    for chunk in FORMATS[tool].read(io.BytesIO(content)):
        cells = [cell for row in chunk.table.to_numpy().tolist() for cell in row]
        cells += [cell for row in chunk.rejected for cell in row.cells.values()]
        assert all(cell is None or isinstance(cell, str) for cell in cells)
        assert len(chunk.table) + len(chunk.rejected) >= 2
        assert chunk.rejected[-1].reason == "it is no JSON object"


def test_a_line_that_is_no_json_is_one_rejected_row() -> None:
    deep = b'{"text": "deep", "label": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    content = (
        b'\xef\xbb\xbf{"id": 1, "text": "Pen", "label": ["pen"]}\n\n{"text": "cut\n'
        + deep
        + b'\n{"text": "Ink", "label": []}'
    )
    rows, rejected = read(content, "doccano")
    assert [row["text"] for row in rows] == ["Pen", "Ink"]
    assert [(each.row, each.reason) for each in rejected] == [(3, "it is not JSON"), (4, "it is nested too deep")]
    assert rejected[0].cells == {"text": '{"text": "cut'}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'[{"data": {"text": "a"}, "annotations": []}, {"data": {"te', "it is not JSON from character 46"),
        (b'[{"data": {"text": "a"}, "annotations": []},', "it is not JSON from character 45"),
        (b'[{"data": {"text": "a"}, "annotations": []}, ' + b"[" * 100_000, "it is nested too deep"),
    ],
    ids=["cut", "cut between", "deep"],
)
def test_an_array_that_cannot_be_read_gives_one_sentence(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as caught:
        list(open_table(path).chunks())
    assert str(caught.value) == f"'export.json' cannot be read as label-studio: {reason}."


def test_records_are_read_a_piece_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lamm_core.exchange.json_cursor._BLOCK", 7)
    values = [{"text": f"ä{number}" * 9} for number in range(20)]
    for content in (json.dumps(values), "\n".join(json.dumps(each, ensure_ascii=False) for each in values)):
        found = list(json_records(io.BytesIO(content.encode())))
        assert [each.content for each in found] == values
        assert [each.number for each in found] == list(range(1, 21))
        assert found[-1].done == 1.0
    monkeypatch.setattr("lamm_core.exchange.json_cursor.MAX_LINE", 100)
    with pytest.raises(ValueError, match="one of its values has more than"):
        list(json_records(io.BytesIO(b'[{"text": "' + b"a" * 200)))
