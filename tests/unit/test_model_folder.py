"""A model's folder: read back to the last digit, written whole, and refused where it is not what it says."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import skops.io
import yaml

import lamm_core
from lamm_core.errors import DataInTheWay, InvalidInput, ModelUnreadable, PackageMissing
from lamm_core.model.classifier import Classifier
from lamm_core.model.exported import folder as model_folder
from lamm_core.model.exported import onnx_file
from lamm_core.model.exported.facts import LanguageFacts, ModelFacts
from lamm_core.model.exported.folder import ModelParts, check_place, write_model
from lamm_core.model.exported.model import BLOCK, Model, load_model
from lamm_core.model.preparation.preparation import fit_preparation
from lamm_core.records import LanguageState, Metric

TEXTS = [f"river {number % 7} stone {number % 5} kivi {number % 3}" for number in range(90)]
LANGUAGES = ["en", "fi", "pt-BR"] * 30
CLASSES = ("blue | grey", "green", "red")
DIMENSION = 8


def embeddings(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    offset = np.asarray([0.0, 2.0, -2.0])[np.arange(n) % 3]
    return (rng.normal(size=(n, DIMENSION)) + offset[:, None]).astype(np.float32)


def make_parts(preparation: str, classes: tuple[str, ...] = CLASSES) -> ModelParts:
    fitted = fit_preparation(preparation, embeddings(90), TEXTS, LANGUAGES)
    classifier = Classifier.fit(fitted.vectors[:60], [classes[each % len(classes)] for each in range(60)])
    languages = (
        LanguageFacts("en", 0.8, 20, 30, 0.9, 0.8, 0.97, LanguageState.MET),
        LanguageFacts("fi", 0.8, 20, 0, None, None, None, LanguageState.UNMEASURED),
        LanguageFacts("pt-BR", 0.8, 20, 30, 0.5, 0.4, 0.6, LanguageState.MISSED),
    )
    facts = ModelFacts(
        "shop: *new*", 3, 60, "2026-01-02T03:04:05+00:00", 5, "test:none", DIMENSION, classifier.classes,
        Metric.ACCURACY, languages, {"preparation": preparation, "C": 10.0},
    )  # fmt: skip
    return ModelParts(classifier, fitted, facts)


@pytest.fixture(scope="module")
def parts() -> ModelParts:
    return make_parts("default")


@pytest.fixture(scope="module")
def written(parts: ModelParts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "model"
    write_model(folder, parts, onnx=True)
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return shutil.copytree(written, tmp_path / "a model")


def probabilities(model: Model, n: int = 12, languages: Any = None) -> np.ndarray:
    given = LANGUAGES[:n] if languages is None else languages
    return model.predict_proba(TEXTS[:n], given, embeddings=embeddings(n, seed=1))


# whole


def test_a_model_read_back_gives_identical_probabilities_and_facts(written: Path, parts: ModelParts) -> None:
    model = lamm_core.load_model(written)
    np.testing.assert_array_equal(probabilities(model), probabilities(Model(parts)))
    assert (model.facts, model.classes, model.encoder) == (parts.facts, CLASSES, "test:none")
    assert model.languages == ("en", "fi", "pt-BR")
    likeliest = probabilities(model).argmax(axis=1)
    found = model.predict(TEXTS[:12], LANGUAGES[:12], embeddings=embeddings(12, seed=1))
    assert found == [CLASSES[each] for each in likeliest]
    assert sorted(each.name for each in written.parent.iterdir()) == ["model"]


def test_the_prepared_pool_stays_at_home(written: Path) -> None:
    assert np.load(written / "preparation" / "vectors.npy", allow_pickle=False).shape[0] == 0


def test_a_text_is_predicted_alike_wherever_it_stands(parts: ModelParts) -> None:
    model, n = Model(parts), BLOCK + 5
    many = model.predict_proba(["river"] * n, "fi", embeddings=np.tile(embeddings(1), (n, 1)))
    np.testing.assert_allclose(many, np.tile(many[:1], (n, 1)), atol=1e-6)
    assert model.predict_proba([], embeddings=np.empty((0, DIMENSION))).shape == (0, 3)


def test_what_a_model_does_with_languages(parts: ModelParts) -> None:
    model = Model(parts)
    without = model.predict_proba(TEXTS[:3], embeddings=embeddings(3))
    for unknown in ("xx", [None] * 3, ["", "de", "xx"]):
        np.testing.assert_array_equal(model.predict_proba(TEXTS[:3], unknown, embeddings=embeddings(3)), without)
    for known in ("pt_br", "Portuguese", ["por", "pt-PT", "pt-br"]):
        np.testing.assert_array_equal(probabilities(model, 3, known), probabilities(model, 3, ["pt-BR"] * 3))
    assert not np.allclose(without, model.predict_proba(TEXTS[:3], "fi", embeddings=embeddings(3)))


@pytest.mark.parametrize(
    ("texts", "languages", "vectors", "told"),
    [
        ("one text", None, embeddings(1), "got one text"),
        (["a", 3], None, embeddings(2), "one of them is a int"),
        (["a", "b"], ["en"], embeddings(2), "got 2 texts and 1 languages"),
        (["a"], None, embeddings(2), r"of shape \(1, 8\)"),
    ],
)
def test_what_cannot_be_predicted_is_told(
    parts: ModelParts, texts: Any, languages: Any, vectors: Any, told: str
) -> None:
    with pytest.raises(InvalidInput, match=told):
        Model(parts).predict(texts, languages, embeddings=vectors)


def test_a_folder_that_cannot_be_finished_is_not_there(
    parts: ModelParts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(model_folder, "model_card", full)
    with pytest.raises(OSError, match="No space"):
        write_model(tmp_path / "model", parts)
    assert list(tmp_path.iterdir()) == []


def test_nothing_but_a_model_is_ever_replaced_and_that_only_where_it_is_asked_for(folder: Path, tmp_path: Path) -> None:
    check_place(tmp_path / "new", replace=False)
    (tmp_path / "empty").mkdir()
    check_place(tmp_path / "empty", replace=False)
    check_place(folder, replace=True)
    with pytest.raises(DataInTheWay, match="--replace"):
        check_place(folder, replace=False)
    with pytest.raises(DataInTheWay, match="is no model"):
        check_place(tmp_path, replace=True)


def test_the_card_has_front_matter_that_hubs_read_and_a_row_for_each_language(written: Path) -> None:
    _, front, card = (written / "README.md").read_text("utf-8").split("---\n", 2)
    read = yaml.safe_load(front)
    assert (read["language"], read["pipeline_tag"]) == (["en", "fi", "pt-BR"], "text-classification")
    assert read["model_name"] == "shop: *new*"
    assert "| Finnish (fi) | not measured |  | 0 | 80.0% | not measured | 20 |" in card
    assert "| English (en) | 90.0% | 80.0% to 97.0% | 30 | 80.0% | met | 20 |" in card
    assert r"- blue \| grey" in card
    assert "takes `prepared_vectors`" in card
    assert "{" not in card.replace("{example}", "")


# damaged, or made to harm


def edit(**changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        about = folder / "model.json"
        about.write_text(json.dumps(json.loads(about.read_text("utf-8")) | changes), "utf-8")

    return change


def edit_files(**changes: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        files = json.loads((folder / "model.json").read_text("utf-8"))["files"]
        edit(files={name: digest for name, digest in (files | changes).items() if digest})(folder)

    return change


def signed(change: Callable[[Path], None]) -> Callable[[Path], None]:
    """The change by somebody who writes the right SHA-256 beside it."""

    def changed(folder: Path) -> None:
        change(folder)
        files = {
            each.relative_to(folder).as_posix(): model_folder._sha256(each)
            for each in folder.rglob("*")
            if each.is_file() and each.name not in ("model.json", "README.md")
        }
        edit(files=files)(folder)

    return changed


def write(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None


def cut(folder: Path) -> None:
    path = folder / "preparation" / "smoothing.pull.npy"
    path.write_bytes(path.read_bytes()[:-1])


def link_a_file(folder: Path) -> None:
    path = folder / "preparation" / "vectors.npy"
    path.rename(folder.parent / "elsewhere.npy")
    path.symlink_to(folder.parent / "elsewhere.npy")


def link_the_preparation(folder: Path) -> None:
    (folder / "preparation").rename(folder.parent / "elsewhere")
    (folder / "preparation").symlink_to(folder.parent / "elsewhere")


def lead_out(folder: Path) -> None:
    about = folder / "preparation" / "about.json"
    read = json.loads(about.read_text("utf-8"))
    read["arrays"]["../../vectors"] = read["arrays"].pop("vectors")
    about.write_text(json.dumps(read), "utf-8")


def other_numbers(folder: Path) -> None:
    np.save(folder / "preparation" / "centring.elsewhere.npy", np.zeros(DIMENSION + 1), allow_pickle=False)
    about = folder / "preparation" / "about.json"
    read = json.loads(about.read_text("utf-8"))
    read["arrays"]["centring.elsewhere"] = ["<f8", [DIMENSION + 1]]
    about.write_text(json.dumps(read), "utf-8")


def another_type(folder: Path) -> None:
    skops.io.dump({"a": map}, folder / "classifier.skops")


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda folder: (folder / "model.json").unlink(), "holds no model.json"),
        (write("model.json", b"{"), "JSONDecodeError"),
        (write("model.json", b"[" * 100_000), "cannot be read"),
        (write("model.json", b"[]"), "TypeError"),
        (edit(format=2), "has format 2; this version of LAMM reads 1"),
        (edit(project=None), "TypeError"),
        (edit(labels=-1), "-1 is no count"),
        (edit(labels=float("nan")), "NaN is no JSON"),
        (edit(languages=[{"language": "en"}]), "KeyError"),
        (edit(classes=["x", "y", "z"]), "do not fit each other"),
        (edit(dimension=9), "do not fit each other"),
        (edit(files=[]), "AttributeError"),
        (edit_files(**{"classifier.skops": "0"}), "classifier.skops is not what it was"),
        (edit_files(**{"preparation/vectors.npy": ""}), "its files are not those"),
        (edit_files(**{"../../../etc/passwd": "0"}), "its files are not those"),
        (write("preparation/more.npy", b""), "its files are not those"),
        (lambda folder: shutil.rmtree(folder / "preparation"), "FileNotFoundError"),
        (cut, "preparation/smoothing.pull.npy is not what it was"),
        (link_a_file, "'preparation/vectors.npy' is no file of a model"),
        (link_the_preparation, "'preparation' is no folder of a model"),
        (signed(cut), "cannot be read"),
        (signed(lead_out), "UnsafePath"),
        (signed(other_numbers), "do not fit each other"),
        (signed(another_type), "holds builtins.map, which no model has"),
    ],
)
def test_a_folder_that_is_not_what_it_says_is_refused_in_one_sentence(
    folder: Path, harm: Callable[[Path], None], told: str
) -> None:
    harm(folder)
    with pytest.raises(ModelUnreadable) as caught:
        load_model(folder)
    message = str(caught.value)
    assert told in message
    assert "\n" not in message
    assert message.endswith(".")


def test_the_card_and_what_hubs_add_may_change(folder: Path) -> None:
    (folder / "README.md").write_text("Ours.", "utf-8")
    (folder / ".gitattributes").write_text("*.npy filter=lfs", "utf-8")
    assert load_model(folder).classes == CLASSES


# ONNX


@pytest.mark.parametrize(("preparation", "classes"), [("plain", CLASSES), ("plain", CLASSES[:2]), ("default", CLASSES)])
def test_the_onnx_file_gives_the_same_probabilities(preparation: str, classes: tuple[str, ...], tmp_path: Path) -> None:
    parts = make_parts(preparation, classes)
    model, vectors = Model(parts), embeddings(40, seed=2)
    vectors[0] = parts.preparation.centring.elsewhere  # of length 0 once it is centred
    onnx_file.write_onnx(tmp_path / "model.onnx", parts.classifier, parts.preparation)
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    (taken,) = session.get_inputs()
    assert taken.name == ("embeddings" if preparation == "plain" else "prepared_vectors")
    given = vectors if preparation == "plain" else model.prepare(TEXTS[:40], LANGUAGES[:40], embeddings=vectors)
    found, names = session.run(["probabilities", "predicted"], {taken.name: given})
    expected = model.predict_proba(TEXTS[:40], LANGUAGES[:40], embeddings=vectors)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert list(names) == [model.classes[each] for each in expected.argmax(axis=1)]


def test_without_its_package_onnx_is_refused_before_anything_is_written(
    parts: ModelParts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_file.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(PackageMissing, match=r"pip install 'lamm\[onnx\]'"):
        write_model(tmp_path / "model", parts, onnx=True)
    assert list(tmp_path.iterdir()) == []
