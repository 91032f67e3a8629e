"""The registered strategies with every uncertainty: one conformance test, then what each of them must do."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pools import (
    NAMES,
    Pool,
    assert_every_beginning_is_split_like_the_whole,
    assert_highest_first,
    assert_nothing_better_is_left,
    assert_sizes_and_quota,
    pools,
)

from lamm_core.errors import InvalidAccuracy
from lamm_core.selection import STRATEGIES, UNCERTAINTIES, Selection, select_batch


def takes_highest_scores(strategy: str) -> bool:
    """Whether the uncertainty alone decides inside a language, or in the whole pool."""
    return STRATEGIES[strategy].diversity == "top" and not STRATEGIES[strategy].random_scores


@pytest.mark.parametrize("uncertainty", sorted(UNCERTAINTIES))
@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
class TestEveryStrategyWithEveryUncertainty:
    @settings(deadline=None, max_examples=20)
    @given(pool=pools(), budget=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
    def test_conformance(self, strategy: str, uncertainty: str, pool: Pool, budget: int, seed: int):
        def choose(order: np.ndarray | None = None) -> Selection:
            return pool.select(
                budget, order, strategy=strategy, uncertainty=uncertainty, rng=np.random.default_rng(seed)
            )

        chosen = choose()
        assert_sizes_and_quota(pool, chosen, budget)
        if STRATEGIES[strategy].diversity == "top":
            assert_highest_first(pool, chosen)
        if takes_highest_scores(strategy):
            assert_nothing_better_is_left(pool, chosen, uncertainty, STRATEGIES[strategy].splits_budget)
        if STRATEGIES[strategy].splits_budget:
            assert_every_beginning_is_split_like_the_whole(pool, chosen)

        # the same chance gives the same batch, in whatever order the rows stand
        np.testing.assert_array_equal(choose().indices, chosen.indices)
        order = np.random.default_rng(seed + 1).permutation(len(pool.table))
        mixed = choose(order)
        np.testing.assert_array_equal(order[mixed.indices], chosen.indices)
        np.testing.assert_array_equal(mixed.scores, chosen.scores)
        assert (mixed.quota, mixed.weights) == (chosen.quota, chosen.weights)

        # what is said about the targets
        assert chosen.unmeasured == tuple(name for name in NAMES if name not in pool.accuracy)
        met = all(pool.accuracy.get(name, 0.0) >= pool.targets[name] for name in pool.targets)
        assert chosen.all_targets_met is met

    def test_a_budget_above_the_pool_takes_everything(self, strategy: str, uncertainty: str):
        table = np.array([[0.5, 0.5], [0.9, 0.1], [0.6, 0.4]])
        chosen = select_batch(
            table, ["de", "da", "de"], {}, {"de": 0.9, "da": 0.9}, 1000, strategy, uncertainty, vectors=np.eye(3)
        )
        assert sorted(chosen.indices) == [0, 1, 2]
        assert chosen.quota == {"da": 1, "de": 2}

    def test_an_empty_pool_gives_an_empty_batch(self, strategy: str, uncertainty: str):
        nothing = np.empty((0, 3))
        chosen = select_batch(nothing, [], {"de": 0.5}, {"de": 0.9}, 10, strategy, uncertainty, vectors=nothing)
        assert len(chosen) == 0
        assert chosen.quota == {"de": 0}
        assert chosen.indices.dtype.kind == "i"

    def test_one_class_leaves_nothing_uncertain(self, strategy: str, uncertainty: str):
        chosen = select_batch(np.ones((4, 1)), ["de"] * 4, {}, {"de": 0.9}, 2, strategy, uncertainty, vectors=np.eye(4))
        assert len(chosen) == 2
        if not STRATEGIES[strategy].random_scores:
            assert chosen.indices.tolist() == [0, 1]
            assert chosen.scores.tolist() == [0.0, 0.0]

    def test_one_language_gets_the_whole_budget(self, strategy: str, uncertainty: str):
        table = np.array([[0.9, 0.1], [0.5, 0.5], [0.7, 0.3]])
        chosen = select_batch(table, ["de"] * 3, {"de": 0.2}, {"de": 0.9}, 2, strategy, uncertainty, vectors=np.eye(3))
        assert chosen.quota == {"de": 2}
        if not STRATEGIES[strategy].random_scores:  # the texts have nothing to do with each other
            assert chosen.indices.tolist() == [1, 2]

    @pytest.mark.parametrize("value", [float("nan"), 90, -0.1, float("inf"), None, "0.9"])
    def test_accuracy_and_targets_that_are_no_share_are_refused(self, strategy: str, uncertainty: str, value: object):
        table, points = np.full((2, 2), 0.5), np.eye(2)
        with pytest.raises(InvalidAccuracy, match=f"accuracy of 'de' is {value};"):
            select_batch(table, ["de"] * 2, {"de": value}, {"de": 0.9}, 1, strategy, uncertainty, vectors=points)
        with pytest.raises(InvalidAccuracy, match=f"target of 'de' is {value};"):
            select_batch(table, ["de"] * 2, {"de": 0.9}, {"de": value}, 1, strategy, uncertainty, vectors=points)

    def test_numpy_pandas_and_float32_inputs_choose_alike(self, strategy: str, uncertainty: str):
        rng = np.random.default_rng(3)
        # Sixteenths are exact in both precisions, many columns make the order of summation matter.
        table = rng.multinomial(16, np.ones(12) / 12, size=40) / 16
        languages = rng.choice(NAMES, size=40)
        accuracy, targets = {"de": 0.5, "da": 0.25}, dict.fromkeys(NAMES, 0.75)
        ids = rng.permutation(40)
        points = rng.normal(size=(40, 5))

        def choose(*inputs: object, ids: object) -> Selection:
            return select_batch(*inputs, strategy, uncertainty, ids=ids, rng=np.random.default_rng(5), vectors=points)

        expected = choose(table, languages, accuracy, targets, 9, ids=ids)
        variants = [
            choose(table.tolist(), languages.tolist(), accuracy, targets, 9, ids=ids.tolist()),
            choose(
                pd.DataFrame(table, index=range(100, 140)),
                pd.Series(languages, index=range(7, 47)),
                pd.Series(accuracy),
                pd.Series(targets),
                np.int64(9),
                ids=pd.Series(ids),
            ),
            choose(
                np.asfortranarray(table),
                languages.astype(object),
                {name: np.float32(value) for name, value in accuracy.items()},
                {name: np.float64(value) for name, value in targets.items()},
                9.0,
                ids=ids.astype(np.int16),
            ),
            choose(table[::-1][::-1], pd.Categorical(languages), accuracy, targets, 9, ids=[f"{i:03}" for i in ids]),
        ]
        for variant in variants:
            np.testing.assert_array_equal(variant.indices, expected.indices)
            np.testing.assert_array_equal(variant.scores, expected.scores)
            assert variant.quota == expected.quota
            assert variant.weights == expected.weights
            assert all(type(weight) is float for weight in variant.weights.values())
            assert variant.unmeasured == expected.unmeasured
        for narrow in (np.float16, np.float32):
            chosen = choose(table.astype(narrow), languages, accuracy, targets, 9, ids=ids)
            assert chosen.quota.keys() == expected.quota.keys()
            np.testing.assert_allclose(np.sort(chosen.scores), np.sort(expected.scores), rtol=1e-5, atol=1e-6)

    def test_the_inputs_are_left_as_they_were(self, strategy: str, uncertainty: str):
        table = np.array([[0.5, 0.5], [0.9, 0.1]])
        accuracy, targets, points = {"de": 0.2}, {"de": 0.9}, np.eye(2)
        select_batch(table, ["de", "de"], accuracy, targets, 1, strategy, uncertainty, vectors=points)
        assert table.tolist() == [[0.5, 0.5], [0.9, 0.1]]
        assert points.tolist() == [[1, 0], [0, 1]]
        assert (accuracy, targets) == ({"de": 0.2}, {"de": 0.9})
