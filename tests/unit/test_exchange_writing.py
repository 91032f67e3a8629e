"""Files out: whole or not at all."""

from pathlib import Path

import pandas as pd
import pytest

from lamm_core.errors import StorageUnavailable, UnreadableFile
from lamm_core.exchange.reading import read_table
from lamm_core.exchange.writing import table_bytes, write_table

TABLE = pd.DataFrame({"id": ["007", "2"], "text": ['He said "no",\nand left', "Grün 文"]})
ENDINGS = [".csv", ".jsonl", ".parquet"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_written_reads_back_the_same(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"out{ending}"
    write_table(TABLE, path)
    write_table(TABLE, path)
    assert read_table(path).equals(TABLE.astype(object))
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_an_unknown_ending_gives_one_sentence_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"'out\.docx' is of an unknown format; use one of"):
        write_table(TABLE, tmp_path / "out.docx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_folder_that_is_not_there_gives_one_sentence(ending: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    for folder in ("nowhere", "file"):
        with pytest.raises(StorageUnavailable, match="cannot be written") as caught:
            write_table(TABLE, tmp_path / folder / f"out{ending}")
        assert "\n" not in str(caught.value)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_write_that_breaks_leaves_the_old_file_and_no_half_one(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"out{ending}"
    write_table(TABLE, path)
    before = path.read_bytes()

    def break_down(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", break_down)
    with pytest.raises(StorageUnavailable, match="No space left on device"):
        write_table(TABLE.head(1), path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_value_that_the_format_cannot_hold_leaves_no_half_file(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"mixed|Conversion|Expected"):
        write_table(pd.DataFrame({"a": [1, "x", {}]}, dtype=object), tmp_path / "out.parquet")
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_is_a_folder_gives_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(StorageUnavailable, match="cannot be written"):
        write_table(TABLE, tmp_path / "out.csv")
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_content_of_a_file_is_the_same_without_a_file(ending: str, tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / f"out{ending}")
    assert table_bytes(TABLE, ending) == (tmp_path / f"out{ending}").read_bytes()


def test_content_of_an_unknown_format_gives_one_sentence() -> None:
    with pytest.raises(UnreadableFile, match=r"'\.docx' is of an unknown format; use one of"):
        table_bytes(TABLE, ".docx")
