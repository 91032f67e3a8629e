"""How languages count: what each allocation weighs, what it does to scores, and what it is told."""

import numpy as np
import pytest

from lamm_core.errors import InvalidAccuracy, InvalidInput, InvalidScores, InvalidWeights
from lamm_core.selection import Allocation, Observation, Standing, Strategy, select_batch
from lamm_core.selection.allocations import checked_weights, combined_scores, find_allocation

STANDING = Standing({"a": 0.8, "b": 0.5, "c": 0.95}, dict.fromkeys("abcd", 0.9), {"a": 5, "b": 5, "c": 5})


def weights_of(name: object) -> dict[str, float]:
    return checked_weights(find_allocation(name), STANDING)


def choose(allocation: object, table: object, languages: list[str], accuracy: dict[str, float], budget: int, **options):
    strategy = Strategy("mine", "Mine.", allocation)
    return select_batch(table, languages, accuracy, dict.fromkeys("ab", 1.0), budget, strategy, **options)


def test_the_weights_of_each_allocation():
    assert weights_of("pooled") == {}
    assert weights_of("equal") == dict.fromkeys("abcd", 1.0)
    gaps = {"a": 0.1, "b": 0.4, "c": 0.0, "d": 0.9}
    assert weights_of("gap") == weights_of("product") == weights_of("sum") == gaps


@pytest.mark.parametrize("exponent", [0.25, 0.5, 1, 2, 3.5])
def test_a_power_of_the_gap_weighs_by_the_power(exponent):
    weights = weights_of(f"gap^{exponent}")
    expected = {"a": (1 / 9) ** exponent, "b": (4 / 9) ** exponent, "c": 0.0, "d": 1.0}
    assert weights == pytest.approx(expected)


def test_no_power_makes_all_weights_vanish():
    weights = weights_of("gap^9999")
    assert weights["d"] == 1.0
    assert checked_weights(find_allocation("gap^2"), Standing({"a": 1.0}, {"a": 0.9}, {})) == {"a": 0.0}


def test_the_product_ranks_by_uncertainty_times_gap():
    # Scores of 0.9, 0.5 and 0.2 with gaps of 0.2 (a) and 0.5 (b): 0.18, 0.25, 0.1.
    chosen = choose(
        "product",
        np.full((3, 2), 0.5),
        ["a", "b", "b"],
        {"a": 0.8, "b": 0.5},
        3,
        uncertainty=lambda table: np.array([0.9, 0.5, 0.2]),
    )
    assert chosen.indices.tolist() == [1, 0, 2]
    np.testing.assert_allclose(chosen.scores, [0.25, 0.18, 0.1])
    assert chosen.quota == {"a": 1, "b": 2}
    assert chosen.weights == {"a": 0.2, "b": 0.5}


def test_the_sum_adds_shares_of_the_largest():
    # Half of H / 0.8 and half of L / 0.5.
    chosen = choose(
        "sum",
        np.full((3, 2), 0.5),
        ["a", "b", "b"],
        {"a": 0.8, "b": 0.5},
        3,
        uncertainty=lambda table: np.array([0.8, 0.2, 0.0]),
    )
    np.testing.assert_allclose(chosen.scores, [0.7, 0.625, 0.5])
    assert chosen.indices.tolist() == [0, 1, 2]


@pytest.mark.parametrize("allocation", ["product", "sum"])
def test_scores_with_weights_rise_in_both(allocation):
    rng = np.random.default_rng(0)
    scores, weights = rng.random(50), rng.random(50)
    # The largest of both stay where they are, so that the scale does too.
    scores[0] = weights[0] = 1.0
    found = combined_scores(find_allocation(allocation), scores, weights)
    for more in (scores + (1 - scores) / 2, weights + (1 - weights) / 2):
        larger = (more, weights) if more[1] != weights[1] + (1 - weights[1]) / 2 else (scores, more)
        assert (combined_scores(find_allocation(allocation), *larger)[1:] > found[1:]).all()


@pytest.mark.parametrize("allocation", ["product", "sum"])
def test_where_all_targets_are_met_the_uncertainty_alone_decides(allocation):
    table = np.array([[0.9, 0.1], [0.5, 0.5], [0.7, 0.3]])
    chosen = choose(allocation, table, ["a", "b", "a"], {"a": 1.0, "b": 1.0}, 3)
    assert chosen.all_targets_met
    assert chosen.indices.tolist() == [1, 2, 0]


@pytest.mark.parametrize("allocation", ["product", "sum"])
def test_negative_scores_cannot_be_weighed(allocation):
    with pytest.raises(InvalidScores, match=rf"'{allocation}' needs scores from 0; the lowest is -0\.5"):
        choose(allocation, np.full((2, 2), 0.5), ["a", "b"], {}, 1, uncertainty=lambda table: np.array([-0.5, 1.0]))


# functions of one's own


def test_a_function_sees_all_that_is_known():
    seen = []

    def weigh(standing: Standing) -> dict[str, float]:
        seen.append(standing)
        return {"a": 3, "b": np.float32(1)}

    history = [Observation({"a": 5}, {"a": 0.2}), Observation({"a": 9, "b": 1}, {"a": 0.4, "b": 0.1})]
    chosen = choose(
        weigh,
        np.full((40, 2), 0.5),
        ["a", "b"] * 20,
        {"a": 0.5},
        8,
        labels={"a": 12, "b": np.int64(3)},
        checked={"a": 100},
        history=history,
    )
    assert chosen.quota == {"a": 6, "b": 2}
    assert seen == [
        Standing({"a": 0.5}, {"a": 1.0, "b": 1.0}, {"a": 20, "b": 20}, {"a": 12, "b": 3}, {"a": 100}, tuple(history))
    ]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"a": 1.0}, "must weigh every language with a target: b has none"),
        ({"a": 1.0, "b": 1.0, "x": 2.0}, "x has no target"),
        ({"a": 1.0, "b": -1.0}, "weight of 'b' is -1.0"),
        ({"a": 1.0, "b": float("inf")}, "weight of 'b' is inf"),
        ({"a": None, "b": 1.0}, "weight of 'a' is None"),
    ],
)
def test_weights_that_do_not_fit_the_languages_are_refused(weights, message):
    with pytest.raises(InvalidWeights, match=message):
        choose(lambda standing: weights, np.full((2, 2), 0.5), ["a", "b"], {}, 1)


@pytest.mark.parametrize(
    "returned", [lambda s, w: s[:1], lambda s, w: s * np.nan, lambda s, w: s > 0, lambda s, w: s[:, None]]
)
def test_scores_of_a_combination_that_are_none_are_refused(returned):
    allocation = Allocation("mine", "Mine.", lambda standing: {"a": 1, "b": 1}, returned)
    with pytest.raises(InvalidScores, match="'mine' must return a finite score for each of the 2 items"):
        choose(allocation, np.full((2, 2), 0.5), ["a", "b"], {}, 1)


def test_a_combination_without_weights_is_refused():
    with pytest.raises(InvalidWeights, match="'mine' combines scores with weights that it does not give"):
        Allocation("mine", "Mine.", None, lambda scores, weights: scores)


# what is known of the languages


def test_a_standing_holds_plain_numbers_for_every_language_with_a_target():
    standing = Standing({"a": np.float32(0.5)}, {"a": 1, "b": np.float64(0.9)}, {"a": np.int64(3)})
    assert standing.available == {"a": 3, "b": 0}
    assert type(standing.accuracy["a"]) is type(standing.targets["a"]) is float
    assert type(standing.available["a"]) is int
    assert (standing.labels, standing.checked, standing.history) == ({}, {}, ())


def test_a_standing_keeps_its_own_copy():
    accuracy = {"a": 0.5}
    standing = Standing(accuracy, {"a": 0.9}, {})
    accuracy["a"] = 0.9
    assert standing.accuracy == {"a": 0.5}


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), None])
def test_shares_that_are_none_are_refused(share):
    with pytest.raises(InvalidAccuracy, match=f"accuracy of 'a' is {share};"):
        Standing({"a": share}, {"a": 0.9}, {})
    with pytest.raises(InvalidAccuracy, match=f"target of 'a' is {share};"):
        Standing({}, {"a": share}, {})
    with pytest.raises(InvalidAccuracy, match=f"accuracy of 'a' is {share};"):
        Observation({}, {"a": share})


@pytest.mark.parametrize("count", [-1, 0.5, None])
def test_counts_that_are_none_are_refused(count):
    with pytest.raises(InvalidInput, match=f"number of labels of 'a' is {count};"):
        Observation({"a": count}, {})
    with pytest.raises(InvalidInput, match=f"number of items available of 'a' is {count};"):
        Standing({}, {"a": 0.9}, {"a": count})
