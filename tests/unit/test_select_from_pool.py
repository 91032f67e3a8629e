"""A batch from a pool that passes by is the batch from the whole pool."""

import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

from lamm_core.errors import (
    EmbeddingStoreDamaged,
    InvalidChoice,
    InvalidInput,
    InvalidScores,
    LammError,
    MissingTarget,
)
from lamm_core.model import vector_blocks
from lamm_core.model.classifier import Classifier
from lamm_core.model.half_precision import widen
from lamm_core.model.pool_selection import pool_scores, select_from_pool
from lamm_core.model.vector_blocks import VectorFile
from lamm_core.selection import UNCERTAINTIES, Selection, select_batch
from lamm_core.selection.logits import LOGIT_UNCERTAINTIES
from lamm_core.selection.streaming import CodedLanguages, select_from_scores

STREAMED = ["lamm", "ea", "lc", "gap^2", "margin+gap", "gain"]
NAMES = ("de", "en", "ja")
TARGETS = dict.fromkeys(NAMES, 0.9)


def same(one: Selection, other: Selection) -> None:
    assert one.indices.tolist() == other.indices.tolist()
    assert one.quota == other.quota
    assert one.weights == other.weights
    np.testing.assert_allclose(one.scores, other.scores, rtol=1e-5, atol=1e-6)
    assert one.unmeasured == other.unmeasured
    assert one.all_targets_met == other.all_targets_met


def first_column(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    return probabilities[:, 0]


@given(st.data())
def test_scores_in_blocks_give_the_batch_of_the_whole_pool_whatever_is_alike(data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 60))
    # Few different scores: ties everywhere.
    scores = np.array(data.draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)), dtype=float) / 4
    languages = data.draw(st.lists(st.sampled_from(NAMES), min_size=n, max_size=n))
    ids = np.array(data.draw(st.permutations(range(n))), dtype=np.int64)
    accuracy = {
        name: data.draw(st.sampled_from([0.2, 0.5, 0.9, 1.0])) for name in NAMES[: data.draw(st.integers(0, 3))]
    }
    budget = data.draw(st.integers(1, 70))
    strategy = data.draw(st.sampled_from(["lamm", "ea", "lc", "gap^2", "gain"]))
    cuts = sorted(data.draw(st.lists(st.integers(0, n), max_size=5)))
    among = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)), dtype=bool)

    whole = select_batch(
        np.stack([scores, 1 - scores], axis=1)[among],
        np.array(languages, dtype=str)[among],
        accuracy,
        TARGETS,
        budget,
        strategy,
        first_column,
        ids[among],
    )
    ranks = np.argsort(np.argsort(ids, kind="stable"))
    streamed = select_from_scores(
        np.split(scores, cuts),
        CodedLanguages.of(languages),
        accuracy,
        TARGETS,
        budget,
        strategy,
        tie_order=ranks,
        among=among,
    )
    assert streamed.indices.tolist() == np.flatnonzero(among)[whole.indices].tolist()
    assert (streamed.quota, streamed.weights) == (whole.quota, whole.weights)
    assert streamed.scores.tolist() == whole.scores.tolist()


@given(
    classes=st.integers(1, 6),
    items=st.integers(1, 9),
    scale=st.sampled_from([0.1, 3.0, 50.0]),
    seed=st.integers(0, 2**32 - 1),
)
@pytest.mark.parametrize("name", sorted(UNCERTAINTIES))
def test_uncertainty_of_logits_is_that_of_their_probabilities(
    name: str, classes: int, items: int, scale: float, seed: int
) -> None:
    logits = np.random.default_rng(seed).normal(0, scale, (items, classes))
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    expected = UNCERTAINTIES[name](shares / shares.sum(axis=1, keepdims=True))
    found = LOGIT_UNCERTAINTIES[name](np.ascontiguousarray(logits.T, dtype=np.float32))
    np.testing.assert_allclose(found, expected, atol=2e-5 * max(1, scale))


def test_every_uncertainty_has_a_form_for_logits() -> None:
    assert LOGIT_UNCERTAINTIES.keys() == UNCERTAINTIES.keys()


@pytest.fixture(scope="module")
def pool() -> tuple[Classifier, NDArray[np.float32], NDArray[np.str_]]:
    rng = np.random.default_rng(1)
    vectors = rng.standard_normal((9_000, 16)).astype(np.float32)
    classes = [f"class {number}" for number in vectors[:400, :4].argmax(axis=1)]
    return Classifier.fit(vectors[:400], classes), vectors, rng.choice(NAMES, len(vectors), p=[0.1, 0.7, 0.2])


@pytest.mark.parametrize("uncertainty", [*sorted(UNCERTAINTIES), first_column])
@pytest.mark.parametrize("strategy", [*STREAMED, "random"])
def test_the_batch_of_a_pool_is_that_of_its_probabilities(pool, strategy, uncertainty) -> None:
    classifier, vectors, languages = pool
    accuracy, ids = {"de": 0.3, "en": 0.8}, np.arange(len(vectors))[::-1]
    whole = select_batch(
        classifier.predict_proba(vectors),
        languages,
        accuracy,
        TARGETS,
        70,
        strategy,
        uncertainty,
        ids,
        np.random.default_rng(5),
    )
    streamed = select_from_pool(
        classifier, vectors, languages, accuracy, TARGETS, 70, strategy, uncertainty, ids, np.random.default_rng(5)
    )
    same(streamed, whole)


@pytest.mark.parametrize("classes", [2, 3])
def test_two_classes_and_other_estimators_are_scored_alike(classes: int) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((600, 8)).astype(np.float32)
    labels = [f"class {number}" for number in vectors[:300, :classes].argmax(axis=1)]
    for classifier in (
        Classifier.fit(vectors[:300], labels),
        Classifier.fit(vectors[:300], labels, estimator=RandomForestClassifier(10, random_state=0)),
    ):
        scores = np.concatenate(list(pool_scores(classifier, vectors, "margin")))
        np.testing.assert_allclose(scores, UNCERTAINTIES["margin"](classifier.predict_proba(vectors)), atol=1e-5)


@pytest.mark.parametrize("dtype", ["<f4", "<f2"])
@pytest.mark.parametrize("rows", [0, 1, 8_192, 9_000])
def test_a_file_gives_what_its_vectors_give(tmp_path: Path, pool, dtype: str, rows: int) -> None:
    classifier, vectors, languages = pool
    kept = vectors[:rows].astype(dtype)
    np.save(tmp_path / "vectors.npy", kept)
    mapped = np.load(tmp_path / "vectors.npy", mmap_mode="r")
    file = VectorFile.behind(mapped) if rows else VectorFile(tmp_path / "vectors.npy", 0, 16, dtype, 128)
    assert file is not None
    assert (len(file), file.dimension, file.dtype) == (rows, 16, dtype)
    read = [block.copy() for block in vector_blocks.blocks(file)]
    assert np.array_equal(np.concatenate([*read, np.empty((0, 16), np.float32)]), kept.astype(np.float32))
    if rows:
        from_file = select_from_pool(classifier, file, languages[:rows], {}, TARGETS, 20)
        from_memory = select_from_pool(classifier, kept, languages[:rows], {}, TARGETS, 20)
        same(from_file, from_memory)


def test_only_a_whole_mapped_array_lies_in_a_file(tmp_path: Path) -> None:
    np.save(tmp_path / "vectors.npy", np.zeros((4, 3), np.float32))
    mapped = np.load(tmp_path / "vectors.npy", mmap_mode="r")
    assert VectorFile.behind(np.asarray(mapped)) == VectorFile.behind(mapped)
    for part in (mapped[1:], mapped[:, :2], mapped.T, np.zeros((4, 3), np.float32)):
        assert VectorFile.behind(part) is None


def test_a_file_that_was_cut_is_told_in_a_sentence(tmp_path: Path, pool) -> None:
    classifier, vectors, languages = pool
    path = tmp_path / "vectors.f32"
    path.write_bytes(vectors.tobytes()[:-1])
    with pytest.raises(EmbeddingStoreDamaged, match="shorter than it should be"):
        select_from_pool(classifier, VectorFile(path, len(vectors), 16), languages, {}, TARGETS, 5)


def test_a_pool_takes_the_memory_of_a_few_blocks_only(tmp_path: Path, pool) -> None:
    classifier, _, _ = pool
    rows, numbers = 20 * vector_blocks.BLOCK_ROWS, 16
    path = tmp_path / "vectors.f32"
    path.write_bytes(np.random.default_rng(0).standard_normal((rows, numbers)).astype("<f4").tobytes())
    languages = CodedLanguages(NAMES, np.arange(rows, dtype=np.int8) % 3)
    tracemalloc.start()
    select_from_pool(classifier, VectorFile(path, rows, numbers), languages, {}, TARGETS, 50)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 4 * numbers * vector_blocks.BLOCK_ROWS


@pytest.mark.parametrize("at_hand", ["all", "half", "none", "unknown"])
def test_a_file_is_read_whole_wherever_the_system_has_it(
    tmp_path: Path, at_hand: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = np.random.default_rng(0).standard_normal((5_000, 7)).astype(np.float32)
    path = tmp_path / "vectors.f32"
    path.write_bytes(vectors.tobytes())
    real, announced = os.preadv, []

    def preadv(handle: int, buffers: list[memoryview], place: int, flags: int = 0) -> int:
        if not flags or at_hand == "all":
            return real(handle, buffers, place)
        if at_hand == "half":
            return real(handle, [buffers[0][: len(buffers[0]) // 2]], place)
        raise BlockingIOError if at_hand == "none" else OSError("not here")

    monkeypatch.setattr(os, "preadv", preadv)
    monkeypatch.setattr(os, "posix_fadvise", lambda *arguments: announced.append(arguments))
    read = [block.copy() for block in vector_blocks.blocks(VectorFile(path, 5_000, 7))]
    assert np.array_equal(np.concatenate(read), vectors)
    assert bool(announced) == (at_hand != "all")


@given(st.integers(0, 2**16 - 1))
def test_half_precision_is_widened_to_the_last_bit(bits: int) -> None:
    half = np.array([bits], dtype=np.uint16).view(np.float16)
    if np.isfinite(half).all():
        assert widen(half).tobytes() == half.astype(np.float32).tobytes()


@pytest.mark.parametrize("strategy", ["foresight", "lamm+k-means", "lc+core-set", "product", "sum"])
def test_a_strategy_that_needs_the_whole_pool_says_so(pool, strategy: str) -> None:
    classifier, vectors, languages = pool
    with pytest.raises(InvalidChoice, match="needs the whole pool at once"):
        select_from_pool(classifier, vectors, languages, {}, TARGETS, 5, strategy)


def test_what_does_not_fit_is_refused_in_a_sentence(pool) -> None:
    classifier, vectors, languages = pool
    broken = vectors.copy()
    broken[5000, 3] = np.nan
    cases: list[tuple[type[LammError], str, tuple]] = [
        (InvalidInput, "8999 languages", (vectors, languages[1:], {}, TARGETS, 5)),
        (InvalidInput, "15 numbers", (vectors[:, 1:], languages, {}, TARGETS, 5)),
        (InvalidInput, "shape", (vectors.ravel(), np.repeat(languages, 16), {}, TARGETS, 5)),
        (InvalidScores, "position 5000", (broken, languages, {}, TARGETS, 5)),
        (MissingTarget, "ja", (vectors, languages, {}, {"de": 1, "en": 1}, 5)),
    ]
    for error, words, arguments in cases:
        with pytest.raises(error, match=words):
            select_from_pool(classifier, *arguments)
    with pytest.raises(InvalidInput, match="among"):
        select_from_pool(classifier, vectors, languages, {}, TARGETS, 5, among=np.ones(3, bool))
    for blocks in ([np.zeros(2)], [np.zeros(4)], [np.zeros((3, 1))]):
        with pytest.raises(InvalidInput, match="one score for each of the 3 items"):
            select_from_scores(blocks, CodedLanguages.of(["en"] * 3), {}, TARGETS, 1)
    for names, codes in ((("en", "de"), [0]), (("de", "en"), [2]), (("de",), [-1]), (("de",), [[0]]), (("de",), [0.0])):
        with pytest.raises(InvalidInput):
            CodedLanguages(names, np.array(codes))
