"""The fit of a softmax regression ends where scikit-learn's does."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from lamm_core.model.classifier import fit_logistic_regression
from lamm_core.model.softmax_fit import fit_softmax

C = 10.0


def labels(n: int, d: int, k: int, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Vectors of length 1 around the centres of k classes, of which the first ones have the most."""
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(k), rng.choice(k, n - k, p=np.arange(k, 0, -1) / np.arange(k + 1).sum())])
    vectors = rng.normal(size=(n, d)) + rng.normal(size=(k, d))[codes]
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), codes


def optimum(
    vectors: NDArray[np.float32], codes: NDArray[np.intp], counts: NDArray[np.float64] | None = None
) -> LogisticRegression:
    model = LogisticRegression(C=C, solver="newton-cg", tol=1e-10, max_iter=10_000)
    return model.fit(vectors.astype(np.float64), codes, sample_weight=counts)


@pytest.mark.parametrize(("n", "d", "k"), [(400, 24, 13), (60, 90, 3), (200, 8, 2)])
@pytest.mark.parametrize("weighted", [False, True])
def test_it_ends_at_the_optimum(n: int, d: int, k: int, weighted: bool) -> None:
    vectors, codes = labels(n, d, k)
    counts = np.random.default_rng(1).choice([0.0, 0.2, 1.0], n) if weighted else None
    best = optimum(vectors, codes, counts)
    model = fit_logistic_regression(vectors, codes, weights=counts)
    assert model.coef_.shape == best.coef_.shape
    assert model.coef_.dtype == np.float32
    assert np.abs(model.predict_proba(vectors) - best.predict_proba(vectors)).max() < 0.01
    assert 0 < model.n_iter_[0] < 20


def test_a_tolerance_is_kept_and_a_smaller_one_comes_nearer() -> None:
    vectors, codes = labels(300, 20, 5)
    wide, best = vectors.astype(np.float64), optimum(vectors, codes)
    found = {tolerance: fit_softmax(wide, codes, 5, 1 / C, tolerance=tolerance) for tolerance in (1e-2, 1e-4, 1e-9)}
    off = [np.abs(each.weights - best.coef_).max() for each in found.values()]
    assert off[0] > off[1] > off[2]
    assert off[2] < 1e-6
    intercepts = found[1e-9].intercepts - found[1e-9].intercepts.mean()
    assert np.allclose(intercepts, best.intercept_ - best.intercept_.mean(), atol=1e-6)


def test_a_start_at_the_optimum_stays_there() -> None:
    for k in (2, 4):
        vectors, codes = labels(200, 10, k)
        first = fit_logistic_regression(vectors, codes)
        again = fit_logistic_regression(vectors, codes, start=first)
        assert again.n_iter_[0] == 0
        assert np.allclose(again.coef_, first.coef_, atol=1e-6)
        assert np.allclose(again.intercept_, first.intercept_, atol=1e-6)


def test_what_no_precision_can_reach_ends_as_near_as_it_comes() -> None:
    vectors, codes = labels(300, 20, 5)
    found = fit_softmax(vectors, codes, 5, 1 / C, tolerance=0, most_steps=40)
    assert np.abs(found.weights - optimum(vectors, codes).coef_).max() < 1e-2


def test_a_vector_that_is_not_finite_is_an_error() -> None:
    vectors, codes = labels(30, 4, 2)
    vectors[3, 2] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        fit_logistic_regression(vectors, codes)
