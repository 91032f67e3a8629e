"""One conformance test over the whole space: every uncertainty with every allocation, diversity and first batch."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pools import NAMES, Pool, assert_sizes_and_quota, pools

from lamm_core.selection import (
    ALLOCATIONS,
    DIVERSITIES,
    FIRST_BATCHES,
    UNCERTAINTIES,
    Selection,
    select_batch,
    select_first_batch,
)

ALL_ALLOCATIONS = [*ALLOCATIONS, "gap^2", "gap^0.5"]
TARGETS = {"a": 0.9, "b": 0.9}


@pytest.mark.parametrize("diversity", DIVERSITIES)
@pytest.mark.parametrize("allocation", ALL_ALLOCATIONS)
@pytest.mark.parametrize("uncertainty", UNCERTAINTIES)
@settings(deadline=None, max_examples=8)
@given(pool=pools(), budget=st.integers(1, 40), seed=st.integers(0, 2**32 - 1), some_labelled=st.booleans())
def test_every_combination_conforms(
    uncertainty: str, allocation: str, diversity: str, pool: Pool, budget: int, seed: int, some_labelled: bool
):
    labelled = np.random.default_rng(seed).normal(size=(4, 3)) if some_labelled else None
    inputs = [pool.table.copy(), pool.languages.copy(), pool.vectors.copy(), pool.ids.copy()]

    def choose(order: np.ndarray | None = None) -> Selection:
        return pool.select(
            budget,
            order,
            strategy=f"{uncertainty}+{allocation}+{diversity}",
            rng=np.random.default_rng(seed),
            labelled_vectors=labelled,
        )

    chosen = choose()
    assert_sizes_and_quota(pool, chosen, budget)
    assert np.isfinite(chosen.scores).all()

    np.testing.assert_array_equal(choose().indices, chosen.indices)
    order = np.random.default_rng(seed + 1).permutation(len(pool.table))
    mixed = choose(order)
    np.testing.assert_array_equal(order[mixed.indices], chosen.indices)
    np.testing.assert_array_equal(mixed.scores, chosen.scores)
    assert (mixed.quota, mixed.weights) == (chosen.quota, chosen.weights)

    for before, now in zip(inputs, [pool.table, pool.languages, pool.vectors, pool.ids], strict=True):
        np.testing.assert_array_equal(before, now)


@pytest.mark.parametrize("diversity", DIVERSITIES)
@pytest.mark.parametrize("allocation", ALL_ALLOCATIONS)
@settings(deadline=None, max_examples=15)
@given(pool=pools(), cents=st.integers(1, 4000), seed=st.integers(0, 2**32 - 1))
def test_no_combination_spends_more_than_its_money(allocation: str, diversity: str, pool: Pool, cents: int, seed: int):
    prices = dict(zip(NAMES, np.random.default_rng(seed).integers(1, 300, size=4).tolist(), strict=True))

    def choose(order: np.ndarray | None = None) -> Selection:
        return pool.select(
            cents / 100,
            order,
            strategy=f"{allocation}+{diversity}",
            rng=np.random.default_rng(seed),
            costs={name: price / 100 for name, price in prices.items()},
        )

    chosen = choose()
    counts = Counter(pool.languages[chosen.indices].tolist())
    left = cents - sum(prices[name] * count for name, count in counts.items())
    assert len(set(chosen.indices.tolist())) == len(chosen)
    assert chosen.quota == {name: counts[name] for name in NAMES}
    assert left >= 0
    rest = Counter(pool.languages.tolist()) - counts
    for name in rest:
        # what is left would buy no other text of a language that counts
        if chosen.weights.get(name, 1.0) > 0 or allocation in ("product", "sum"):
            assert prices[name] > left
    order = np.random.default_rng(seed + 1).permutation(len(pool.table))
    np.testing.assert_array_equal(order[choose(order).indices], chosen.indices)


@pytest.mark.parametrize("diversity", DIVERSITIES)
@pytest.mark.parametrize("allocation", ALL_ALLOCATIONS)
@settings(deadline=None, max_examples=5)
@given(pool=pools(), budget=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
def test_labels_that_all_cost_one_are_labels(allocation: str, diversity: str, pool: Pool, budget: int, seed: int):
    def choose(**options: object) -> Selection:
        return pool.select(budget, strategy=f"{allocation}+{diversity}", rng=np.random.default_rng(seed), **options)

    priced = choose(costs=dict.fromkeys(NAMES, 1))
    np.testing.assert_array_equal(priced.indices, choose().indices)


@pytest.mark.parametrize("method", FIRST_BATCHES)
@settings(deadline=None, max_examples=40)
@given(pool=pools(), budget=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
def test_every_first_batch_conforms(method: str, pool: Pool, budget: int, seed: int):
    vectors, languages = pool.vectors.copy(), pool.languages.copy()

    def choose(order: np.ndarray) -> Selection:
        return select_first_batch(
            pool.languages[order],
            pool.targets,
            budget,
            method,
            pool.vectors[order],
            pool.ids[order],
            np.random.default_rng(seed),
        )

    as_they_are = np.arange(len(pool.table))
    chosen = choose(as_they_are)
    assert_sizes_and_quota(pool, chosen, budget)
    np.testing.assert_array_equal(choose(as_they_are).indices, chosen.indices)
    order = np.random.default_rng(seed + 1).permutation(len(pool.table))
    np.testing.assert_array_equal(order[choose(order).indices], chosen.indices)
    np.testing.assert_array_equal(vectors, pool.vectors)
    np.testing.assert_array_equal(languages, pool.languages)


# the edges


@pytest.mark.parametrize("diversity", DIVERSITIES)
@pytest.mark.parametrize("allocation", ALL_ALLOCATIONS)
class TestEveryAllocationWithEveryDiversity:
    def choose(self, allocation: str, diversity: str, table: np.ndarray, vectors: np.ndarray, budget: int) -> Selection:
        languages = ["a", "b"] * len(table)
        return select_batch(
            table,
            languages[: len(table)],
            {"a": 0.5},
            TARGETS,
            budget,
            f"{allocation}+{diversity}",
            rng=np.random.default_rng(1),
            vectors=vectors,
        )

    def test_fewer_items_than_the_budget_are_all_taken(self, allocation: str, diversity: str):
        vectors = np.random.default_rng(0).normal(size=(7, 4))
        chosen = self.choose(allocation, diversity, np.full((7, 2), 0.5), vectors, 50)
        assert sorted(chosen.indices) == list(range(7))

    def test_no_item_gives_an_empty_batch(self, allocation: str, diversity: str):
        assert len(self.choose(allocation, diversity, np.empty((0, 2)), np.empty((0, 4)), 3)) == 0

    def test_one_item_is_taken(self, allocation: str, diversity: str):
        assert self.choose(allocation, diversity, np.ones((1, 1)), np.ones((1, 4)), 3).indices.tolist() == [0]

    @pytest.mark.parametrize("vectors", [np.ones((30, 4)), np.zeros((30, 4)), np.eye(4)[np.arange(30) % 3]])
    def test_texts_that_do_not_differ_fill_a_batch_all_the_same(
        self, allocation: str, diversity: str, vectors: np.ndarray
    ):
        table = np.random.default_rng(2).dirichlet(np.ones(3), size=30)
        chosen = self.choose(allocation, diversity, table, vectors, 12)
        assert len(set(chosen.indices.tolist())) == 12

    def test_one_class_leaves_nothing_uncertain(self, allocation: str, diversity: str):
        vectors = np.random.default_rng(3).normal(size=(30, 4))
        assert len(self.choose(allocation, diversity, np.ones((30, 1)), vectors, 12)) == 12
