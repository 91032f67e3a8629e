"""The judge: what it may see, and what it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.errors import NotEnoughLabels
from lamm_core.model.classifier import fit_logistic_regression
from lamm_core.model.embedding_store import text_key
from lamm_core.model.judge import FOLDS, Labelled, draw_folds, judge, predict_outside

CLASSES = 3
CENTRES = np.eye(CLASSES, 6, dtype=np.float32)


def texts(count: int, seed: int, noise: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of about unit length and their classes."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, CLASSES, count)
    vectors = CENTRES[classes] + noise * rng.normal(size=(count, CENTRES.shape[1]))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), classes


def ask(known: np.ndarray, classes: np.ndarray, asked: np.ndarray) -> np.ndarray:
    return fit_logistic_regression(known, classes).predict(asked)


def folds_of(count: int, seed: int = 0) -> np.ndarray:
    """Folds of so many texts."""
    return draw_folds([text_key(f"text {number}") for number in range(count)], seed)


def labelled_texts(count: int = 100, seed: int = 0, noise: float = 0.3) -> Labelled:
    vectors, classes = texts(count, seed, noise)
    return Labelled(vectors, classes, folds_of(count))


def test_no_label_of_a_texts_own_fold_is_asked():
    known = labelled_texts()
    vectors, _ = texts(50, 1)
    folds = np.arange(50) % FOLDS
    before, said = judge(known, vectors, folds, CLASSES), predict_outside(known, vectors, folds, ask)
    for fold in range(FOLDS):
        other = np.where(known.folds == fold, (known.classes + 1) % CLASSES, known.classes)
        turned = Labelled(known.vectors, other, known.folds)
        own = folds == fold
        after = judge(turned, vectors, folds, CLASSES)
        np.testing.assert_array_equal(after[own], before[own])
        assert (after[~own] != before[~own]).any(axis=1).all()
        np.testing.assert_array_equal(predict_outside(turned, vectors, folds, ask)[own], said[own])


def test_the_label_of_the_very_same_text_decides_only_from_another_fold():
    known = labelled_texts()
    text, folds = known.vectors[:1], known.folds[:1]
    # The only label of class 3 that there is is on this very text.
    planted = Labelled(known.vectors, np.concatenate([[3], known.classes[1:]]), known.folds)
    assert judge(planted, text, folds, 4)[0, 3] == 0
    assert judge(planted, text, (folds + 1) % FOLDS, 4)[0, 3] > 0.1


def test_a_labelled_text_is_not_told_its_own_label():
    # Labels by chance: whoever sees them finds most of them again, and whoever does not finds a third.
    vectors, _ = texts(300, 2)
    classes = np.random.default_rng(3).integers(0, CLASSES, 300)
    known = Labelled(vectors, classes, folds_of(300))
    found = judge(known, vectors, known.folds, CLASSES)[np.arange(300), classes]
    assert found.mean() == pytest.approx(1 / CLASSES, abs=0.03)
    assert (predict_outside(known, vectors, known.folds, ask) == classes).mean() < 0.45


@settings(deadline=None)
@given(st.text(), st.integers(0, 2**31))
def test_folds_are_about_equal(texts_alike: str, seed: int):
    sizes = np.bincount(draw_folds([text_key(f"{texts_alike}{n}") for n in range(1000)], seed), minlength=FOLDS)
    assert len(sizes) == FOLDS
    assert sizes.min() > 130
    assert sizes.max() < 270


@settings(deadline=None)
@given(st.lists(st.binary(min_size=16, max_size=16), min_size=1, max_size=50), st.integers(0, 1000))
def test_the_fold_of_a_text_does_not_depend_on_the_others(keys: list[bytes], seed: int):
    alone = [draw_folds([each], seed)[0] for each in keys]
    assert draw_folds(keys, seed).tolist() == alone


def test_a_seed_shuffles_all_folds():
    folds = folds_of(20_000)
    np.testing.assert_array_equal(folds_of(20_000), folds)
    for seed in (1, 2, 1000):
        together = np.histogram2d(folds, folds_of(20_000, seed), bins=FOLDS)[0]
        assert together == pytest.approx(np.full((FOLDS, FOLDS), 800), abs=130)


def test_no_texts_have_no_folds():
    assert draw_folds([], 0).shape == (0,)


@settings(deadline=None, max_examples=20)
@given(st.integers(10, 40), st.integers(1, 30), st.floats(0, 1), st.integers(0, 99))
def test_the_word_about_each_text_is_a_distribution(known: int, count: int, noise: float, seed: int):
    vectors, _ = texts(count, seed + 1, noise)
    found = judge(labelled_texts(known, seed, noise), vectors, folds_of(count, seed), CLASSES)
    assert found.shape == (count, CLASSES)
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)


def test_the_judge_knows_the_class_of_an_easy_text():
    vectors, classes = texts(200, 5)
    found = judge(labelled_texts(), vectors, folds_of(200), CLASSES)
    assert (found.argmax(axis=1) == classes).mean() > 0.9
    assert found[np.arange(200), classes].mean() > 0.6


def test_many_texts_are_judged_like_each_alone():
    known, (vectors, _) = labelled_texts(), texts(5_000, 6)
    folds = np.zeros(5_000, dtype=np.intp)
    together = judge(known, vectors, folds, CLASSES)
    for row in (0, 2047, 2048, 4999):
        alone = judge(known, vectors[[row]], folds[[row]], CLASSES)
        np.testing.assert_allclose(together[[row]], alone, atol=1e-6)


def test_labels_of_one_class_alone_tell_nothing():
    known = labelled_texts()
    same = Labelled(known.vectors, np.zeros(100, dtype=np.intp), known.folds)
    vectors, _ = texts(10, 1)
    found = judge(same, vectors, np.arange(10) % FOLDS, CLASSES)
    np.testing.assert_allclose(found, 1 / CLASSES)
    with pytest.raises(NotEnoughLabels):
        predict_outside(same, vectors, np.arange(10) % FOLDS, ask)


def test_where_only_one_fold_has_a_second_class_that_fold_alone_is_not_judged():
    known = labelled_texts()
    single = Labelled(known.vectors, (known.folds == 2).astype(np.intp), known.folds)
    vectors, _ = texts(50, 1)
    folds = np.arange(50) % FOLDS
    found = judge(single, vectors, folds, CLASSES)
    np.testing.assert_allclose(found[folds == 2], 1 / CLASSES)
    assert (found[folds != 2] != 1 / CLASSES).any(axis=1).all()


def test_a_class_that_no_label_has_gets_no_chance():
    vectors, _ = texts(20, 1)
    found = judge(labelled_texts(), vectors, np.arange(20) % FOLDS, CLASSES + 2)
    assert not found[:, CLASSES:].any()


def test_nothing_to_judge_gives_nothing():
    nothing, no_folds = np.empty((0, CENTRES.shape[1]), dtype=np.float32), np.empty(0, dtype=np.intp)
    assert judge(labelled_texts(), nothing, no_folds, CLASSES).shape == (0, CLASSES)
    assert predict_outside(labelled_texts(), nothing, no_folds, ask).shape == (0,)


def test_the_same_question_gets_the_same_answer():
    known, (vectors, _) = labelled_texts(), texts(30, 4)
    folds = np.arange(30) % FOLDS
    np.testing.assert_array_equal(judge(known, vectors, folds, CLASSES, 3), judge(known, vectors, folds, CLASSES, 3))
