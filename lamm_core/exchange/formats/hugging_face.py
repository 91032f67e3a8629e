"""Folders of Hugging Face datasets: a repository with its card, or what `save_to_disk` of their library writes.

The part that a row belongs to, by its file, becomes the column `split`. No part is left out: what an import makes of
one that LAMM has no use for, such as "test", is said there, row by row.
"""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pandas as pd

from lamm_core.bounded import check_cells, check_size, check_unpacked, is_plain
from lamm_core.errors import UnsafePath
from lamm_core.exchange.arrow import texts_of
from lamm_core.exchange.cells import as_text
from lamm_core.exchange.dataset_card import NAME, card_text, read_card
from lamm_core.exchange.format import About, Chunk, Format, Reader
from lamm_core.exchange.formats import json_document, json_lines, parquet, separated
from lamm_core.paths import inside
from lamm_core.records import Purpose
from lamm_core.words import translate as _

if TYPE_CHECKING:
    import pyarrow as pa

_SPLIT = "split"
_LABEL = "label"
_MAX_FILES = 10_000
_MAX_ABOUT = 2**20  # bytes of a file that says what others are
_READERS: dict[str, Reader] = {
    ending: each.read
    for each in (parquet.PARQUET, separated.CSV, separated.TSV, json_lines.JSON_LINES, json_document.JSON)
    for ending in each.endings
    if each.read is not None
}
# A word for a split anywhere in the path of a file, as the library of Hugging Face looks for it.
_WORDS = {
    "train": "train|training",
    "validation": "validation|valid|val|dev",
    "test": "test|testing|eval|evaluation",
}
_SPLITS = {
    name: re.compile(rf"(?:^|[-._ /])(?:{words})(?=$|[-._ /0-9])", re.IGNORECASE) for name, words in _WORDS.items()
}
_METADATA = b"huggingface"


@dataclass(frozen=True)
class _DataFile:
    path: Path
    split: str | None
    read: Reader


def _read_folder(folder: Path) -> Iterator[Chunk]:
    card, row = read_card(folder), 0
    files = _data_files(folder, card.files)
    for number, each in enumerate(files):
        with each.path.open("rb") as opened:
            names = {**card.classes, **_classes_in(opened, each.path.suffix)}
            last = 0
            for chunk in each.read(opened):
                last = max([last, *chunk.rows, *(rejected.row for rejected in chunk.rejected)])
                table, done = _named(chunk.table, names, each.split), (number + chunk.done) / len(files)
                yield replace(_moved(chunk, row), table=table, done=done)
        row += last


def _moved(chunk: Chunk, rows: int) -> Chunk:
    """With the numbers that its rows have in all files together."""
    rejected = tuple(replace(each, row=each.row + rows) for each in chunk.rejected)
    return replace(chunk, rows=[row + rows for row in chunk.rows], rejected=rejected)


def _named(table: pd.DataFrame, names: Mapping[str, Sequence[str]], split: str | None) -> pd.DataFrame:
    """With the names of classes for their numbers, of which -1 stands for none, and the split."""
    for column, classes in names.items():
        if column in table.columns:
            known = {str(place): name for place, name in enumerate(classes)} | {"-1": None}
            cells = [known.get(cell, cell) if cell is not None else None for cell in table[column]]
            table[column] = pd.Series(cells, dtype=object, index=table.index)
    if split is not None and _SPLIT not in table.columns:
        table[_SPLIT] = pd.Series([split] * len(table), dtype=object, index=table.index)
    return table


def _data_files(folder: Path, files: Mapping[str, Sequence[str]]) -> list[_DataFile]:
    """The files with rows, part by part.

    Raises:
        ValueError: there are none, too many, or one of them is a link or lies elsewhere.
    """
    if (folder / "dataset_dict.json").is_file():
        splits = _texts(_about(folder / "dataset_dict.json").get("splits"))
        found = [each for split in splits for each in _saved(_within(folder, split), split)]
    elif (folder / "state.json").is_file():
        found = _saved(folder, None)
    else:
        found = _of_repository(folder, files)
    if not found:
        raise ValueError(_("the folder holds no files of a dataset"))
    if len(found) > _MAX_FILES:
        raise ValueError(_("the folder holds more than {most:,} files", most=_MAX_FILES))
    return found


def _saved(folder: Path, split: str | None) -> list[_DataFile]:
    """The files of a dataset that `save_to_disk` wrote."""
    state = _about(folder / "state.json")
    own = state.get("_split")
    listed = state.get("_data_files")
    names = [each.get("filename") for each in (listed if isinstance(listed, list) else []) if isinstance(each, dict)]
    split = split or (own if isinstance(own, str) else None)
    return [_DataFile(_within(folder, name), split, _read_arrow) for name in _texts(names)]


def _of_repository(folder: Path, files: Mapping[str, Sequence[str]]) -> list[_DataFile]:
    there = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in _READERS and not any(part[0] in "._" for part in path.relative_to(folder).parts)
    }
    if files:
        chosen = [
            (name, split)
            for split, patterns in files.items()
            for name in there
            if any(_matches(name, pattern) for pattern in patterns)
        ]
    else:
        by_name = {
            name: next((split for split, word in _SPLITS.items() if word.search(name)), "train") for name in there
        }
        chosen = sorted(by_name.items(), key=lambda each: list(_SPLITS).index(each[1]))
    return [_DataFile(_within(folder, name), split, _READERS[there[name].suffix.lower()]) for name, split in chosen]


def _matches(name: str, pattern: str) -> bool:
    """Whether a path fits a pattern, or lies in the folder that fits it; ** stands for any folders, or none."""
    pattern = pattern.removeprefix("./")
    patterns = (pattern, pattern.replace("**/", ""), f"{pattern.rstrip('/')}/*")
    return any(fnmatchcase(name, each) for each in patterns)


def _within(folder: Path, name: str) -> Path:
    """Raise ValueError where the name leads elsewhere or is a link, as a folder from somebody else may have it."""
    try:
        path = inside(folder, name)
    except UnsafePath as error:
        raise ValueError(str(error)) from error
    linked = next((each for each in (path, *path.parents) if each.is_relative_to(folder) and each.is_symlink()), None)
    if linked is not None and linked != folder:
        raise ValueError(_("{name!r} is a link; copy the files themselves", name=linked.relative_to(folder).as_posix()))
    return path


def _about(path: Path) -> dict[str, object]:
    with _within(path.parent, path.name).open("rb") as opened:
        check_size(opened, _MAX_ABOUT)
        try:
            content = json.load(opened)
        except (ValueError, RecursionError):
            content = None
    if not isinstance(content, dict):
        raise ValueError(_("{name!r} is damaged", name=path.name))  # noqa: TRY004 - the file is wrong, not a type
    return content


def _texts(value: object) -> list[str]:
    return [each for each in (value if isinstance(value, list) else []) if isinstance(each, str)]


def _read_arrow(file: BinaryIO) -> Iterator[Chunk]:
    import pyarrow as pa

    check_size(file)
    rows = size = 0
    with pa.ipc.open_stream(file) as stream:
        columns = [each.name for each in stream.schema if is_plain(each.type)]
        for batch in stream:
            rows, size = rows + batch.num_rows, size + batch.nbytes
            check_cells(rows, len(columns))
            check_unpacked(size)
            yield Chunk(texts_of(batch.select(columns)), range(rows - batch.num_rows + 1, rows + 1))


def _classes_in(file: BinaryIO, ending: str) -> dict[str, tuple[str, ...]]:
    """Column to the names of its classes, as files that their library wrote have them."""
    read = _SCHEMAS.get(ending.lower())
    metadata = (read(file).metadata or {}) if read is not None else {}
    file.seek(0)
    try:
        features = json.loads(metadata.get(_METADATA, b"{}"))["info"]["features"]
        return {
            str(name): tuple(map(str, feature["names"]))
            for name, feature in features.items()
            if isinstance(feature, dict)
            and feature.get("_type") == "ClassLabel"
            and isinstance(feature.get("names"), list)
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _schema_of_parquet(file: BinaryIO) -> "pa.Schema":
    import pyarrow.parquet as pq

    return pq.read_schema(file)


def _schema_of_arrow(file: BinaryIO) -> "pa.Schema":
    import pyarrow as pa

    return pa.ipc.open_stream(file).schema


_SCHEMAS: dict[str, Callable[[BinaryIO], "pa.Schema"]] = {".parquet": _schema_of_parquet, ".arrow": _schema_of_arrow}


def _write_folder(table: pd.DataFrame, about: About) -> dict[str, bytes]:
    """The check set as the part `validation`, all else as `train`; classes are numbers with names."""
    check = table[_SPLIT].eq(Purpose.CHECK) if _SPLIT in table else pd.Series(data=False, index=table.index)
    rest = table.drop(columns=_SPLIT, errors="ignore").rename(columns={"class": _LABEL})
    parts = {"train": rest[~check], "validation": rest[check]}
    written = {split: part for split, part in parts.items() if len(part)} or {"train": rest}
    used = map(str, rest[_LABEL].dropna().unique()) if _LABEL in rest else ()
    classes = list(dict.fromkeys([*about.classes, *used]))
    features = {str(name): _feature(rest[name]) for name in rest.columns}
    files = {NAME: card_text(about, features, classes, list(written)).encode()}
    for split, part in written.items():
        files[f"data/{split}-00000-of-00001.parquet"] = _parquet(part, features, classes)
    return files


def _feature(column: "pd.Series[Any]") -> str:
    if column.name == _LABEL:
        return "class_label"
    if pd.api.types.is_bool_dtype(column):
        return "bool"
    if pd.api.types.is_integer_dtype(column):
        return "int64"
    return "float64" if pd.api.types.is_float_dtype(column) else "string"


def _parquet(part: pd.DataFrame, features: Mapping[str, str], classes: Sequence[str]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = {name: place for place, name in enumerate(classes)}
    kinds = {"class_label": pa.int64(), "bool": pa.bool_(), "int64": pa.int64(), "float64": pa.float64()}
    arrays = {}
    for name, kind in features.items():
        cells = [None if pd.isna(cell) else cell for cell in part[name].tolist()]
        if kind == "class_label":
            cells = [None if cell is None else numbers[str(cell)] for cell in cells]
        elif kind == "string":
            cells = [as_text(cell) for cell in cells]
        arrays[name] = pa.array(cells, kinds.get(kind, pa.string()))
    described = {
        name: {"names": list(classes), "_type": "ClassLabel"}
        if kind == "class_label"
        else {"dtype": kind, "_type": "Value"}
        for name, kind in features.items()
    }
    metadata = {_METADATA: json.dumps({"info": {"features": described}}).encode()}
    file = io.BytesIO()
    pq.write_table(pa.table(arrays).replace_schema_metadata(metadata), file)
    return file.getvalue()


HUGGING_FACE = Format("hugging-face", "Hugging Face dataset", read_folder=_read_folder, write_folder=_write_folder)
