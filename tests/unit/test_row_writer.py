"""Rows that are written as they come: every format that can be written gives them back."""

from pathlib import Path

import pandas as pd
import pytest

from lamm_core.errors import StorageUnavailable, UnreadableFile
from lamm_core.exchange.reading import read_table
from lamm_core.exchange.row_writer import rows_written
from lamm_core.exchange.writing import WRITE_ENDINGS

FIRST = pd.DataFrame({"text": ["=1+1", 'a "b",\nc'], "note": [None, None], "share": [0.5, None]}, dtype=object)
SECOND = pd.DataFrame({"text": ["ü", "𝒳"], "note": ["n", None], "share": [0.25, 0.75]}, dtype=object)
READ = [
    {"text": "=1+1", "note": None, "share": "0.5"},
    {"text": 'a "b",\nc', "note": None, "share": None},
    {"text": "ü", "note": "n", "share": "0.25"},
    {"text": "𝒳", "note": None, "share": "0.75"},
]
STRETCHES = [each.astype({"share": float}) for each in (FIRST, SECOND)]


@pytest.mark.parametrize("ending", WRITE_ENDINGS)
def test_stretches_read_back_as_one_table(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"rows{ending}"
    with rows_written(path) as write:
        for each in STRETCHES:
            write(each)
            assert not path.exists()
    assert read_table(path).to_dict("records") == READ
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", WRITE_ENDINGS)
def test_rows_that_end_in_an_error_leave_no_file(ending: str, tmp_path: Path) -> None:
    def interrupted() -> None:
        with rows_written(tmp_path / f"rows{ending}") as write:
            write(STRETCHES[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "error", "told"),
    [("rows.xyz", UnreadableFile, "unknown format"), ("none/rows.csv", StorageUnavailable, "cannot be written")],
)
def test_a_file_that_cannot_be_written_is_told_at_once(name: str, error: type, told: str, tmp_path: Path) -> None:
    with pytest.raises(error, match=told), rows_written(tmp_path / name):
        pytest.fail("work has begun")
