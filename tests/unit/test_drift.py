"""Drift told from embeddings: no more false notices than stated, and planted drift is found."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, kstest

from lamm_core.model.chi_square_sum import chi_square_sum_tail
from lamm_core.model.drift import compare, found_at
from lamm_core.model.steady_sample import steady_sample

DIMENSION = 12
# Most of the variation in few directions, as with embeddings of texts.
SPREAD = 0.6 ** np.arange(DIMENSION)
ELSEWHERE = np.eye(DIMENSION)[3] * 6


def draw(count: int, rng: np.random.Generator, other: float = 0.0) -> np.ndarray:
    """Embeddings of texts, the last ones of them (a share) of a kind that the rest has not."""
    texts = rng.normal(size=(count, DIMENSION)) * SPREAD + 0.5
    texts[count - round(other * count) :] += ELSEWHERE
    return texts.astype(np.float32)


@pytest.mark.parametrize("degrees", [1, 2, 7, 60])
@pytest.mark.parametrize("chance", [0.95, 0.4, 0.01, 1e-7])
def test_the_tail_of_equal_weights_is_that_of_chi_square(degrees: int, chance: float) -> None:
    value = 3.0 * chi2.isf(chance, degrees)
    assert chi_square_sum_tail(value, np.full(degrees, 3.0)) == pytest.approx(chance, rel=0.1)


def test_the_tail_of_unequal_weights_is_what_draws_say() -> None:
    weights = np.array([4.0, 1.0, 1.0, 0.5, 0.0])
    sums = np.random.default_rng(0).chisquare(1, (200_000, 5)) @ weights
    for value in (0.5, 3.0, weights.sum(), 12.0, 30.0):
        assert chi_square_sum_tail(value, weights) == pytest.approx((sums >= value).mean(), rel=0.1)
    assert chi_square_sum_tail(0.0, weights) == 1
    with pytest.raises(ValueError, match="one of them above 0"):
        chi_square_sum_tail(1.0, np.zeros(3))


@pytest.mark.parametrize(("checked", "texts"), [(30, 200), (120, 300)])
def test_without_drift_p_values_are_uniform(checked: int, texts: int) -> None:
    rng = np.random.default_rng(checked)
    found = [compare(draw(checked, rng), draw(texts, rng)) for _ in range(200)]
    p_values = [each.p_value for each in found if each is not None]
    # The law of Kolmogorov: 1 in 1,000 such samples of uniform numbers is further from uniform.
    assert kstest(p_values, "uniform").statistic < 1.95 / math.sqrt(len(p_values))
    # The share promises nothing either: its lower end is over the truth, 0, in no more cases than it may be.
    assert np.mean([each.low > 0 for each in found if each is not None]) < 0.05


@pytest.mark.parametrize("other", [0.25, 0.5])
def test_planted_drift_is_found_and_its_share_is_told(other: float) -> None:
    rng = np.random.default_rng(1)
    runs = [compare(draw(100, rng), draw(500, rng, other)) for _ in range(20)]
    found = [each for each in runs if each is not None]
    assert np.mean([each.p_value < 0.001 for each in found]) >= 0.95
    assert np.mean([each.share for each in found]) == pytest.approx(other, abs=0.07)
    assert np.mean([each.low > other for each in found]) <= 0.05
    planted = 500 - round(other * 500)
    assert np.mean([(each.unlike >= planted).mean() for each in found]) > 0.9


def test_the_order_of_texts_changes_nothing_but_positions() -> None:
    rng = np.random.default_rng(2)
    check, texts = draw(60, rng), draw(200, rng, 0.2)
    order = rng.permutation(200)
    there, back = compare(check, texts), compare(check[::-1], texts[order])
    assert there is not None
    assert back is not None
    assert back.p_value == pytest.approx(there.p_value, rel=1e-3)
    assert (back.share, back.low, back.high) == (there.share, there.low, there.high)
    assert order[back.unlike].tolist() == there.unlike.tolist()


def test_vectors_that_are_all_the_same_do_not_differ() -> None:
    same = np.full((40, DIMENSION), 0.3, dtype=np.float32)
    found = compare(same, np.concatenate([same, same]))
    assert found is not None
    assert (found.p_value, found.share, found.low, found.high) == (1, 0, 0, 0)


@pytest.mark.parametrize(("checked", "texts"), [(29, 500), (500, 29), (0, 0)])
def test_fewer_than_thirty_on_a_side_are_too_few(checked: int, texts: int) -> None:
    rng = np.random.default_rng(3)
    assert compare(draw(checked, rng), draw(texts, rng)) is None


def test_looks_and_languages_share_the_five_percent() -> None:
    rng = np.random.default_rng(4)
    # 2,000 projects of 10 comparisons that are looked at 30 times, anew each time: the hardest case.
    ever = [any(any(found_at(look, rng.random(10))) for look in range(1, 31)) for _ in range(2_000)]
    assert np.mean(ever) < 0.06
    # What one look may spend is divided by how many are not found yet.
    assert found_at(1, [0.0021, 0.9, 0.0024]) == [True, False, True]
    assert found_at(1, [0.0029, 0.9, 0.0029]) == [False, False, False]
    assert found_at(30, [0.0024]) == [False]
    assert found_at(1, []) == []


@given(st.permutations(range(50)), st.integers(0, 2**40), st.integers(1, 60))
def test_a_steady_sample_is_the_same_whatever_the_order_and_hardly_changes(
    order: list[int], seed: int, most: int
) -> None:
    ids = np.arange(1000, 1050)
    chosen = set(ids[steady_sample(ids, most, seed)].tolist())
    assert len(chosen) == min(50, most)
    mixed = ids[order]
    assert set(mixed[steady_sample(mixed, most, seed)].tolist()) == chosen
    more = np.arange(1000, 1051)
    assert len(chosen - set(more[steady_sample(more, most, seed)].tolist())) <= 1


def test_a_steady_sample_is_fair() -> None:
    ids = np.arange(1, 1001)
    counts = np.zeros(1000)
    for seed in range(400):
        counts[steady_sample(ids, 100, seed)] += 1
    assert abs(counts.mean() - 40) < 1e-9
    assert 30 < counts.var() < 42  # 400 draws at a tenth: 36
