"""A preparation in a folder: read back to the last digit, or refused in one sentence."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from lamm_core.errors import ModelUnreadable
from lamm_core.model.preparation import array_folder
from lamm_core.model.preparation.preparation import Preparation, fit_preparation, load_preparation

NAMES = ["plain", "centre", "smooth", "centre,lexical", "centre,lexical,smooth"]
POOL_TEXTS = [f"river {number % 7} stone {number % 5} kivi {number % 3}" for number in range(90)]
LANGUAGES = ["en", "fi", "ja"] * 30


def embeddings(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    scale = np.asarray([1.0, 0.1, 1.0])[np.arange(n) % 3]
    return (scale[:, None] * rng.normal(size=(n, 8)) + 2).astype(np.float32)


def fit(name: str) -> Preparation:
    return fit_preparation(name, embeddings(90), POOL_TEXTS, LANGUAGES)


def transformed(preparation: Preparation) -> np.ndarray:
    return preparation.transform(embeddings(6, seed=1), ["river", "", "kivi 1", "x", "stone", "new"], LANGUAGES[:6])


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "preparation"
    fit("centre,lexical,smooth").save(folder)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    return shutil.copytree(saved, tmp_path / "preparation 3.1")


@pytest.mark.parametrize("name", NAMES)
def test_a_preparation_read_back_gives_identical_vectors(name: str, tmp_path: Path):
    fitted, place = fit(name), tmp_path / "new folder" / "preparation"
    fitted.save(place)
    again = load_preparation(place)
    assert again.name == name
    np.testing.assert_array_equal(again.vectors, fitted.vectors)
    np.testing.assert_array_equal(transformed(again), transformed(fitted))
    assert [each.name for each in place.parent.iterdir()] == ["preparation"]


def test_the_vectors_stay_on_disk(folder: Path):
    assert isinstance(load_preparation(folder).vectors.base, np.memmap)


def test_nothing_is_pickled(folder: Path):
    assert {path.suffix for path in folder.iterdir()} == {".npy", ".json"}
    for path in folder.glob("*.npy"):
        assert not np.load(path, allow_pickle=False).dtype.hasobject


def test_saving_again_replaces_the_preparation(folder: Path):
    fit("centre").save(folder)
    assert load_preparation(folder).name == "centre"
    assert not (folder / "lexical.keys.npy").exists()


def test_an_interrupted_save_leaves_the_old_preparation(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(array_folder.np, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fit("centre").save(folder)
    assert load_preparation(folder).name == "centre,lexical,smooth"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_what_a_killed_save_left_behind_is_in_nobodys_way(folder: Path):
    for left in (f".{folder.name}.part", f".{folder.name}.old"):
        (folder.parent / left).mkdir()
        (folder.parent / left / "half.npy").write_bytes(b"half")
    fit("centre").save(folder)
    assert load_preparation(folder).name == "centre"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def refuse(folder: Path) -> None:
    with pytest.raises(ModelUnreadable) as caught:
        load_preparation(folder)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_folder_and_a_file_are_refused(tmp_path: Path):
    refuse(tmp_path / "nothing")
    refuse(tmp_path)
    (tmp_path / "file").write_text("{}")
    refuse(tmp_path / "file")


FILES = [
    "vectors",
    "centring.means",
    "lexical.keys",
    "lexical.shared.components",
    "lexical.own_0.idf",
    "smoothing.pull",
]


@pytest.mark.parametrize("name", FILES)
def test_a_missing_a_cut_off_and_a_foreign_array_are_refused(folder: Path, name: str):
    path = folder / f"{name}.npy"
    data = path.read_bytes()
    for damaged in (data[: len(data) // 2], data[:50], b"", b"PK\x03\x04"):
        path.write_bytes(damaged)
        refuse(folder)
    np.save(path, np.zeros((3, 3)))
    refuse(folder)
    np.save(path, np.asarray([{"a": 1}], dtype=object), allow_pickle=True)
    refuse(folder)
    path.unlink()
    refuse(folder)
    path.write_bytes(data)
    assert load_preparation(folder).name == "centre,lexical,smooth"


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "7", "{}", '{"format": 1}', '{"format": 1, "arrays": []}'])
def test_a_damaged_description_is_refused(folder: Path, content: str):
    (folder / "about.json").write_text(content)
    refuse(folder)


@pytest.mark.parametrize(
    "change", [{"format": 2}, {"preparation": "fancy"}, {"preparation": 3}, {"arrays": {}}, {"arrays": {"vectors": 1}}]
)
def test_a_description_of_something_else_is_refused(folder: Path, change: dict):
    path = folder / "about.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    refuse(folder)


def test_a_description_that_lacks_an_array_is_refused(folder: Path):
    path = folder / "about.json"
    about = json.loads(path.read_text())
    for name in list(about["arrays"]):
        arrays = {each: form for each, form in about["arrays"].items() if each != name}
        path.write_text(json.dumps(about | {"arrays": arrays}))
        refuse(folder)
