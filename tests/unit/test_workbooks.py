"""Excel workbooks in and out, with openpyxl as the judge of what we write and the author of what we read."""

import io
from datetime import date, datetime, time

import openpyxl
import pandas as pd
import pytest

from lamm_core.errors import DoesNotFit, UnreadableFile
from lamm_core.exchange.reading import open_table, read_table
from lamm_core.exchange.writing import table_bytes


def saved(book: openpyxl.Workbook) -> io.BytesIO:
    file = io.BytesIO()
    book.save(file)
    return file


def test_cells_of_every_kind_become_the_texts_that_people_see() -> None:
    book = openpyxl.Workbook()
    hidden, empty, sheet = book.active, book.create_sheet("empty"), book.create_sheet("data")
    hidden.append(["not", "this"])
    hidden.sheet_state = "hidden"
    empty["A1"].number_format = "0.00"
    sheet["B2"], sheet["D2"] = "text", "value"
    values = {
        "a": (7.0, "7"),
        "b": (0.1, "0.1"),
        "c": (12345678901, "12345678901"),
        "d": (True, "true"),
        "e": (date(2026, 1, 31), "2026-01-31"),
        "f": (datetime(2026, 1, 31, 12, 30, 5), "2026-01-31T12:30:05"),
        "g": (time(8, 15), "08:15:00"),
        "h": (" spaces \n around ", "spaces \n around"),
        "i": ("007", "007"),
        "j": (None, None),
        "l": ("_x0041_", "A"),  # as Excel has it
        "m": ("Ünïcode 文😀", "Ünïcode 文😀"),
        "k": (date(1900, 1, 1), "1900-01-01"),
    }
    for number, (text, (value, _)) in enumerate(values.items(), 4):  # row 3 stays empty
        sheet.cell(number, 2, text)
        sheet.cell(number, 4, value)
    sheet["D18"].number_format = '"day" 0.00'
    sheet["D18"] = 3
    (chunk,) = open_table(saved(book), "a.xlsx").chunks()
    assert list(chunk.table.columns) == ["column 1", "text", "column 3", "value"]
    found = dict(zip(chunk.table["text"], chunk.table["value"], strict=True))
    assert found == {text: told for text, (_, told) in values.items()} | {None: "3"}
    assert list(chunk.rows) == [*range(2, 15), 16]


def test_dates_of_the_other_calendar_and_a_cached_result_of_a_formula() -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["text", "day"])
    book.active.append(["a", date(2026, 1, 31)])
    assert read_table(saved(book), "a.xlsx").to_dict("records") == [{"text": "a", "day": "2026-01-31"}]


def test_a_cell_beside_the_header_rejects_its_row_alone() -> None:
    book = openpyxl.Workbook()
    for row in (["text", "class"], ["a", "pen"], ["b", "pen", "x", "y"], ["c"]):
        book.active.append(row)
    (chunk,) = open_table(saved(book), "a.xlsx").chunks()
    assert chunk.table.to_dict("list") == {"text": ["a", "c"], "class": ["pen", None]}
    (rejected,) = chunk.rejected
    assert (rejected.row, rejected.reason) == (2, "the row has cells in columns that the header does not name")
    assert rejected.cells == {"text": "b", "class": "pen", "further cells": "x y"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 and no more", "it is no Excel workbook, or a damaged one"),
        (b"\xd0\xcf\x11\xe0 an old or encrypted one", "it is no Excel workbook, or a damaged one"),
        (saved(openpyxl.Workbook()).getvalue(), "is empty"),
        (table_bytes(pd.DataFrame(columns=["text"]), ".xlsx"), "holds no rows"),
        (table_bytes(pd.DataFrame({"text": ["a"]}), ".xlsx")[:-60], "it is no Excel workbook, or a damaged one"),
    ],
)
def test_a_file_that_is_no_workbook_gives_one_sentence(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_table(io.BytesIO(content), "a.xlsx")
    assert reason in str(caught.value)


def test_what_is_written_is_what_others_read_and_nothing_of_it_is_computed() -> None:
    texts = ["=1+1", "+a", "-b", "@c", "x\x00\x01\ufffe\r\n\ty", "_x0041_", "'quoted", "文😀", '<a> & "b"']
    table = pd.DataFrame({"text": texts, "n": range(len(texts))})
    table["moment"] = pd.Timestamp("2026-01-31T12:00:00", tz="UTC")
    table["large"] = 2**60 + 1
    table["real"] = 0.1
    content = table_bytes(table, ".xlsx")
    assert content == table_bytes(table, ".xlsx")
    back = read_table(io.BytesIO(content), "a.xlsx")
    assert list(back["text"]) == texts
    assert list(back.loc[0, ["n", "moment", "large", "real"]]) == [
        "0",
        "2026-01-31T12:00:00+00:00",
        "1152921504606846977",
        "0.1",
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    for number, text in enumerate(texts, 2):
        cell = sheet.cell(number, 1)
        assert cell.data_type in {"s", "inlineStr"}
        assert openpyxl.utils.escape.unescape(cell.value) == text
        assert cell.quotePrefix == text.startswith(("=", "+", "-", "@"))
    assert (sheet["B3"].value, sheet["E3"].value) == (1, 0.1)


def test_what_excel_has_no_room_for_is_said_before_a_file_is_there() -> None:
    fits = pd.DataFrame({"text": ["a", "x" * 32_767]})
    assert list(read_table(io.BytesIO(table_bytes(fits, ".xlsx")), "a.xlsx")["text"]) == list(fits["text"])
    with pytest.raises(DoesNotFit, match=r"32,767 characters in a cell, and row 2 has a longer one; .* CSV or Parquet"):
        table_bytes(pd.DataFrame({"text": ["a", "😀" * 16_384]}), ".xlsx")
    with pytest.raises(DoesNotFit, match="1,048,575 rows"):
        table_bytes(pd.DataFrame(index=range(1_048_576)), ".xlsx")
