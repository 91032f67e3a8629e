"""Every format that is registered keeps the same promises; what joins the registry joins these tests."""

import io
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lamm_core.errors import LammError
from lamm_core.exchange import records
from lamm_core.exchange.format import About, Format
from lamm_core.exchange.formats import FORMATS, separated, workbook
from lamm_core.exchange.reading import TableFile

# Columns that a format calls by another name.
RENAMED = {"hugging-face": {"class": "label"}}
# The columns that a format has room for; all of them where it is not named here.
KEPT: dict[str, tuple[str, ...]] = {}
ABOUT = About("a project", ("pen", "ink"), ("en", "de"))
BOTH_WAYS = [
    each for each in FORMATS.values() if (each.read and each.write) or (each.read_folder and each.write_folder)
]
READ = [each for each in FORMATS.values() if each.read]
_TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30),
    st.text("=+-@'\"\t\r\n ,;|_x0041\u200f\u0301文é\ufeff\u2028\ufffe", min_size=1, max_size=12),
)
_ROWS = st.lists(st.tuples(_TEXTS, st.sampled_from(["pen", "ink"])), min_size=1, max_size=4)


def table_of(rows: list[tuple[str, str]]) -> pd.DataFrame:
    cells = [(str(number), text, "en", name) for number, (text, name) in enumerate(rows, 1)]
    return pd.DataFrame(cells, columns=["id", "text", "language", "class"], dtype=object)


def there_and_back(found: Format, table: pd.DataFrame, folder: Path) -> TableFile:
    if found.write is not None:
        return TableFile(io.BytesIO(found.write(table, ABOUT)), f"a{found.endings[0]}", found)
    assert found.write_folder is not None
    for name, content in found.write_folder(table, ABOUT).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return TableFile(folder, "a folder", found)


def told(cell: str | None) -> str:
    """A cell as far as a format has to keep it: spaces around it are never imported."""
    return (cell or "").strip()


@pytest.mark.parametrize("found", BOTH_WAYS, ids=lambda each: each.name)
@settings(max_examples=25, deadline=None)
@given(rows=_ROWS)
@example(rows=[("=1+1", "pen"), ("'@a", "ink"), ("\ufeffx", "pen"), ("a\r\nb\rc", "pen")])
def test_what_is_written_is_read_again(found: Format, rows: list[tuple[str, str]]) -> None:
    table = table_of(rows)
    with tempfile.TemporaryDirectory() as folder:
        chunks = list(there_and_back(found, table, Path(folder)).chunks())
    assert not [rejected for chunk in chunks for rejected in chunk.rejected]
    assert [row for chunk in chunks for row in chunk.rows] == list(range(1, len(table) + 1))
    back = pd.concat([chunk.table for chunk in chunks], ignore_index=True)
    for column in KEPT.get(found.name, tuple(table.columns)):
        cells = list(back[RENAMED.get(found.name, {}).get(column, column)])
        assert list(map(told, cells)) == list(map(told, table[column]))


@pytest.mark.parametrize("found", BOTH_WAYS, ids=lambda each: each.name)
def test_stretches_joined_are_the_whole(found: Format, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = table_of([(f"text {number} of seven", "pen") for number in range(7)])
    file = there_and_back(found, table, tmp_path)
    (whole,) = file.chunks()
    for module in (separated, records, workbook):
        monkeypatch.setattr(module, "CHUNK_ROWS", 3)
    chunks = list(file.chunks())
    assert [row for chunk in chunks for row in chunk.rows] == list(whole.rows)
    assert pd.concat([chunk.table for chunk in chunks], ignore_index=True).equals(whole.table)
    assert chunks[-1].done == 1


@pytest.mark.parametrize("found", READ, ids=lambda each: each.name)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_bytes_whatever_break_a_reader(found: Format, data: st.DataObject) -> None:
    good = found.write(table_of([("hello", "pen"), ("world", "ink")]), ABOUT) if found.write else b""
    place = data.draw(st.integers(0, len(good)))
    kept = data.draw(st.sampled_from([good[:place], b"", b'[{"data": ', b"PK\x03\x04"]))
    content = kept + data.draw(st.binary(max_size=60)) + data.draw(st.sampled_from([b"", good[place + 1 :]]))
    try:
        chunks = list(TableFile(io.BytesIO(content), "a", found).chunks())
    except LammError as error:
        refusal = str(error)
    else:
        refusal = ""
        for chunk in chunks:
            assert all(cell is None or isinstance(cell, str) for row in chunk.table.to_numpy() for cell in row)
            assert len(chunk.rows) == len(chunk.table)
    assert "\n" not in refusal


def test_names_and_endings_are_told_apart() -> None:
    assert all(name == found.name and found.title for name, found in FORMATS.items())
    by_ending = [ending for found in FORMATS.values() if found.recognises is None for ending in found.endings]
    assert len(set(by_ending)) == len(by_ending)
    assert all(ending == ending.lower() and ending.startswith(".") for ending in by_ending)
