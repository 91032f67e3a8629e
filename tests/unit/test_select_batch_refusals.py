"""What `select_batch` refuses, and with which sentence."""

import numpy as np
import pytest

from lamm_core.errors import (
    InvalidBudget,
    InvalidCosts,
    InvalidInput,
    InvalidProbabilities,
    MissingVectors,
    UnknownStrategy,
)
from lamm_core.selection import DIVERSITIES, STRATEGIES, Observation, select_batch

NEEDY = [name for name, diversity in DIVERSITIES.items() if diversity.needs_vectors]


def choose(strategy="lamm", **options):
    return select_batch(np.full((3, 2), 0.5), ["a"] * 3, {}, {"a": 1.0}, 2, strategy, **options)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[0.5, 0.5], [np.nan, 0.5]], "1 of 2 items .* position 1"),
        ([[np.inf, 0.5], [0.5, 0.5]], "1 of 2 items .* position 0"),
        ([[0.5, 0.5], [1.1, -0.1]], r"position 1 .* -0\.1"),
        ([[0.5, 0.5], [0.5, 0.502]], r"1 of 2 items .* 0\.001; .* position 1, sums to 1\.002"),
        ([[90, 10], [50, 50]], "2 of 2 items .* sums to 100"),
        ([0.5, 0.5], r"shape \(2,\)"),
        (np.ones((2, 0)), r"shape \(2, 0\)"),
        (np.ones((2, 1, 1)), r"shape \(2, 1, 1\)"),
        ([["a", "b"], ["c", "d"]], r"shape \(2, 2\)"),
        ([[0.5, 0.5], [1.0]], "table of"),
        ([[None, 1.0], [0.5, 0.5]], "object"),
        ([[0.5 + 1j, 0.5], [0.5, 0.5]], "complex"),
    ],
)
def test_probabilities_that_are_none_are_refused_with_the_numbers(table, message):
    with pytest.raises(InvalidProbabilities, match=message):
        select_batch(table, ["a", "a"], {}, {"a": 1.0}, 1)


@pytest.mark.parametrize("total", [0.9991, 1.0, 1.0009])
def test_a_sum_within_a_thousandth_is_accepted(total):
    assert len(select_batch([[total / 2, total / 2]], ["a"], {}, {"a": 1.0}, 1)) == 1


def test_rounded_float16_probabilities_of_many_classes_are_accepted():
    table = np.random.default_rng(0).dirichlet(np.ones(500), size=50).astype(np.float16)
    assert len(select_batch(table, ["a"] * 50, {}, {"a": 1.0}, 50)) == 50


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
@pytest.mark.parametrize("budget", [0, -1, 1.5, float("nan"), float("inf"), True, None, "3"])
def test_a_budget_that_is_no_whole_number_from_one_is_refused(strategy, budget):
    with pytest.raises(InvalidBudget, match=f"The budget is {budget};"):
        select_batch(np.full((4, 2), 0.5), ["a"] * 4, {}, {"a": 1.0}, budget, strategy)


def test_unknown_names_are_refused_and_the_known_ones_named():
    table = np.full((1, 2), 0.5)
    with pytest.raises(UnknownStrategy, match=r"'LAMM'.*ea, foresight, lamm, lc, per-language, random"):
        select_batch(table, ["a"], {}, {"a": 1.0}, 1, strategy="LAMM")
    with pytest.raises(UnknownStrategy, match=r"'entropi'.*entropy, gibbs-error, least-confidence, margin, ratio"):
        select_batch(table, ["a"], {}, {"a": 1.0}, 1, uncertainty="entropi")


@pytest.mark.parametrize("languages", [["a"], ["a"] * 3, [["a"], ["a"]], "aa", []])
def test_languages_must_have_one_entry_an_item(languages):
    with pytest.raises(InvalidInput, match="languages for each of the 2 items"):
        select_batch(np.full((2, 2), 0.5), languages, {}, {"a": 1.0}, 1)


def test_ids_must_have_one_entry_an_item():
    with pytest.raises(InvalidInput, match="ids for each of the 2 items"):
        select_batch(np.full((2, 2), 0.5), ["a"] * 2, {}, {"a": 1.0}, 1, ids=[1, 2, 3])


@pytest.mark.parametrize("diversity", NEEDY)
def test_a_diversity_that_needs_vectors_says_so(diversity):
    with pytest.raises(MissingVectors, match=f"'{diversity}' needs the embedding of every item"):
        choose(diversity)


@pytest.mark.parametrize("diversity", NEEDY)
@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.zeros((2, 4)), r"shape \(3, numbers\) in vectors; got float64 of \(2, 4\)"),
        (np.zeros(3), r"of \(3,\)"),
        (np.zeros((3, 0)), r"of \(3, 0\)"),
        (np.full((3, 2), "x"), "<U1"),
        ([[0, 1], [np.nan, 1], [np.inf, 1]], "2 of 3 rows in vectors .* position 1"),
        (np.full((3, 2), 1e30, dtype=np.float32), "3 of 3 rows in vectors .* too large"),
    ],
)
def test_vectors_that_cannot_be_compared_are_refused(diversity, vectors, message):
    with pytest.raises(InvalidInput, match=message):
        choose(diversity, vectors=vectors)


@pytest.mark.parametrize("labelled", [np.zeros((5, 3)), np.zeros(2), np.full((1, 2), np.nan)])
def test_labelled_vectors_must_be_like_the_others(labelled):
    with pytest.raises(InvalidInput, match="labelled_vectors"):
        choose("core-set", vectors=np.zeros((3, 2)), labelled_vectors=labelled)


@pytest.mark.parametrize("strategy", ["lamm", "lc"])
@pytest.mark.parametrize("cost", [0, -1, float("nan"), float("inf"), None, "1", True])
def test_a_cost_that_is_no_finite_number_above_zero_is_refused(strategy, cost):
    with pytest.raises(InvalidCosts, match=f"A label of 'a' costs {cost};"):
        choose(strategy, costs={"a": cost})


@pytest.mark.parametrize("strategy", ["lamm", "lc"])
def test_a_language_with_items_needs_a_cost(strategy):
    with pytest.raises(InvalidCosts, match=r"1 languages .*: a"):
        choose(strategy, costs={"b": 2.0})


@pytest.mark.parametrize("budget", [0, -0.5, float("nan"), float("inf"), True, None, "3"])
def test_a_budget_of_money_that_is_no_finite_number_above_zero_is_refused(budget):
    with pytest.raises(InvalidBudget, match=f"The budget is {budget}; where labels have costs"):
        select_batch(np.full((3, 2), 0.5), ["a"] * 3, {}, {"a": 1.0}, budget, costs={"a": 1})


@pytest.mark.parametrize("what", ["labels", "checked"])
@pytest.mark.parametrize("count", [-1, 1.5, float("nan"), None])
def test_counts_must_be_whole(what, count):
    with pytest.raises(InvalidInput, match=f"of 'a' is {count};"):
        choose(**{what: {"a": count}})


def test_the_history_holds_observations():
    assert len(choose(history=[Observation({"a": 3}, {"a": 0.5})])) == 2
    with pytest.raises(InvalidInput, match="entry 1 is of the type dict"):
        choose(history=[Observation({}, {}), {"labels": {}}])
