"""The first batch: what each method chooses while there is no model."""

from collections import Counter

import numpy as np
import pytest

from lamm_core.errors import InvalidAccuracy, InvalidBudget, InvalidChoice, InvalidInput, MissingTarget, MissingVectors
from lamm_core.selection import FIRST_BATCHES, FirstBatch, select_batch, select_first_batch

TARGETS = {"a": 0.9, "b": 0.9}
NEEDY = [name for name, method in FIRST_BATCHES.items() if method.needs_vectors]
BLOBS = np.repeat(10 * np.eye(4), 25, axis=0) + np.random.default_rng(5).normal(scale=0.1, size=(100, 4))


def first(languages, budget, method="medoids", vectors=None, seed=0, targets=TARGETS, **options):
    return select_first_batch(languages, targets, budget, method, vectors, rng=np.random.default_rng(seed), **options)


def test_random_is_the_batch_of_the_random_strategy():
    languages, ids = ["a", "b", "b"] * 20, np.random.default_rng(1).permutation(60)
    begun = first(languages, 20, "random", ids=ids)
    usual = select_batch(np.ones((60, 1)), languages, {}, TARGETS, 20, "random", ids=ids, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(begun.indices, usual.indices)
    assert begun.quota == usual.quota


def test_nothing_is_measured_yet():
    chosen = first(["a"] * 5, 2, "random")
    assert chosen.unmeasured == ("a", "b")
    assert chosen.scores.tolist() == [0.0, 0.0]
    assert (chosen.weights, chosen.all_targets_met) == ({}, False)


def test_stratified_takes_as_many_of_every_language_in_random_order():
    chosen = first(["a"] * 90 + ["b"] * 10, 12, "stratified")
    assert chosen.quota == {"a": 6, "b": 6}
    assert len(set(np.array(["a"] * 90 + ["b"] * 10)[chosen.indices][:6])) == 2
    assert first(["a"] * 90 + ["b"] * 3, 12, "stratified").quota == {"a": 9, "b": 3}


def test_medoids_are_the_texts_nearest_to_the_middle_of_each_cluster():
    expected = []
    for start in range(0, 100, 25):
        blob = BLOBS[start : start + 25]
        expected.append(start + int(np.argmin(((blob - blob.mean(axis=0)) ** 2).sum(axis=1))))
    assert sorted(first(["a"] * 100, 4, vectors=BLOBS).indices) == expected


def test_medoids_count_a_language_by_the_square_root_of_its_texts():
    """51 texts of one language weigh five times as much as two of the other: the middle lies at 1.7, not at 0.4."""
    vectors = np.concatenate([np.full((50, 1), 0.0), [[2.0]], np.full((2, 1), 10.0)])
    languages = ["a"] * 50 + ["a"] + ["b"] * 2
    assert first(languages, 1, vectors=vectors).indices.tolist() == [50]
    alike = ["a"] * 53
    assert first(alike, 1, vectors=vectors, targets={"a": 0.9}).indices.tolist() != [50]


def test_typicality_takes_the_text_with_the_nearest_neighbours_of_each_cluster():
    expected = []
    for start in range(0, 100, 25):
        blob = BLOBS[start : start + 25]
        far = np.sort(np.linalg.norm(blob[:, None] - blob, axis=2), axis=1)[:, 1:21].mean(axis=1)
        expected.append(start + int(np.argmin(far)))
    assert sorted(first(["a"] * 100, 4, "typicality", BLOBS).indices) == expected


def test_typicality_prefers_the_dense_side_of_a_cluster_where_medoids_take_the_middle():
    vectors = np.concatenate([np.linspace(0, 0.1, 30), np.linspace(1, 9, 25)])[:, None]
    dense = first(["a"] * 55, 1, "typicality", vectors).indices[0]
    middle = first(["a"] * 55, 1, "medoids", vectors).indices[0]
    assert dense < 30 <= middle


@pytest.mark.parametrize("method", NEEDY)
def test_a_large_pool_is_sampled_so_that_a_small_language_stays_in(method):
    rng = np.random.default_rng(2)
    languages = np.array(["a"] * 5000 + ["b"] * 40)
    vectors = rng.normal(size=(5040, 3)) + np.where(languages == "b", 50.0, 0.0)[:, None]
    assert first(languages, 2, method, vectors).quota == {"a": 1, "b": 1}


@pytest.mark.parametrize("method", FIRST_BATCHES)
class TestEveryFirstBatch:
    def test_fewer_items_than_the_budget_are_all_taken(self, method: str):
        chosen = first(["a", "b", "a"], 10, method, np.eye(3))
        assert sorted(chosen.indices) == [0, 1, 2]

    def test_no_items_give_an_empty_batch(self, method: str):
        chosen = first([], 10, method, np.empty((0, 3)))
        assert len(chosen) == 0
        assert chosen.quota == {"a": 0, "b": 0}

    @pytest.mark.parametrize("vectors", [np.ones((30, 2)), np.zeros((30, 2)), np.eye(3)[np.arange(30) % 3]])
    def test_texts_that_do_not_differ_fill_a_batch_all_the_same(self, method: str, vectors: np.ndarray):
        chosen = first(["a", "b"] * 15, 9, method, vectors)
        assert len(set(chosen.indices.tolist())) == 9

    def test_the_order_is_random(self, method: str):
        vectors = np.random.default_rng(0).normal(size=(60, 3))
        seats = Counter(int(first(["a"] * 60, 6, method, vectors, seed).indices.argmin()) for seed in range(60))
        assert len(seats) == 6

    def test_without_a_generator_chance_is_fresh(self, method: str):
        vectors = np.random.default_rng(0).normal(size=(300, 3))
        batches = [select_first_batch(["a"] * 300, {"a": 1.0}, 40, method, vectors).indices for _ in range(2)]
        assert batches[0].tolist() != batches[1].tolist()

    def test_wrong_input_is_refused(self, method: str):
        vectors = np.eye(3)
        with pytest.raises(InvalidBudget, match="The budget is 0;"):
            first(["a"] * 3, 0, method, vectors)
        with pytest.raises(MissingTarget, match=r"1 items .*: c"):
            first(["a", "c", "a"], 1, method, vectors)
        with pytest.raises(InvalidAccuracy, match="target of 'a' is 90;"):
            first(["a"] * 3, 1, method, vectors, targets={"a": 90})
        with pytest.raises(InvalidInput, match="ids for each of the 3 items"):
            first(["a"] * 3, 1, method, vectors, ids=[1, 2])


@pytest.mark.parametrize("method", NEEDY)
def test_a_method_that_needs_vectors_says_so(method: str):
    with pytest.raises(MissingVectors, match=f"'{method}' needs the embedding of every item"):
        first(["a"] * 3, 1, method)
    with pytest.raises(InvalidInput, match=r"shape \(3, numbers\)"):
        first(["a"] * 3, 1, method, np.eye(2))


def test_a_method_of_ones_own_is_filled_up_by_chance():
    mine = FirstBatch("mine", "Mine.", lambda pool, count, rng: np.array([7, 3]))
    chosen = first(["a"] * 9, 4, mine).indices.tolist()
    assert chosen[:2] == [7, 3]
    assert len(set(chosen)) == 4


@pytest.mark.parametrize("returned", [[0, 0], [9], [-1], [0, 1, 2], [[0]], [0.5], None])
def test_a_method_of_ones_own_that_does_not_return_distinct_positions_is_refused(returned):
    with pytest.raises(InvalidChoice, match="'mine' must return"):
        first(["a"] * 9, 2, FirstBatch("mine", "Mine.", lambda pool, count, rng: returned))
