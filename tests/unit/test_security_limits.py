"""A small file that unpacks to more than any machine has is refused in one sentence, before it has taken the memory."""

import gzip
import io
import itertools
import json
import subprocess
import sys
import tomllib
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lamm_core import bounded
from lamm_core.errors import TranslatorUnavailable, UnreadableFile
from lamm_core.exchange.format import About
from lamm_core.exchange.formats import FORMATS
from lamm_core.exchange.reading import READ_ENDINGS, read_table
from lamm_core.exchange.writing import WRITE_ENDINGS, table_bytes
from lamm_core.translation.translators import load_translator

ROOT = Path(__file__).parents[2]
_MOST_MEGABYTES = 250


def long_text_a_million_times(path: Path) -> None:
    packed = pa.DictionaryArray.from_arrays(np.zeros(1_000_000, np.int32), ["x" * 1_000_000])
    pq.write_table(pa.table({"text": packed}), path, store_schema=False)


def more_rows_than_can_be(path: Path) -> None:
    pq.write_table(pa.table({"n": np.zeros(bounded.MAX_CELLS + 1, np.int8)}), path)


def a_million_empty_columns(path: Path) -> None:
    path.write_bytes(b"," * 1_000_000 + b"\n" + b"," * 1_000_000 + b"\n")


def a_first_row_of_a_million_cells(path: Path) -> None:
    path.write_bytes(b"text\n" + b"," * 1_000_000 + b"x\n")


def a_row_of_a_million_cells(path: Path) -> None:
    path.write_bytes(b"text\nhello\n" + b"," * 1_000_000 + b"x\n")


def a_name_of_a_column_without_an_end(path: Path) -> None:
    path.write_bytes(b"x" * (bounded.MAX_LINE + 1))


def deep_json(path: Path) -> None:
    path.write_bytes(b'{"text": ' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}")


def a_line_of_empty_lists(path: Path) -> None:
    path.write_bytes(b'{"text": [' + b"[]," * 2_000_000 + b"[]]}")


def deep_json_document(path: Path) -> None:
    path.write_bytes(b"[" * 1_000_000 + b"]" * 1_000_000)


def a_value_of_empty_lists(path: Path) -> None:
    path.write_bytes(b'[{"text": [' + b"[]," * 2_000_000 + b"[]]}]")


def workbook(path: Path, sheet: str, shared: str = "") -> None:
    """The smallest workbook that is read."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml", '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="1"/></sheets></workbook>'
        )
        archive.writestr("xl/_rels/workbook.xml.rels", '<R><Relationship Id="1" Target="/xl/sheet.xml"/></R>')
        archive.writestr("xl/sheet.xml", f"<worksheet {main}><sheetData>{sheet}</sheetData></worksheet>")
        archive.writestr("xl/sharedStrings.xml", f"<sst {main}>{shared}</sst>")


SHARED_CELL = '<c t="s"><v>0</v></c>'


def a_shared_text_in_a_thousand_cells(path: Path) -> None:
    header = '<row><c t="str"><v>text</v></c></row>'
    workbook(path, header + f"<row>{SHARED_CELL}</row>" * 1_100, f"<si><t>{'x' * 1_000_000}</t></si>")


def more_shared_texts_than_can_be(path: Path) -> None:
    workbook(path, "", f"<si><t>{'x' * 1_000_000}</t></si>" * 140)


def a_cell_of_a_gigabyte(path: Path) -> None:
    workbook(path, f'<row><c t="str"><v>{"x" * (bounded.MAX_LINE + 1)}</v></c></row>')


def a_tag_without_an_end(path: Path) -> None:
    workbook(path, f'<row spans="{"x" * 2 * bounded.MAX_LINE}"')


def a_row_of_a_million_columns(path: Path) -> None:
    workbook(path, f"<row>{SHARED_CELL * 1_000_000}</row>", "<si><t>x</t></si>")


def entities_of_entities(path: Path) -> None:
    workbook(path, "")
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    entities = '<!ENTITY a "xxxxxxxxxx">' + "".join(
        f'<!ENTITY {name} "{f"&{inner};" * 10}">' for inner, name in itertools.pairwise("abcdefghijkl")
    )
    files["xl/sheet.xml"] = f"<!DOCTYPE w [{entities}]><w><row><c t='str'><v>&l;</v></c></row></w>".encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def another_column_in_every_line(path: Path) -> None:
    path.write_text("".join(f'{{"c{number}": 1}}\n' for number in range(50_000)))


BOMBS: dict[Callable[[Path], None], tuple[str, str]] = {
    long_text_a_million_times: (".parquet", "it unpacks to more than 1,024 megabytes"),
    more_rows_than_can_be: (".parquet", "it has more than 20,000,000 cells"),
    a_million_empty_columns: (".csv", "it has 1,000,001 columns, and the most is 1,000"),
    a_first_row_of_a_million_cells: (".csv", "the row has 1,000,001 cells, and the header has 1"),
    a_row_of_a_million_cells: (".csv", "the row has 1,000,001 cells, and the header has 1"),
    a_name_of_a_column_without_an_end: (".tsv", "a line has more than 4 megabytes"),
    deep_json: (".jsonl", "it has no JSON objects; of row 1: it is nested too deep"),
    a_line_of_empty_lists: (".jsonl", "a line has more than 4 megabytes"),
    deep_json_document: (".json", "it is nested too deep"),
    a_value_of_empty_lists: (".json", "one of its values has more than 4,194,304 characters"),
    a_shared_text_in_a_thousand_cells: (".xlsx", "it unpacks to more than 1,024 megabytes"),
    more_shared_texts_than_can_be: (".xlsx", "its texts have more than 134,217,728 characters"),
    a_cell_of_a_gigabyte: (".xlsx", "a line has more than 4 megabytes"),
    a_tag_without_an_end: (".xlsx", "a line has more than 4 megabytes"),
    a_row_of_a_million_columns: (".xlsx", "it has 1,001 columns, and the most is 1,000"),
    entities_of_entities: (".xlsx", "it is no Excel workbook, or a damaged one"),
    another_column_in_every_line: (".jsonl", "it has 1,001 columns, and the most is 1,000"),
}
# The most memory that the process ever held, as the kernel counts it, with each refusal.
_CHILD = """
import json, resource, sys
from pathlib import Path
from lamm_core.errors import UnreadableFile
from lamm_core.exchange.reading import read_table
import pyarrow.parquet, pyarrow.compute
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before, told = peak(), {}
for name in sys.argv[1:]:
    try:
        read_table(Path(name))
    except UnreadableFile as error:
        told[Path(name).stem] = [str(error), peak() - before]
print(json.dumps(told))
"""


def test_bombs_are_refused_in_one_sentence_and_with_little_memory(tmp_path: Path) -> None:
    files = [tmp_path / f"{make.__name__}{ending}" for make, (ending, _) in BOMBS.items()]
    for make, file in zip(BOMBS, files, strict=True):
        make(file)
        assert file.stat().st_size < 10 * 2**20
    run = subprocess.run(
        [sys.executable, "-c", _CHILD, *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    told = json.loads(run.stdout)
    for make, (ending, reason) in BOMBS.items():
        sentence, megabytes = told[make.__name__]
        assert repr(make.__name__ + ending) in sentence
        assert sentence.endswith(f": {reason}.")
        assert megabytes < _MOST_MEGABYTES


def written(table: pd.DataFrame, ending: str) -> bytes:
    write = next(each.write for each in FORMATS.values() if ending in each.endings and each.recognises is None)
    assert write is not None
    return write(table, About("p", (), ()))


@pytest.mark.parametrize("ending", READ_ENDINGS)
def test_a_table_of_too_many_cells_is_refused(ending: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table, file = pd.DataFrame({"text": list("abcdef"), "class": "pen"}), tmp_path / f"a{ending}"
    file.write_bytes(written(table, ending))
    monkeypatch.setattr(bounded, "MAX_CELLS", 12)
    assert read_table(file).shape == (6, 2)
    monkeypatch.setattr(bounded, "MAX_CELLS", 11)
    with pytest.raises(UnreadableFile, match="more than 11 cells"):
        read_table(file)


@pytest.mark.parametrize("compression", ["zstd", "none"])
def test_a_parquet_file_is_measured_as_it_is_written_out(
    compression: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "a.parquet"
    texts = [f"{number}" * 10_000 for number in range(10)]
    pq.write_table(pa.table({"text": texts}), file, compression=compression, use_dictionary=False)
    monkeypatch.setattr(bounded, "MAX_UNPACKED", 110_000)
    assert list(read_table(file)["text"]) == texts
    monkeypatch.setattr(bounded, "MAX_UNPACKED", 90_000)
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        read_table(file)


def test_a_workbook_is_measured_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    content = written(pd.DataFrame({"text": ["x" * 10_000] * 10}), ".xlsx")
    assert len(content) < 5_000
    monkeypatch.setattr(bounded, "MAX_UNPACKED", 110_000)
    assert len(read_table(io.BytesIO(content), "a.xlsx")) == 10
    monkeypatch.setattr(bounded, "MAX_UNPACKED", 100_000)
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        read_table(io.BytesIO(content), "a.xlsx")


def test_lists_and_bytes_of_a_parquet_file_are_left_out(tmp_path: Path) -> None:
    columns = {"text": ["a"], "tokens": [["a"]], "about": [{"b": 1}], "bytes": [b"c"], "number": [1]}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    assert list(read_table(tmp_path / "a.parquet").columns) == ["text", "number"]


@pytest.mark.parametrize("ending", READ_ENDINGS)
def test_a_file_that_is_too_large_is_refused_before_it_is_read(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"a{ending}"
    with file.open("wb") as opened:
        opened.truncate(bounded.MAX_FILE + 1)
    with pytest.raises(UnreadableFile, match=r"it has 4,097 megabytes, and the most is (4,096|500)") as caught:
        read_table(file)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".json"])
def test_two_gigabytes_without_a_row_are_refused_and_not_read(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"a{ending}"
    with file.open("wb") as opened:
        opened.truncate(2 * 2**30)
    tracemalloc.start()
    with pytest.raises(UnreadableFile, match=r"a line has more than 4 megabytes|it is not JSON from character 1\b"):
        read_table(file)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 64 * 2**20


def test_uploads_have_the_same_limit() -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert settings["server"]["maxUploadSize"] * 2**20 == bounded.MAX_BYTES


def test_a_long_document_is_a_text_in_every_format(tmp_path: Path) -> None:
    text = "word " * 100_000 + "end"
    for ending in set(WRITE_ENDINGS) - {".xlsx"}:
        (tmp_path / f"a{ending}").write_bytes(table_bytes(pd.DataFrame({"text": [text]}), ending))
        assert list(read_table(tmp_path / f"a{ending}")["text"]) == [text]


@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip", "a.docx", "a.jsonl.zst", "a.csv.bz2", "a.pkl"])
def test_packed_files_are_not_read_at_all(name: str) -> None:
    with pytest.raises(UnreadableFile, match="is of an unknown format"):
        read_table(io.BytesIO(b"PK"), name)


def test_parallel_texts_are_never_unpacked_or_fetched(tmp_path: Path) -> None:
    table = b"id,lang,text\n1,en,hello\n1,de,hallo\n"
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(table))
    with zipfile.ZipFile(tmp_path / "a.csv.zip", "w") as packed:
        packed.writestr("a.csv", table)
    for place in (tmp_path / "a.csv.gz", tmp_path / "a.csv.zip", "http://127.0.0.1:9/a.csv", "file:///etc/passwd"):
        with pytest.raises(TranslatorUnavailable):
            load_translator(f"parallel:{place}").supports("en", "de")
