"""Folders of datasets, with their own library as the judge of what we write and the author of what we read."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from lamm_core.errors import UnreadableFile
from lamm_core.exchange.format import About
from lamm_core.exchange.formats.hugging_face import HUGGING_FACE
from lamm_core.exchange.reading import open_table, read_table

CLASSES = ("pen", 'ink: "blue"\u2028😀', "# no\u0085ne")
ABOUT = About("A 'project': {with} #signs\n---", CLASSES, ("en", "zh-TW", "no"))
LABELS = pd.DataFrame(
    {
        "id": ["1", "2", "3", "3"],
        "text": ["=a", "b\nc", "文😀", "文😀"],
        "language": ["en", "no", "zh-TW", "zh-TW"],
        "class": [CLASSES[0], CLASSES[2], CLASSES[1], CLASSES[0]],
        "split": ["pool", "pool", "check", "check"],
        "seconds": [1.5, None, 2.0, 3.0],
        "round": pd.array([1, None, 2, 2], dtype="Int64"),
        "labelled_at": pd.to_datetime(["2026-01-31T12:00:00Z"] * 4),
    }
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The package `datasets`, kept from the network and from the home folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_DATASETS_OFFLINE", "1")
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("HF_DATASETS_CACHE", str(tmp_path_factory.mktemp("cache")))
        assert "datasets" not in sys.modules
        import datasets

        datasets.disable_progress_bars()
    return datasets


def written(folder: Path, files: dict[str, bytes | str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def test_their_library_loads_what_is_written_and_we_read_it_back(library: ModuleType, tmp_path: Path) -> None:
    assert HUGGING_FACE.write_folder is not None
    folder = written(tmp_path / "labels", HUGGING_FACE.write_folder(LABELS, ABOUT))
    loaded = library.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))
    assert {split: len(rows) for split, rows in loaded.items()} == {"train": 2, "validation": 2}
    label = loaded["train"].features["label"]
    assert tuple(label.names) == CLASSES
    assert [label.int2str(each) for each in loaded["validation"]["label"]] == [CLASSES[1], CLASSES[0]]
    assert loaded["train"][0] == {
        "id": "1",
        "text": "=a",
        "language": "en",
        "label": 0,
        "seconds": 1.5,
        "round": 1,
        "labelled_at": "2026-01-31T12:00:00+00:00",
    }
    card = (folder / "README.md").read_text("utf-8")
    assert "**not a random sample**" in card
    assert "- `seconds`: how long it took" in card
    back = read_table(folder)
    wanted = LABELS.assign(split=["train", "train", "validation", "validation"])
    for ours, theirs in {
        "id": "id",
        "text": "text",
        "language": "language",
        "class": "label",
        "split": "split",
    }.items():
        assert list(back[theirs]) == list(wanted[ours])
    assert list(back["round"]) == ["1", None, "2", "2"]


def test_what_their_library_saves_is_read_with_the_names_of_the_classes(library: ModuleType, tmp_path: Path) -> None:
    features = library.Features({"text": library.Value("string"), "label": library.ClassLabel(names=["pen", "ink"])})

    def part(texts: list[str], labels: list[int]) -> object:
        return library.Dataset.from_dict({"text": texts, "label": labels}, features=features)

    parts = library.DatasetDict({"train": part(["a", "b"], [1, -1]), "test": part(["c"], [0])})
    parts.save_to_disk(tmp_path / "saved")
    parts["train"].save_to_disk(tmp_path / "part")
    parts["train"].to_parquet(written(tmp_path / "files", {"x": ""}) / "a.parquet")
    train = [{"text": "a", "label": "ink", "split": "train"}, {"text": "b", "label": None, "split": "train"}]
    test = [{"text": "c", "label": "pen", "split": "test"}]
    assert read_table(tmp_path / "saved").to_dict("records") == train + test
    assert [list(chunk.rows) for chunk in open_table(tmp_path / "saved").chunks()] == [[1, 2], [3]]
    assert read_table(tmp_path / "files").to_dict("records") == train
    assert list(read_table(tmp_path / "part")["label"]) == ["ink", None]


CARD = """---
configs:
- config_name: other
  data_files: x.csv
- config_name: default
  data_files:
  - split: train
    path: [data/*.csv, more]
  - split: validation
    path: "**/check.jsonl"
dataset_info:
  features:
  - name: label
    dtype:
      class_label:
        names: {'0': pen, '1': ink}
---
"""


def test_a_repository_is_read_as_its_card_says(tmp_path: Path) -> None:
    files = {
        "README.md": CARD,
        "data/a.csv": "text,label\na,0\nb,1,2\n",
        "more/b.tsv": "text\tlabel\nb\t1\n",
        "deep/er/check.jsonl": '{"text": "c", "label": 1}\n',
        "left/out.csv": "text\nx\n",
    }
    chunks = list(open_table(written(tmp_path, files)).chunks())
    rows = [tuple(row) for chunk in chunks for row in chunk.table[["text", "label", "split"]].to_numpy()]
    assert rows == [("a", "pen", "train"), ("b", "ink", "train"), ("c", "ink", "validation")]
    assert [list(chunk.rows) for chunk in chunks] == [[1], [3], [4]]
    assert [each.row for chunk in chunks for each in chunk.rejected] == [2]


@pytest.mark.parametrize("card", [None, "# no head", "---\na: [\n---\n", "---\n- a\n---\n", "---\nconfigs: 7\n---\n"])
def test_without_a_card_the_names_of_the_files_say_the_split(card: str | None, tmp_path: Path) -> None:
    files = {
        "data/my-test-00000-of-00001.csv": "text\nd\n",
        "dev.csv": "text\nc\n",
        "training/x.csv": "text\na\n",
        "constrained.csv": "text\nb\n",
        ".cache/train.csv": "text\nx\n",
        "notes.txt": "text",
    } | ({"README.md": card} if card else {})
    table = read_table(written(tmp_path, files))
    assert dict(zip(table["text"], table["split"], strict=True)) == {
        "a": "train",
        "b": "train",
        "c": "validation",
        "d": "test",
    }


STATE = {"_data_files": [{"filename": "../secret.arrow"}]}
HOSTILE = {
    "nothing": ({}, "the folder holds no files of a dataset"),
    "a split elsewhere": ({"dataset_dict.json": '{"splits": ["../.."]}'}, "names no file inside"),
    "a file elsewhere": ({"state.json": json.dumps(STATE)}, "names no file inside"),
    "a list that is none": ({"dataset_dict.json": "[" * 100_000}, "'dataset_dict.json' is damaged"),
    "a list of numbers": ({"state.json": '{"_data_files": [1, {"filename": 2}]}'}, "no files of a dataset"),
    "no arrow": ({"state.json": '{"_data_files": [{"filename": "a"}]}', "a": "no"}, "cannot be read"),
    "a large list": ({"state.json": " " * 2**20 + "{} "}, "megabytes"),
    "no parquet": ({"data/train.parquet": "no"}, "cannot be read"),
}


@pytest.mark.parametrize(("files", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_a_folder_that_is_none_or_leads_elsewhere_gives_one_sentence(
    files: dict[str, str], reason: str, tmp_path: Path
) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    with pytest.raises(UnreadableFile) as caught:
        read_table(written(folder, files))
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("target", ["elsewhere/secret.csv", "folder/other.csv"])
def test_links_are_refused_wherever_they_lead(target: str, tmp_path: Path) -> None:
    written(tmp_path, {"elsewhere/secret.csv": "text\nsecret\n", "folder/other.csv": "text\na\n"})
    link = tmp_path / "folder" / "train.csv"
    link.symlink_to(tmp_path / target)
    with pytest.raises(UnreadableFile, match=r"'train\.csv' (is a link|names no file inside)"):
        read_table(tmp_path / "folder")
    link.unlink()
    (tmp_path / "link").symlink_to(tmp_path / "folder")  # what the user names may be one
    assert list(read_table(tmp_path / "link")["text"]) == ["a"]
