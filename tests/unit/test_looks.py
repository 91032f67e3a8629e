"""Bounds that hold although somebody looks after every round."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.model.intervals import z_of
from lamm_core.model.looks import ALLOWED, allowed_so_far, boundaries, boundary, correlations
from lamm_core.model.measuring import take_look
from lamm_core.model.payoff import accuracy

LOOKS = 30
PATHS = 40_000


def fading(correlation: float, looks: int = LOOKS) -> np.ndarray:
    """Neighbouring looks correlate so much, further ones less and less."""
    apart = np.abs(np.subtract.outer(np.arange(looks), np.arange(looks)))
    return np.power(correlation, apart)


def test_what_may_be_spent_grows_and_never_ends():
    spent = [allowed_so_far(looks) for looks in range(200)]
    assert spent[0] == 0
    assert spent == sorted(set(spent))
    assert spent[-1] < ALLOWED
    assert allowed_so_far(10_000) == pytest.approx(ALLOWED, abs=1e-4)


def test_the_bound_of_one_look_is_the_quantile_of_its_allowance():
    assert boundary(np.ones((1, 1))) == pytest.approx(z_of(1 - allowed_so_far(1), sided=1), abs=0.03)


@pytest.mark.parametrize("looks", [2, 5, 10, 30])
def test_independent_looks_are_paid_for_one_by_one(looks: int):
    before, now = allowed_so_far(looks - 1), allowed_so_far(looks)
    # The chance that this look is the first that is wrong, among the runs that went well until here.
    expected = z_of(1 - (now - before) / (1 - before), sided=1)
    assert boundary(np.eye(looks)) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("looks", [2, 5, 10, 30])
def test_looks_at_the_very_same_cost_no_more_than_one(looks: int):
    expected = z_of(1 - allowed_so_far(looks), sided=1)
    assert boundary(np.ones((looks, looks))) == pytest.approx(expected, abs=0.03)


def test_the_more_looks_have_in_common_the_nearer_is_the_bound():
    found = [boundary(fading(correlation)) for correlation in (0.0, 0.9, 0.98, 1.0)]
    assert found == sorted(found, reverse=True)
    assert found[0] - found[-1] > 1


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9, 0.98])
def test_of_many_runs_hardly_any_is_ever_wrong(correlation: float):
    errors = np.random.default_rng(1).standard_normal((PATHS, LOOKS)) @ np.linalg.cholesky(fading(correlation)).T
    wrong = (errors >= boundaries(fading(correlation))).any(axis=1).mean()
    allowed = allowed_so_far(LOOKS)
    noise = 4 * np.sqrt(allowed / PATHS)
    assert allowed - noise < wrong < min(ALLOWED, allowed + noise)
    # Whoever takes the bound of a single look after each round is wrong far more often.
    assert (errors >= z_of(0.95, sided=1)).any(axis=1).mean() > 2 * ALLOWED


def test_a_random_walk_whose_steps_come_from_more_and_more_items_is_held_too():
    sizes = 10 * np.arange(1, LOOKS + 1)
    known = np.sqrt(np.minimum.outer(sizes, sizes) / np.maximum.outer(sizes, sizes))
    walks = np.random.default_rng(2).standard_normal((PATHS, LOOKS)).cumsum(axis=1) / np.sqrt(np.arange(1, LOOKS + 1))
    assert (walks >= boundaries(known)).any(axis=1).mean() == pytest.approx(allowed_so_far(LOOKS), abs=0.004)


@settings(deadline=None, max_examples=15)
@given(st.integers(2, 12), st.floats(0, 0.999), st.data())
def test_a_bound_does_not_depend_on_later_looks(looks: int, correlation: float, data: st.DataObject):
    known = fading(correlation, looks)
    first = data.draw(st.integers(1, looks))
    assert boundaries(known)[:first] == pytest.approx(boundaries(known[:first, :first]), abs=1e-6)
    assert boundary(known) == boundaries(known)[-1]


def test_the_same_looks_have_the_same_bound():
    assert boundary(fading(0.7)) == boundary(fading(0.7))


# correlations


def test_looks_at_the_same_answers_correlate_fully_and_at_other_items_not_at_all():
    one, other = np.array([0.1, -0.1, 0.0, 0.0]), np.array([0.0, 0.0, 0.2, -0.2])
    error = float(np.linalg.norm(one))
    found = correlations([one, one, other], [error, error, 2 * error])
    np.testing.assert_allclose(found, [[1, 1, 0], [1, 1, 0], [0, 0, 1]], atol=1e-12)


def test_looks_of_which_one_has_twice_the_items_share_half_the_variance():
    rng = np.random.default_rng(0)
    answers = (rng.random(20_000) < 0.7).astype(np.float64)
    half = np.where(np.arange(20_000) < 10_000, answers - answers[:10_000].mean(), 0) / 10_000
    whole = (answers - answers.mean()) / 20_000
    errors = [np.linalg.norm(half), np.linalg.norm(whole)]
    assert correlations([half, whole], [float(each) for each in errors])[0, 1] == pytest.approx(np.sqrt(0.5), abs=0.02)


def test_opposite_answers_correlate_negatively():
    one = np.array([0.1, -0.1])
    assert correlations([one, -one], [float(np.linalg.norm(one))] * 2)[0, 1] == pytest.approx(-1)


def test_error_that_does_not_come_from_the_check_items_is_not_shared():
    one = np.array([0.1, -0.1])
    alone = float(np.linalg.norm(one))
    found = correlations([one, one], [2 * alone, alone])
    np.testing.assert_allclose(found, [[1, 0.5], [0.5, 1]])


@settings(deadline=None)
@given(st.integers(1, 8), st.integers(1, 30), st.floats(0.01, 2), st.integers(0, 999))
def test_correlations_are_those_of_some_errors(looks: int, items: int, scale: float, seed: int):
    rng = np.random.default_rng(seed)
    influences = list(rng.normal(size=(looks, items)) * (rng.random((looks, items)) < 0.7))
    found = correlations(influences, [scale] * looks)
    np.testing.assert_array_equal(np.diag(found), 1)
    np.testing.assert_allclose(found, found.T)
    assert np.abs(found).max() <= 1 + 1e-12
    assert np.linalg.eigvalsh(found).min() > -1e-9
    assert np.isfinite(boundary(found))


def test_models_that_agree_on_most_items_are_known_to_by_their_answers():
    """The correlation that a round computes is the one that repeated samples show."""
    rng, size = np.random.default_rng(5), 200
    hard = rng.random(4_000)
    first = (rng.random(4_000) < hard).astype(np.intp)
    second = np.where(rng.random(4_000) < 0.8, first, rng.random(4_000) < hard).astype(np.intp)
    estimates, told = [], []
    for draw in range(1_500):
        rows = rng.choice(4_000, size, replace=False)
        ones = np.ones(size, dtype=np.intp)
        looks = [take_look(accuracy, model[rows], ones, 2) for model in (first, second)]
        estimates.append([look.estimate for look in looks])
        if draw < 50:
            told.append(correlations([look.influence for look in looks], [look.error for look in looks])[0, 1])
    shown = np.corrcoef(np.array(estimates, dtype=np.float64).T)[0, 1]
    assert np.mean(told) == pytest.approx(shown, abs=0.04)
