"""The embedding store: it grows, survives every cut, and never gives a text the embedding of another."""

import json
import multiprocessing
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.errors import EmbeddingStoreDamaged, EncoderUnavailable
from lamm_core.model import embedding, embedding_store
from lamm_core.model.embedding import embed_missing
from lamm_core.model.embedding_store import EmbeddingStore, text_key
from lamm_core.model.encoders import Encoding
from lamm_core.model.key_index import KEY_BYTES
from lamm_core.settings import PRECISIONS

DIMENSION = 3
ENCODER = "fake"


def vector_of(text: str, dimension: int = DIMENSION) -> np.ndarray:
    """A vector that tells which text it belongs to."""
    return np.frombuffer(text_key(text)[:dimension], dtype=np.uint8).astype(np.float32)


def vectors_of(texts: list[str]) -> np.ndarray:
    return np.array([vector_of(text) for text in texts], dtype=np.float32).reshape(len(texts), DIMENSION)


def add(store: EmbeddingStore, texts: list[str]) -> None:
    store.append([text_key(text) for text in texts], vectors_of(texts))


def assert_right(store: EmbeddingStore, texts: list[str]) -> None:
    np.testing.assert_array_equal(store.vectors([text_key(text) for text in texts]), vectors_of(texts))


def known_texts(store: EmbeddingStore, texts: list[str]) -> list[str]:
    rows = store.rows_of([text_key(text) for text in texts])
    return [text for text, row in zip(texts, rows, strict=True) if row >= 0]


class FakeEncoder:
    """Gives `vector_of`, counts every text, and breaks down before the call of the given number."""

    def __init__(self, breaks_at: int | None = None) -> None:
        self.seen: list[str] = []
        self.calls = 0
        self._breaks_at = breaks_at

    def encode(self, texts: list[str]) -> np.ndarray:
        if self.calls == self._breaks_at:
            raise KeyboardInterrupt
        self.calls += 1
        self.seen += texts
        return vectors_of(texts)


@pytest.fixture
def store(tmp_path: Path) -> EmbeddingStore:
    return EmbeddingStore(tmp_path, ENCODER)


def use(monkeypatch: pytest.MonkeyPatch, encoder: object, chunk: int = 4) -> None:
    monkeypatch.setattr(embedding, "load_encoding", lambda name: Encoding(encoder.encode, chunk))


# growing and opening again


def test_a_new_store_is_empty(store: EmbeddingStore):
    assert (len(store), store.dimension) == (0, 0)
    assert store.rows_of([text_key("a")]).tolist() == [-1]
    assert store.vectors([]).shape == (0, 0)
    with pytest.raises(KeyError, match="1 of 1 texts have no embedding by fake"):
        store.vectors([text_key("a")])


def test_a_store_grows_and_opens_again(tmp_path: Path, store: EmbeddingStore):
    texts = [f"text {i}" for i in range(50)]
    for start in range(0, 50, 7):
        add(store, texts[start : start + 7])
        assert_right(store, texts[: start + 7])
    again = EmbeddingStore(tmp_path, ENCODER)
    assert (len(again), again.dimension) == (50, DIMENSION)
    assert_right(again, texts[::-1])
    assert again.vectors([]).shape == (0, DIMENSION)
    with pytest.raises(KeyError, match="2 of 3 texts"):
        again.vectors([text_key("text 1"), text_key("new"), text_key("newer")])


def test_a_text_is_kept_once_and_its_first_embedding_stays(store: EmbeddingStore):
    add(store, ["a", "b", "a"])
    store.append([text_key("a"), text_key("c")], np.full((2, DIMENSION), 7, dtype=np.float32))
    assert len(store) == 3
    assert_right(store, ["a", "b"])
    assert store.vectors([text_key("c")]).tolist() == [[7, 7, 7]]


def test_a_reader_sees_new_rows_after_a_refresh_and_keeps_the_old_before(tmp_path: Path, store: EmbeddingStore):
    add(store, ["a"])
    reader = EmbeddingStore(tmp_path, ENCODER)
    early = EmbeddingStore(tmp_path, "other")
    add(store, ["b", "c"])
    assert known_texts(reader, ["a", "b", "c"]) == ["a"]
    reader.refresh()
    early.refresh()
    assert_right(reader, ["a", "b", "c"])
    assert len(early) == 0


def test_a_reader_that_opened_before_the_first_row_sees_it(tmp_path: Path, store: EmbeddingStore):
    reader = EmbeddingStore(tmp_path, ENCODER)
    add(store, ["a"])
    reader.refresh()
    assert_right(reader, ["a"])


def test_encoders_with_like_names_have_stores_of_their_own(tmp_path: Path):
    names = ["org/model", "org-model", "org model", "Org/Model", "../org/model", "模型", "", "x" * 300]
    folders = {EmbeddingStore(tmp_path, name).folder for name in names}
    assert len(folders) == len(names)
    assert all(folder.parent == tmp_path and len(folder.name) < 100 for folder in folders)


def test_keys_that_share_their_first_half_are_told_apart(store: EmbeddingStore):
    keys = [b"12345678" + bytes([i]) * 8 for i in (9, 1, 5, 255)]
    store.append(keys, np.arange(12, dtype=np.float32).reshape(4, 3))
    assert store.rows_of(keys).tolist() == [0, 1, 2, 3]
    assert store.rows_of([b"12345678" + bytes([7]) * 8, b"\xff" * 16, b"\0" * 16]).tolist() == [-1, -1, -1]
    store.append(keys, np.zeros((4, 3), dtype=np.float32))
    assert len(store) == 4


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.text(alphabet="abc\0é\ud800", max_size=3), max_size=6), max_size=6))
def test_whatever_is_appended_reads_back(batches: list[list[str]]):
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddingStore(Path(folder), ENCODER)
        for batch in batches:
            add(store, batch)
        everything = [text for batch in batches for text in batch]
        assert len(store) == len(set(everything))
        if everything:
            assert_right(store, everything)
            assert_right(EmbeddingStore(Path(folder), ENCODER), everything)


# cut-off files


@pytest.fixture(scope="module")
def whole_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("whole")
    add(EmbeddingStore(root, ENCODER), [f"text {i}" for i in range(9)])
    return root


@settings(deadline=None, max_examples=100)
@given(
    vectors_left=st.one_of(st.just(9 * 4 * DIMENSION), st.integers(0, 9 * 4 * DIMENSION)),
    keys_left=st.one_of(st.just(9 * KEY_BYTES), st.integers(0, 9 * KEY_BYTES)),
    live=st.booleans(),
)
def test_files_cut_at_any_byte_are_repaired_and_nothing_wrong_is_read(
    whole_store: Path, vectors_left: int, keys_left: int, live: bool
):
    texts = [f"text {i}" for i in range(9)]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "copy"
        shutil.copytree(whole_store, root)
        before = EmbeddingStore(root, ENCODER)
        for path, left in ((before._vectors_path, vectors_left), (before._keys_path, keys_left)):
            with path.open("r+b") as file:
                file.truncate(left)

        store = before if live else EmbeddingStore(root, ENCODER)
        store.refresh()
        complete = min(vectors_left // (4 * DIMENSION), keys_left // KEY_BYTES)
        assert known_texts(store, texts) == texts[:complete]
        assert_right(store, texts[:complete])

        add(store, ["new", *texts])
        assert_right(store, [*texts, "new"])
        again = EmbeddingStore(root, ENCODER)
        assert len(again) == 10
        assert_right(again, [*texts, "new"])
        assert again._vectors_path.stat().st_size == 10 * 4 * DIMENSION
        assert again._keys_path.stat().st_size == 10 * KEY_BYTES


@pytest.mark.parametrize("lost", ["_vectors_path", "_keys_path"])
def test_a_lost_file_empties_the_store_and_it_can_be_filled_again(tmp_path: Path, store: EmbeddingStore, lost: str):
    add(store, ["a", "b"])
    getattr(store, lost).unlink()
    again = EmbeddingStore(tmp_path, ENCODER)
    assert known_texts(again, ["a", "b"]) == []
    add(again, ["b", "a"])
    assert_right(again, ["a", "b"])


@pytest.mark.parametrize(
    "about",
    [b"", b"{", b"[]", b"{}", b"null", b'{"dimension": 0}', b'{"dimension": -3}', b'{"dimension": "x"}',
     b'{"dimension": 2.5}', b'{"dimension": true}', b'{"dimension": null}', b'{"dimension": Infinity}', b"\xff\xfe"],
)  # fmt: skip
def test_a_damaged_description_is_named_and_says_what_to_delete(tmp_path: Path, store: EmbeddingStore, about: bytes):
    add(store, ["a"])
    store._about_path.write_bytes(about)
    with pytest.raises(EmbeddingStoreDamaged, match=r"about\.json cannot be read; delete .*fake-") as caught:
        EmbeddingStore(tmp_path, ENCODER)
    assert str(caught.value).count("\n") == 0


def test_rows_without_their_description_are_never_read_with_another_dimension(tmp_path: Path, store: EmbeddingStore):
    add(store, ["a", "b", "c", "d"])
    store._about_path.unlink()
    again = EmbeddingStore(tmp_path, ENCODER)
    again.append([text_key("x")], np.ones((1, 2), dtype=np.float32))
    assert known_texts(again, ["a", "b", "c", "d", "x"]) == ["x"]
    assert again.vectors([text_key("x")]).tolist() == [[1, 1]]


def test_another_dimension_is_refused_with_both_numbers(store: EmbeddingStore):
    add(store, ["a"])
    with pytest.raises(EmbeddingStoreDamaged, match="embeddings of 3 numbers, but 'fake' now gives 5"):
        store.append([text_key("b")], np.ones((1, 5), dtype=np.float32))
    assert_right(store, ["a"])
    assert known_texts(store, ["b"]) == []


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_embeddings_that_are_not_finite_are_refused_whole(tmp_path: Path, store: EmbeddingStore, value: float):
    block = np.ones((3, DIMENSION), dtype=np.float32)
    block[1, 2] = value
    with pytest.raises(EmbeddingStoreDamaged, match="1 of 3 new embeddings by 'fake' are not finite"):
        store.append([text_key(text) for text in "abc"], block)
    assert len(store) == 0
    assert len(EmbeddingStore(tmp_path, ENCODER)) == 0
    add(store, ["a"])
    assert_right(store, ["a"])


# several processes


def append_in_a_process(root: str, texts: list[str], start: object) -> None:
    store = EmbeddingStore(Path(root), ENCODER)
    start.wait(60)
    for text in texts:
        add(store, [text])


def test_processes_that_append_at_once_lose_and_mix_up_nothing(tmp_path: Path):
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(2)
    shared = [f"shared {i}" for i in range(20)]
    own = [[f"own {worker} {i}" for i in range(20)] for worker in range(2)]
    mixed = [[text for pair in zip(shared, mine, strict=True) for text in pair] for mine in own]
    workers = [context.Process(target=append_in_a_process, args=(str(tmp_path), texts, start)) for texts in mixed]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    store = EmbeddingStore(tmp_path, ENCODER)
    assert len(store) == 60
    assert_right(store, [*shared, *own[0], *own[1]])


# filling


def test_only_missing_texts_are_computed_and_each_once(monkeypatch: pytest.MonkeyPatch, store: EmbeddingStore):
    add(store, ["b"])
    encoder = FakeEncoder()
    use(monkeypatch, encoder)
    steps: list[tuple[int, int]] = []
    texts = ["a", "b", "a", "c", "d", "e", "f", "c"]
    assert embed_missing(store, texts, lambda done, total: steps.append((done, total))) == 5
    assert encoder.seen == ["a", "c", "d", "e", "f"]
    assert steps == [(0, 5), (4, 5), (5, 5)]
    assert_right(store, texts)


def test_nothing_missing_never_loads_the_encoder(monkeypatch: pytest.MonkeyPatch, store: EmbeddingStore):
    add(store, ["a"])

    def refuse(name: str) -> None:
        raise RuntimeError("loaded")

    monkeypatch.setattr(embedding, "load_encoding", refuse)
    assert embed_missing(store, ["a", "a"]) == 0
    assert embed_missing(store, []) == 0
    with pytest.raises(RuntimeError, match="loaded"):
        embed_missing(store, ["b"])


@pytest.mark.parametrize("breaks_at", [0, 1, 2, 4])
def test_an_interrupted_run_continues_where_it_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, breaks_at: int):
    texts = [f"text {i}" for i in range(18)]
    first, second = FakeEncoder(breaks_at), FakeEncoder()
    use(monkeypatch, first)
    with pytest.raises(KeyboardInterrupt):
        embed_missing(EmbeddingStore(tmp_path, ENCODER), texts)
    use(monkeypatch, second)
    store = EmbeddingStore(tmp_path, ENCODER)
    assert embed_missing(store, texts) == 18 - 4 * breaks_at
    assert first.seen + second.seen == texts
    assert_right(store, texts)


def test_a_crash_between_vectors_and_keys_costs_one_chunk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    store = EmbeddingStore(tmp_path, ENCODER)
    add(store, ["a", "b"])
    whole = embedding_store._append_bytes

    def only_vectors(path: Path, data: bytes) -> None:
        if path.name == "keys.bin":
            raise KeyboardInterrupt
        whole(path, data)

    monkeypatch.setattr(embedding_store, "_append_bytes", only_vectors)
    with pytest.raises(KeyboardInterrupt):
        add(store, ["c", "d"])
    monkeypatch.setattr(embedding_store, "_append_bytes", whole)
    again = EmbeddingStore(tmp_path, ENCODER)
    assert known_texts(again, list("abcd")) == ["a", "b"]
    add(again, ["d"])
    assert_right(again, ["a", "b", "d"])


@pytest.mark.parametrize("shape", [(1, 3), (3,), (2, 3, 1), (2, 0)])
def test_an_encoder_that_does_not_give_a_row_a_text_is_refused(
    monkeypatch: pytest.MonkeyPatch, store: EmbeddingStore, shape: tuple[int, ...]
):
    class Odd:
        def encode(self, texts: list[str]) -> np.ndarray:
            return np.ones(shape, dtype=np.float32)

    use(monkeypatch, Odd())
    with pytest.raises(EncoderUnavailable, match=r"'fake' gave an array of shape .* for 2 texts"):
        embed_missing(store, ["a", "b"])
    assert len(store) == 0


def test_a_broken_character_reaches_the_encoder_as_a_question_mark(
    monkeypatch: pytest.MonkeyPatch, store: EmbeddingStore
):
    encoder = FakeEncoder()
    use(monkeypatch, encoder)
    assert embed_missing(store, ["a\ud800b", "ok é"]) == 2
    assert encoder.seen == ["a?b", "ok é"]
    assert known_texts(store, ["a\ud800b"]) == ["a\ud800b"]


def test_the_description_names_the_encoder(store: EmbeddingStore):
    add(store, ["a"])
    assert json.loads(store._about_path.read_text("utf-8")) == {
        "encoder": ENCODER,
        "dimension": DIMENSION,
        "precision": "single",
    }


def test_half_precision_takes_half_the_disk_and_rounds_each_number(tmp_path: Path) -> None:
    texts = [f"text {number}" for number in range(50)]
    keys = [text_key(text) for text in texts]
    vectors = np.random.default_rng(0).normal(size=(50, DIMENSION)).astype(np.float32)
    store = EmbeddingStore(tmp_path, ENCODER, "half")
    store.append(keys[:20], vectors[:20])
    # What a store is, it stays, whatever is asked of new ones.
    again = EmbeddingStore(tmp_path, ENCODER, "single")
    again.append(keys[20:], vectors[20:])
    store.refresh()
    for each in (store, again, EmbeddingStore(tmp_path, ENCODER)):
        found = each.vectors(keys)
        assert each.precision == "half"
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, vectors.astype(np.float16).astype(np.float32))
    assert {path.name: size for path, size in store.files()}["vectors.f16"] == 2 * 50 * DIMENSION


def test_what_half_precision_cannot_hold_is_refused(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path, ENCODER, "half")
    large = np.full((1, DIMENSION), 70_000, dtype=np.float32)
    with pytest.raises(EmbeddingStoreDamaged, match="too large"):
        store.append([text_key("large")], large)
    EmbeddingStore(tmp_path, "another").append([text_key("large")], large)


def test_the_description_of_a_store_that_makes_no_sense_is_damage(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path, ENCODER)
    add(store, ["one"])
    about = store.folder / "about.json"
    about.write_text(json.dumps({"encoder": ENCODER, "dimension": DIMENSION, "precision": "quarter"}))
    with pytest.raises(EmbeddingStoreDamaged):
        EmbeddingStore(tmp_path, ENCODER)
    about.write_text(json.dumps({"encoder": ENCODER, "dimension": DIMENSION}))  # as it was written once
    assert_right(EmbeddingStore(tmp_path, ENCODER), ["one"])


def test_settings_know_the_same_precisions() -> None:
    assert tuple(embedding_store.PRECISIONS) == PRECISIONS
