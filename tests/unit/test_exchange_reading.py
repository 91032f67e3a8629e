"""Files in: every cell becomes the text it was, and a file that cannot be read gives one sentence."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.errors import MissingColumn, UnreadableFile
from lamm_core.exchange import json_cursor, records
from lamm_core.exchange.columns import ColumnMapping, guess_columns, propose_columns
from lamm_core.exchange.formats import separated
from lamm_core.exchange.reading import open_table, read_table


def read(name: str, data: bytes) -> pd.DataFrame:
    return read_table(io.BytesIO(data), name)


def cells(table: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(table.itertuples(index=False, name=None))


def test_csv_with_the_mark_and_the_line_ends_of_a_spreadsheet() -> None:
    table = read("a.csv", "\ufefftext,language\r\nGrün,de\r\n".encode())
    assert list(table.columns) == ["text", "language"]
    assert cells(table) == [("Grün", "de")]


def test_csv_cells_may_hold_quotes_commas_and_newlines() -> None:
    table = read("a.csv", b'text,id\n"He said ""no"", and\nleft",1\n')
    assert cells(table) == [('He said "no", and\nleft', "1")]


@pytest.mark.parametrize("word", ["NA", "null", "None", "nan", "N/A", "1e5", "007", "1.0", "True", "2026-01-01"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet"])
def test_words_that_look_like_something_else_stay_words(word: str, name: str, tmp_path: Path) -> None:
    table = pd.DataFrame({"text": [word, "other"], "date": [word, None]})
    path = tmp_path / name
    if name.endswith("jsonl"):
        path.write_text(
            "".join(
                json.dumps(row) + "\n" for row in table.astype(object).where(table.notna(), None).to_dict("records")
            )
        )
    elif name.endswith("parquet"):
        table.to_parquet(path)
    else:
        table.to_csv(path, index=False, sep="\t" if name.endswith("tsv") else ",")
    assert cells(read_table(path)) == [(word, word), ("other", None)]


def test_an_empty_cell_and_a_cell_of_spaces_are_missing() -> None:
    assert cells(read("a.csv", b'text,class\nhello,\n" ",pen\n')) == [("hello", None), (None, "pen")]


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_whole_numbers_next_to_a_gap_stay_whole(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name.endswith("jsonl"):
        path.write_text('{"text": "a", "class": 3}\n{"text": "b", "class": null}\n{"text": "c"}\n')
    else:
        pd.DataFrame({"text": ["a", "b", "c"], "class": [3, None, None]}).to_parquet(path)
    assert [row[1] for row in cells(read_table(path))] == ["3", None, None]


def test_large_numbers_in_jsonl_keep_every_digit() -> None:
    table = read("a.jsonl", b'{"text": "a", "id": 12345678901234567890}\n{"text": "b"}\n')
    assert table["id"][0] == "12345678901234567890"


def test_a_missing_number_of_any_width_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"text": ["a", "b"], "score": np.array([np.nan, 1.5], dtype=np.float32)}).to_parquet(path)
    assert cells(read_table(path)) == [("a", None), ("b", "1.5")]


def test_the_ending_may_be_in_capitals(tmp_path: Path) -> None:
    (tmp_path / "A.CSV").write_text("text\nhello\n")
    assert cells(read_table(tmp_path / "A.CSV")) == [("hello",)]


def truncated_parquet() -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame({"text": ["hello"] * 100}).to_parquet(buffer)
    return buffer.getvalue()[:-40]


UNREADABLE = {
    "empty csv": ("a.csv", b"", "is empty"),
    "only blank lines": ("a.csv", b"\n\n", "is empty"),
    "empty jsonl": ("a.jsonl", b"", "holds no rows"),
    "empty parquet": ("a.parquet", b"", "cannot be read as parquet"),
    "header only csv": ("a.csv", b"text,language\n", "holds no rows"),
    "header only tsv": ("a.tsv", b"text\tlanguage\n", "holds no rows"),
    "unknown format": ("a.docx", b"PK", "unknown format; use one of .csv, .tsv, .jsonl, "),
    "no ending": ("a", b"text\nhello\n", "unknown format"),
    "truncated parquet": ("a.parquet", truncated_parquet(), "cannot be read as parquet"),
    "csv called parquet": ("a.parquet", b"text\nhello\n", "cannot be read as parquet"),
    "utf-16 cut off": ("a.csv", "text\nhello\n".encode("utf-16")[:-1], "byte 22 of it is no UTF-16 text"),
    "utf-8 with another byte": (
        "a.csv",
        "text\nGrün\nGrün\n".encode() + b"Gr\xfcn\n",
        "byte 19 of it is no UTF-8 text",
    ),
    "windows-1252 with another byte": ("a.csv", b"text\nGr\xfcn, sch\xf6n\n\x81\n", "byte 17 of it is no Windows-1252"),
    "open quote": ("a.csv", b'text\nhello\n"hello\n', "the quote that opens in row 2 has no end"),
    "open quote in the header": ("a.csv", b'id,"text\n1,hello\n', "a quote that opens in the header has no end"),
    "more cells than the header": (
        "a.csv",
        b"id,text\n1,hello, world\n",
        "Row 1 of 'a.csv' cannot be read: the row has 3",
    ),
    "more cells further down": ("a.csv", b"id,text\n1,hello\n2,hello, world\n", "Row 2 of 'a.csv'"),
    "a long cell": ("a.csv", b'text\n"' + (b"x" * 999 + b"\n") * 4_200 + b'"\n', "row 1 has a cell that is too long"),
    "twice the same column": ("a.csv", b"text ,text\na,b\n", "more than one column named 'text'"),
    "broken jsonl": ("a.jsonl", b'{"text": "a"}\n{"text": \n', "Row 2 of 'a.jsonl' cannot be read: it is not JSON"),
    "jsonl of texts": ("a.jsonl", b'"hello"\n', "it has no JSON objects; of row 1: it is no JSON object"),
    "csv called jsonl": ("a.jsonl", b"text\nhello\n", "it has no JSON objects; of row 1: it is not JSON"),
    "empty json": ("a.json", b" \n", "is empty"),
    "no rows in json": ("a.json", b"[]", "holds no rows"),
    "json cut off": ("a.json", b'[{"text": "a"}, {"text"', "it is not JSON from character 17"),
    "two json documents": ("a.json", b'[{"text": "a"}]\n[]', "something stands behind its end"),
    "two tables in one json": (
        "a.json",
        b'{"train": [{"a": 1}], "test": [{"a": 1}]}',
        "two lists of objects, 'train' and 'test'",
    ),
    "json columns of two lengths": ("a.json", b'{"a": [1, 2], "b": [1]}', "its lists differ in length"),
}


@pytest.mark.parametrize(("name", "data", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_gives_one_sentence(name: str, data: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    for attempt in (lambda: read(name, data), lambda: read_table(tmp_path / name)):
        with pytest.raises(UnreadableFile) as caught:
            attempt()
        message = str(caught.value)
        assert reason in message
        assert repr(name) in message
        assert "\n" not in message
        assert message.endswith(".")


def test_a_missing_file_and_a_folder_give_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="There is no file"):
        read_table(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UnreadableFile, match="the folder holds no files of a dataset"):
        read_table(tmp_path / "folder.csv")


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00")), min_size=1))
def test_every_text_survives_csv(texts: list[str]) -> None:
    data = pd.DataFrame({"text": texts, "n": "x"}).to_csv(index=False).encode()
    found = [row[0] for row in cells(read("a.csv", data))]
    assert found == [text.strip() or None for text in texts]


def test_usual_column_names_are_guessed() -> None:
    guess = guess_columns(["Item_ID", "Sentence", " Lang ", "Intent", "Partition", "other"])
    assert guess == ColumnMapping("Sentence", " Lang ", "Intent", "Item_ID", "Partition")
    assert guess_columns(["text"]) == ColumnMapping("text")


def test_a_file_without_a_text_column_says_what_it_has() -> None:
    with pytest.raises(MissingColumn, match=r"the file has: a, b\."):
        guess_columns(["a", "b"])


def test_a_csv_with_semicolons_is_read_as_one():
    table = read("a.csv", b'text;language\n"one; two, three";de\n')
    assert table.to_dict("records") == [{"text": "one; two, three", "language": "de"}]


SAVED_AS = {
    "utf-16": ("UTF-16", "Grün und schön"),
    "utf-16-le": ("UTF-16", "Grün und schön"),
    "utf-16-be": ("UTF-16", "これは日本語のテキストです"),
    "utf-32": ("UTF-32", "Grün und schön"),
    "cp1252": ("Windows-1252", "Größe, „très cœur“, mañana"),
    "latin-1": ("Windows-1252", "Größe, très, mañana"),
    "cp1250": ("Windows-1250", "Proszę wysłać zamówienie jeszcze dziś"),
    "cp1254": ("Windows-1254", "Bugün güneşli ve ılık bir gün, değil mi"),
    "cp1251": ("Windows-1251", "Привет, как дела? Всё хорошо"),
    "koi8_r": ("KOI8-R", "Привет, как дела? Всё хорошо"),
    "cp1253": ("Windows-1253", "Καλημέρα, η παραγγελία μου"),
    "cp1255": ("Windows-1255", "שלום, ההזמנה שלי עדיין לא הגיעה"),
    "cp1256": ("Windows-1256", "مرحبا، طلبي لم يصل بعد"),
    "cp932": ("Shift-JIS", "これは日本語のテキストです。注文が届きません"),
    "gb18030": ("GB18030", "这是中文文本，我的订单还没有到"),
    "big5": ("Big5", "這是中文文本，我的訂單還沒有到"),
    "cp949": ("EUC-KR", "안녕하세요 주문이 아직 도착하지 않았습니다"),
}


@pytest.mark.parametrize("codec", SAVED_AS)
def test_a_file_in_another_encoding_is_read_and_the_encoding_told(codec: str) -> None:
    told, text = SAVED_AS[codec]
    # The first of these characters may stand far behind.
    for content, name in (
        (f"id;text\n1;plain\n2;{text}\n", "a.csv"),
        (
            json.dumps({"id": 1, "text": "plain"}) + "\n" + json.dumps({"id": 2, "text": text}, ensure_ascii=False),
            "a.jsonl",
        ),
        (json.dumps([{"id": 1, "text": "plain"}, {"id": 2, "text": text}], ensure_ascii=False), "a.json"),
    ):
        (chunk,) = open_table(io.BytesIO(content.encode(codec)), name).chunks()
        assert cells(chunk.table) == [("1", "plain"), ("2", text)]
        assert chunk.encoding == told


def test_an_encoding_is_told_by_the_first_characters_that_show_it_and_utf_8_is_not_worth_a_word() -> None:
    far = ("text\n" + f"{'plain' * 1_000}\n" * 400 + "Größe\n").encode("cp1252")
    *_chunks, last = open_table(io.BytesIO(far), "a.csv").chunks()
    assert (last.table["text"].iloc[-1], last.encoding) == ("Größe", "Windows-1252")
    for plain in ("text\nGrün\n".encode(), b"text\nplain\n", "\ufefftext\nGrün\n".encode()):
        assert next(open_table(io.BytesIO(plain), "a.csv").chunks()).encoding is None


RAGGED = b"""id,text,language,class
1,hello,en,pen

2,hello, world,en,pen
3,"unlabelled",en,
4,ends early,en
,,,
5,broken
off,en,pen
6,trailing,en,ink,,
"""


def test_a_ragged_row_is_rejected_with_its_cells_and_the_rest_goes_on() -> None:
    (chunk,) = open_table(io.BytesIO(RAGGED), "a.csv").chunks()
    # Row 4 ends before a column that row 3 leaves empty as well; row 5 is empty, and has a number all the same.
    assert cells(chunk.table) == [
        ("1", "hello", "en", "pen"),
        ("3", "unlabelled", "en", None),
        ("4", "ends early", "en", None),
        ("off", "en", "pen", None),
        ("6", "trailing", "en", "ink"),
    ]
    assert list(chunk.rows) == [1, 3, 4, 7, 8]
    long, short = chunk.rejected
    assert (long.row, long.reason) == (2, "the row has 5 cells, and the header has 4")
    assert long.cells == {"id": "2", "text": "hello", "language": "world", "class": "en", "further cells": "pen"}
    assert (short.row, short.reason, dict(short.cells)) == (
        6,
        "the row has 2 cells, and the header has 4",
        {"id": "5", "text": "broken"},
    )


def test_a_column_that_no_row_has_is_empty_and_one_that_all_others_have_is_not() -> None:
    assert cells(read("a.csv", b"id,text,class\n1,a\n2,b\n")) == [("1", "a", None), ("2", "b", None)]
    with pytest.raises(UnreadableFile, match=r"Row 2 .* the row has 1 cell, and the header has 2"):
        read("a.csv", b"id,text\n1,a\n2\n3,c\n")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(separator: str) -> None:
    rows = [["text", "one, two; of\tthem | all"], ["a, b", "c"], ["d; e", 'f"']]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator).writerows(rows)
    table = read("a.csv", file.getvalue().encode())
    assert [list(table.columns), *map(list, cells(table))] == rows


def test_a_column_without_a_name_gets_its_place() -> None:
    assert list(read("a.csv", b",text,\n0,a,\n").columns) == ["column 1", "text", "column 3"]


def test_a_file_is_read_in_stretches_that_know_how_far_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (separated, records):
        monkeypatch.setattr(module, "CHUNK_ROWS", 10)
    rows = [{"text": f"number {each} " + "x" * 40_000} for each in range(25)]
    contents = {
        "a.csv": "\n".join(["text", *(row["text"] for row in rows)]),
        "a.jsonl": "\n".join(map(json.dumps, rows)),
        "a.json": json.dumps(rows),
    }
    for name, content in contents.items():
        chunks = list(open_table(io.BytesIO(content.encode()), name).chunks())
        assert [list(chunk.rows) for chunk in chunks] == [[*range(1, 11)], [*range(11, 21)], [*range(21, 26)]]
        assert 0 < chunks[0].done < chunks[1].done <= chunks[2].done == 1
        assert [text for chunk in chunks for text in chunk.table["text"]] == [row["text"] for row in rows]


def test_a_line_that_is_no_object_is_rejected_and_the_rest_goes_on() -> None:
    content = b'{"text": "a"}\n\n{"text": \n[1]\n' + b"[" * 100_000 + b'\n{"text": "b", "class": "pen"}\n'
    (chunk,) = open_table(io.BytesIO(content), "a.jsonl").chunks()
    assert cells(chunk.table) == [("a", None), ("b", "pen")]
    assert list(chunk.rows) == [1, 5]
    reasons = ["it is not JSON", "it is no JSON object", "it is nested too deep"]
    assert [(each.row, each.reason) for each in chunk.rejected] == list(zip([2, 3, 4], reasons, strict=True))
    assert chunk.rejected[0].cells == {"line": '{"text":'}


JSON_TABLES = {
    "a list of objects": '[{"text": "a", "n": 1}, {"text": "b"}]',
    "a list inside": '{"version": "2", "about": {"by": ["x", "y"]}, "data": [{"text": "a", "n": 1}, {"text": "b"}]}',
    "columns": '{"text": ["a", "b"], "n": [1, null]}',
    "columns of pandas": '{"text": {"0": "a", "1": "b"}, "n": {"0": 1.0, "1": null}}',
}


@pytest.mark.parametrize("content", JSON_TABLES.values(), ids=JSON_TABLES)
@pytest.mark.parametrize("block", [1, 7, 2**18])
def test_json_of_each_shape_is_the_same_table(content: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_cursor, "_BLOCK", block)
    table = read("a.json", content.encode())
    assert list(table.columns) == ["text", "n"]
    assert cells(table) == [("a", "1"), ("b", None)]


def test_objects_and_lists_in_a_row_become_cells() -> None:
    record = {
        "text": "a",
        "label": ["pen"],
        "none": [],
        "two": ["a", "ü"],
        "meta": {"lang": "de", "deep": {"a": [1]}},
        "flagged": True,
    }
    for name, content in (("a.jsonl", json.dumps(record)), ("a.json", json.dumps([record]))):
        (row,) = read(name, content.encode()).to_dict("records")
        assert row == {
            "text": "a",
            "label": "pen",
            "none": None,
            "two": '["a", "ü"]',
            "meta.lang": "de",
            "meta.deep": '{"a": [1]}',
            "flagged": "true",
        }


def test_a_header_with_commas_keeps_its_semicolons():
    assert list(read("a.csv", b"text;raw,language\nx,de\n").columns) == ["text;raw", "language"]


def test_without_a_usual_name_the_column_of_the_longest_texts_is_proposed():
    table = read("a.csv", "Nr,Beschreibung,lang,leer\n1,ein längerer Text,de,\n2,noch einer,de,\n".encode())
    assert propose_columns(table) == ColumnMapping(text="Beschreibung", language="lang")
    assert propose_columns(read("a.csv", b"text,other\nx,longer than that\n")) == ColumnMapping(text="text")
