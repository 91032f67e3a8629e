"""Files in: every cell becomes the text it was, and a file that cannot be read gives one sentence."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.errors import LammError, MissingColumn, UnreadableFile
from lamm_core.exchange.columns import ColumnMapping, guess_columns, propose_columns
from lamm_core.exchange.reading import read_table


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
    "unknown format": ("a.xlsx", b"PK", "unknown format; use one of .csv, .tsv, .jsonl, .parquet"),
    "no ending": ("a", b"text\nhello\n", "unknown format"),
    "truncated parquet": ("a.parquet", truncated_parquet(), "cannot be read as parquet"),
    "csv called parquet": ("a.parquet", b"text\nhello\n", "cannot be read as parquet"),
    "utf-16": ("a.csv", "text\nhello\n".encode("utf-16"), "is not UTF-8 text"),
    "latin-1": ("a.csv", "text\nGrün\n".encode("latin-1"), "is not UTF-8 text"),
    "utf-16 jsonl": ("a.jsonl", '{"text": "a"}\n'.encode("utf-16"), "is not UTF-8 text"),
    "open quote": ("a.csv", b'text\n"hello\n', "cannot be read as csv"),
    "more cells than the header": ("a.csv", b"id,text\n1,hello, world\n", "more cells than the header"),
    "more cells further down": ("a.csv", b"id,text\n1,hello\n2,hello, world\n", "line 3"),
    "twice the same column": ("a.csv", b"text ,text\na,b\n", "more than one column named 'text'"),
    "broken jsonl": ("a.jsonl", b'{"text": "a"}\n{"text": \n', "line 2 is not JSON"),
    "jsonl of texts": ("a.jsonl", b'"hello"\n', "line 1 is not an object"),
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
    with pytest.raises(UnreadableFile, match="unknown format"):
        read_table(tmp_path / "folder.csv")


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=120), st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.parquet"]))
def test_no_bytes_whatever_break_the_reader(data: bytes, name: str) -> None:
    try:
        table = read(name, data)
    except LammError as error:
        refusal = error
    else:
        refusal = None
    if refusal is not None:
        assert "\n" not in str(refusal)
        return
    assert all(cell is None or isinstance(cell, str) for row in cells(table) for cell in row)


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


def test_a_header_with_commas_keeps_its_semicolons():
    assert list(read("a.csv", b"text;raw,language\nx,de\n").columns) == ["text;raw", "language"]


def test_without_a_usual_name_the_column_of_the_longest_texts_is_proposed():
    table = read("a.csv", "Nr,Beschreibung,lang,leer\n1,ein längerer Text,de,\n2,noch einer,de,\n".encode())
    assert propose_columns(table) == ColumnMapping(text="Beschreibung", language="lang")
    assert propose_columns(read("a.csv", b"text,other\nx,longer than that\n")) == ColumnMapping(text="text")
