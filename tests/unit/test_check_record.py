"""What a round keeps about its check items."""

import pickle
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from lamm_core.errors import ModelUnreadable
from lamm_core.model.check_record import CheckRecord, figure_name

ITEMS = 30


def record(items: int = ITEMS) -> CheckRecord:
    rng = np.random.default_rng(0)
    return CheckRecord(
        metric=np.array("accuracy"),
        ids=np.sort(rng.choice(10_000, items, replace=False)),
        languages=rng.choice(["da", "uk"], items),
        predicted=rng.choice(["ink", "Füller", "ручка"], items),
        true=rng.choice(["ink", "Füller", "ручка"], items),
        confidence=rng.random(items),
        chance=np.where(rng.random(items) < 0.5, np.nan, rng.random(items)),
        figures=np.array([figure_name("da"), figure_name("uk"), figure_name("uk", "ручка")]),
        errors=rng.random(3),
        influence=rng.normal(size=(3, items)),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "of a project" / "round-0001-1.checks.npz"


@pytest.mark.parametrize("items", [0, 1, ITEMS])
def test_a_record_comes_back_as_it_was(path: Path, items: int):
    kept = record(items)
    kept.save(path)
    found = CheckRecord.load(path)
    for field in fields(CheckRecord):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(kept, field.name))
        assert getattr(found, field.name).dtype == getattr(kept, field.name).dtype
    assert list(path.parent.iterdir()) == [path], "nothing is left beside it"


def test_a_later_record_takes_the_place_of_an_earlier_one(path: Path):
    record().save(path)
    record(3).save(path)
    assert len(CheckRecord.load(path).ids) == 3


def test_a_record_that_cannot_be_written_leaves_the_earlier_one(path: Path, monkeypatch: pytest.MonkeyPatch):
    record(5).save(path)

    def full(file: object, **_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space left"):
        record().save(path)
    assert len(CheckRecord.load(path).ids) == 5
    assert list(path.parent.iterdir()) == [path]


def test_figures_are_found_by_language_and_class():
    kept = record()
    for row, name in enumerate(["da", "uk", figure_name("uk", "ручка")]):
        found = kept.figure(name)
        assert found is not None
        np.testing.assert_array_equal(found[0], kept.influence[row])
        assert found[1] == kept.errors[row]
    assert kept.figure("de") is None
    assert kept.figure(figure_name("da", "ручка")) is None


def test_a_language_and_its_classes_have_different_names():
    names = [figure_name("da"), figure_name("da", "ink"), figure_name("da", "Füller"), figure_name("uk", "ink")]
    assert len(set(names)) == 4


def test_a_missing_record_is_told_by_its_path(path: Path):
    with pytest.raises(ModelUnreadable, match=path.name):
        CheckRecord.load(path)


def test_a_record_cut_short_is_refused(path: Path):
    record().save(path)
    whole = path.read_bytes()
    for size in (0, 1, 10, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(ModelUnreadable, match="cannot be read"):
            CheckRecord.load(path)


def test_a_record_with_a_wrong_byte_is_refused_or_as_it_was(path: Path):
    kept = record()
    kept.save(path)
    whole, refused = path.read_bytes(), 0
    for place in range(0, len(whole), 11):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            found = CheckRecord.load(path)
        except ModelUnreadable:
            refused += 1
        else:
            for field in fields(CheckRecord):
                np.testing.assert_array_equal(getattr(found, field.name), getattr(kept, field.name))
    assert refused > len(whole) / 11 / 2


@pytest.mark.parametrize("missing", ["ids", "influence"])
def test_a_record_without_one_of_its_parts_is_refused(path: Path, missing: str):
    path.parent.mkdir()
    arrays = {field.name: getattr(record(), field.name) for field in fields(CheckRecord) if field.name != missing}
    np.savez(path, **arrays)
    with pytest.raises(ModelUnreadable, match="KeyError"):
        CheckRecord.load(path)


class Trap:
    """Says so when it is unpickled."""

    sprung = False

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return setattr, (Trap, "sprung", True)


def test_a_record_with_an_object_in_it_is_refused_and_the_object_never_made(path: Path):
    trap = np.empty(ITEMS, dtype=object)
    trap[0] = Trap()
    replace(record(), languages=trap).save(path)
    with pytest.raises(ModelUnreadable, match="cannot be read"):
        CheckRecord.load(path)
    assert not Trap.sprung
    with np.load(path, allow_pickle=True) as arrays:
        assert arrays["languages"][0] is None
    assert Trap.sprung, "the trap works"


@pytest.mark.parametrize("kind", ["text", "pickle", "single array", "folder"])
def test_a_file_that_is_no_record_is_refused(path: Path, kind: str):
    path.parent.mkdir()
    if kind == "text":
        path.write_text("item_id,class\n1,ink\n")
    elif kind == "pickle":
        path.write_bytes(pickle.dumps({"ids": [1]}))
    elif kind == "single array":
        with path.open("wb") as file:
            np.save(file, np.arange(3))
    else:
        path.mkdir()
    with pytest.raises(ModelUnreadable, match="cannot be read"):
        CheckRecord.load(path)
