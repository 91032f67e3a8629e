"""The models of a replay: one for all languages, or one for each, fitted on its own labels alone."""

import numpy as np
import pytest

from lamm_core.errors import NotEnoughLabels
from lamm_core.experiments.models import JointModel, SeparateModels
from lamm_core.experiments.replay import Arena, Outline, Plan, replay
from lamm_core.model.classifier import fit_logistic_regression

D = 10


def rows(n: int, languages: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors of length 1, classes 2, 5 and 7, and languages, in which the same class lies elsewhere."""
    rng = np.random.default_rng(seed)
    codes, which = np.arange(n) % languages, rng.integers(3, size=n)
    centres = np.random.default_rng(1).normal(size=(languages, 3, D))
    vectors = centres[codes, which] + 0.8 * rng.normal(size=(n, D))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / lengths).astype(np.float32), np.array([2, 5, 7])[which], codes


VECTORS, CLASSES, CODES = rows(120)
OTHERS, _, OTHER_CODES = rows(60, seed=2)


def test_one_model_for_all_languages_takes_no_notice_of_the_languages():
    model = JointModel(VECTORS, CLASSES, 0)
    expected = fit_logistic_regression(VECTORS, CLASSES, 0)
    np.testing.assert_array_equal(model.predict_proba(OTHERS, OTHER_CODES), expected.predict_proba(OTHERS))
    np.testing.assert_array_equal(model.predict(OTHERS, OTHER_CODES[::-1]), expected.predict(OTHERS))


def test_the_search_starts_from_the_earlier_model_and_ends_at_the_same_optimum():
    earlier = JointModel(VECTORS[:60], CLASSES[:60], 0)
    warm, cold = JointModel(VECTORS, CLASSES, 0, earlier), JointModel(VECTORS, CLASSES, 0)
    np.testing.assert_allclose(
        warm.predict_proba(OTHERS, OTHER_CODES), cold.predict_proba(OTHERS, OTHER_CODES), atol=0.02
    )


def test_separate_models_are_those_of_each_language_fitted_alone():
    model = SeparateModels(VECTORS, CLASSES, CODES, 3, seed=0)
    table, predicted = model.predict_proba(OTHERS, OTHER_CODES), model.predict(OTHERS, OTHER_CODES)
    assert table.shape == (60, 3)
    for language in range(3):
        own = language == CODES
        alone = fit_logistic_regression(VECTORS[own], CLASSES[own], 0)
        asked = language == OTHER_CODES
        np.testing.assert_array_equal(table[asked], alone.predict_proba(OTHERS[asked]))
        np.testing.assert_array_equal(predicted[asked], alone.predict(OTHERS[asked]))


def test_labels_of_one_language_change_nothing_in_another():
    changed = CLASSES.copy()
    changed[CODES == 1] = np.roll(changed[CODES == 1], 1)
    before, after = (
        SeparateModels(VECTORS, each, CODES, 3, 0).predict_proba(OTHERS, OTHER_CODES) for each in (CLASSES, changed)
    )
    same = OTHER_CODES != 1
    np.testing.assert_array_equal(before[same], after[same])
    assert not np.allclose(before[~same], after[~same])


def test_a_language_without_a_class_that_others_have_never_predicts_it():
    keep = (CODES != 0) | (CLASSES != 5)
    model = SeparateModels(VECTORS[keep], CLASSES[keep], CODES[keep], 3, 0)
    table = model.predict_proba(OTHERS, OTHER_CODES)
    assert not table[OTHER_CODES == 0, 1].any()
    assert table[OTHER_CODES != 0].all()
    assert set(model.predict(OTHERS, OTHER_CODES)[OTHER_CODES == 0].tolist()) == {2, 7}
    np.testing.assert_allclose(table.sum(axis=1), 1, atol=1e-6)


def test_a_language_with_labels_of_one_class_predicts_that_one():
    keep = (CODES != 2) | (CLASSES == 7)
    model = SeparateModels(VECTORS[keep], CLASSES[keep], CODES[keep], 3, 0)
    np.testing.assert_array_equal(model.predict_proba(OTHERS, OTHER_CODES)[OTHER_CODES == 2], [[0, 0, 1]] * 20)
    assert set(model.predict(OTHERS, OTHER_CODES)[OTHER_CODES == 2].tolist()) == {7}


def test_a_language_without_labels_finds_every_class_equally_likely():
    keep = CODES != 1
    model = SeparateModels(VECTORS[keep], CLASSES[keep], CODES[keep], 3, 0)
    table = model.predict_proba(OTHERS, OTHER_CODES)
    np.testing.assert_allclose(table[OTHER_CODES == 1], 1 / 3)
    np.testing.assert_allclose(table.sum(axis=1), 1, atol=1e-6)


def test_the_same_row_is_judged_anew_each_time_it_is_asked_for():
    keep = CODES != 1
    model = SeparateModels(VECTORS[keep], CLASSES[keep], CODES[keep], 3, 0)
    first = model.predict_proba(OTHERS, OTHER_CODES)
    first[:] = -1
    np.testing.assert_allclose(model.predict_proba(OTHERS, OTHER_CODES).sum(axis=1), 1, atol=1e-6)


def test_no_rows_give_no_probabilities():
    model = SeparateModels(VECTORS, CLASSES, CODES, 3, 0)
    assert model.predict_proba(OTHERS[:0], OTHER_CODES[:0]).shape == (0, 3)
    assert model.predict(OTHERS[:0], OTHER_CODES[:0]).shape == (0,)


def test_one_class_in_all_languages_is_enough_for_separate_models_and_too_little_for_a_joint_one():
    same = np.full(120, 5)
    model = SeparateModels(VECTORS, same, CODES, 3, 0)
    np.testing.assert_array_equal(model.predict_proba(OTHERS, OTHER_CODES), np.ones((60, 1)))
    with pytest.raises(NotEnoughLabels):
        JointModel(VECTORS, same, 0)


# in a replay


@pytest.fixture(scope="module")
def arena() -> Arena:
    vectors, classes, codes = rows(540, seed=3)
    return Outline(("da", "de", "sk"), np.arange(300) + 1000, classes // 3, codes, 300, 390).arena(vectors)


PLAN = Plan(target=0.9, labels=147, first=30, batch=39, uncertainty="entropy", keep_right=True)


def test_a_replay_with_a_model_for_each_language_spends_the_labels_equally_and_ends_at_the_limit(arena: Arena):
    done = replay(arena, PLAN, "per-language", seed=0)
    assert done.labels == (30, 69, 108, 147)
    assert done.curve.shape == (4, 3)
    first = np.bincount(arena.pool.language_codes[np.random.default_rng(0).choice(300, 30, replace=False)], minlength=3)
    np.testing.assert_array_equal(done.label_counts - first, [39, 39, 39])
    again = replay(arena, PLAN, "per-language", seed=0)
    np.testing.assert_array_equal(again.curve, done.curve)


def test_its_first_round_is_measured_by_models_fitted_alone(arena: Arena):
    done = replay(arena, PLAN, "per-language", seed=0)
    labelled = np.random.default_rng(0).choice(300, 30, replace=False)
    pool, test = arena.pool, arena.test
    models = SeparateModels(pool.vectors[labelled], pool.classes[labelled], pool.language_codes[labelled], 3, 0)
    assert done.right is not None
    np.testing.assert_array_equal(done.right[0], models.predict(test.vectors, test.language_codes) == test.classes)


def test_where_languages_have_nothing_in_common_models_of_their_own_learn_better(arena: Arena):
    separate, joint = (replay(arena, PLAN, strategy, seed=0).curve[-1].mean() for strategy in ("per-language", "ea"))
    assert separate > joint


def test_a_replay_begins_where_a_language_has_no_label_yet(arena: Arena):
    """With two first labels at least one of three languages has none."""
    plan = Plan(target=0.9, labels=20, first=2, batch=6, uncertainty="entropy")
    done = replay(arena, plan, "per-language", seed=1)
    assert done.labels == (2, 8, 14, 20)
    assert np.isfinite(done.curve).all()
