"""The choice of a batch: one conformance test over all strategies and uncertainties, then the rules one by one."""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.errors import (
    InvalidAccuracy,
    InvalidBudget,
    InvalidInput,
    InvalidProbabilities,
    InvalidScores,
    InvalidWeights,
    MissingTarget,
    UnknownStrategy,
)
from lamm_core.selection import STRATEGIES, UNCERTAINTIES, Selection, Strategy, allocate, language_weights, select_batch

NAMES = ["da", "de", "sk", "uk"]


@dataclass(frozen=True)
class Pool:
    """A pool with its languages, figures and unique ids."""

    table: np.ndarray
    languages: np.ndarray
    accuracy: dict[str, float]
    targets: dict[str, float]
    ids: np.ndarray

    def select(self, budget: int, order: np.ndarray | None = None, **options: object) -> Selection:
        order = np.arange(len(self.table)) if order is None else order
        return select_batch(
            self.table[order],
            self.languages[order],
            self.accuracy,
            self.targets,
            budget,
            ids=self.ids[order],
            **options,
        )


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """Pools with many exact ties: rows are drawn from a few, ids are in no order."""
    n = draw(st.integers(0, 30))
    classes = draw(st.integers(1, 4))
    present = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = rng.dirichlet(np.ones(classes), size=draw(st.integers(1, 40)))
    table = rows[rng.integers(len(rows), size=n)]
    if draw(st.booleans()):
        table = table.astype(np.float32)
    tenths = st.integers(0, 10).map(lambda number: number / 10)
    return Pool(
        table=table,
        languages=rng.choice(np.asarray(present), size=n),
        accuracy={name: draw(tenths) for name in NAMES if draw(st.booleans())},
        targets={name: draw(tenths) for name in NAMES},
        ids=rng.permutation(1000)[:n],
    )


def assert_sizes_and_quota(pool: Pool, chosen: Selection, budget: int) -> None:
    n = len(pool.table)
    assert len(chosen) == len(chosen.indices) == len(chosen.scores) == min(budget, n)
    assert len(set(chosen.indices.tolist())) == len(chosen)
    assert all(0 <= position < n for position in chosen.indices)
    counts = Counter(pool.languages[chosen.indices].tolist())
    assert chosen.quota == {name: counts[name] for name in pool.targets}
    assert all(type(count) is int for count in chosen.quota.values())


def assert_highest_first(pool: Pool, chosen: Selection) -> None:
    assert np.isfinite(chosen.scores).all()
    for name in pool.targets:
        here = pool.languages[chosen.indices] == name
        assert (np.diff(chosen.scores[here]) <= 0).all()


def assert_nothing_better_is_left(pool: Pool, chosen: Selection, uncertainty: str, by_language: bool) -> None:
    """Every chosen item comes before every other of its group, by score and then by id."""
    scores = UNCERTAINTIES[uncertainty](pool.table)
    np.testing.assert_array_equal(chosen.scores, scores[chosen.indices])
    taken = np.isin(np.arange(len(pool.table)), chosen.indices)
    for group in pool.targets if by_language else [""]:
        inside = pool.languages == group if by_language else np.full(len(taken), True)
        last_taken = max(((-scores[i], pool.ids[i]) for i in np.flatnonzero(inside & taken)), default=(-math.inf, 0))
        first_left = min(((-scores[i], pool.ids[i]) for i in np.flatnonzero(inside & ~taken)), default=(math.inf, 0))
        assert last_taken < first_left


def assert_every_beginning_is_split_like_the_whole(pool: Pool, chosen: Selection) -> None:
    in_batch = sum(count > 0 for count in chosen.quota.values())
    for length in range(1, len(chosen) + 1):
        start = Counter(pool.languages[chosen.indices[:length]].tolist())
        for name, count in chosen.quota.items():
            part = count / len(chosen)
            assert abs(start[name] - part * length) <= 0.5 + part * in_batch / 2 + 1e-9


@pytest.mark.parametrize("uncertainty", sorted(UNCERTAINTIES))
@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
class TestEveryStrategyWithEveryUncertainty:
    @settings(deadline=None, max_examples=40)
    @given(pool=pools(), budget=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
    def test_conformance(self, strategy: str, uncertainty: str, pool: Pool, budget: int, seed: int):
        def choose(order: np.ndarray | None = None) -> Selection:
            return pool.select(
                budget, order, strategy=strategy, uncertainty=uncertainty, rng=np.random.default_rng(seed)
            )

        chosen = choose()
        assert_sizes_and_quota(pool, chosen, budget)
        assert_highest_first(pool, chosen)
        if not STRATEGIES[strategy].random_scores:
            assert_nothing_better_is_left(pool, chosen, uncertainty, STRATEGIES[strategy].weighting is not None)
        if STRATEGIES[strategy].weighting is not None:
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
        chosen = select_batch(table, ["de", "da", "de"], {}, {"de": 0.9, "da": 0.9}, 1000, strategy, uncertainty)
        assert sorted(chosen.indices) == [0, 1, 2]
        assert chosen.quota == {"da": 1, "de": 2}

    def test_an_empty_pool_gives_an_empty_batch(self, strategy: str, uncertainty: str):
        chosen = select_batch(np.empty((0, 3)), [], {"de": 0.5}, {"de": 0.9}, 10, strategy, uncertainty)
        assert len(chosen) == 0
        assert chosen.quota == {"de": 0}
        assert chosen.indices.dtype.kind == "i"

    def test_one_class_leaves_nothing_uncertain(self, strategy: str, uncertainty: str):
        chosen = select_batch(np.ones((4, 1)), ["de"] * 4, {}, {"de": 0.9}, 2, strategy, uncertainty)
        assert len(chosen) == 2
        if not STRATEGIES[strategy].random_scores:
            assert chosen.indices.tolist() == [0, 1]
            assert chosen.scores.tolist() == [0.0, 0.0]

    def test_one_language_gets_the_whole_budget(self, strategy: str, uncertainty: str):
        table = np.array([[0.9, 0.1], [0.5, 0.5], [0.7, 0.3]])
        chosen = select_batch(table, ["de"] * 3, {"de": 0.2}, {"de": 0.9}, 2, strategy, uncertainty)
        assert chosen.quota == {"de": 2}
        if not STRATEGIES[strategy].random_scores:
            assert chosen.indices.tolist() == [1, 2]

    @pytest.mark.parametrize("value", [float("nan"), 90, -0.1, float("inf"), None, "0.9"])
    def test_accuracy_and_targets_that_are_no_share_are_refused(self, strategy: str, uncertainty: str, value: object):
        table = np.full((2, 2), 0.5)
        with pytest.raises(InvalidAccuracy, match=f"accuracy of 'de' is {value};"):
            select_batch(table, ["de"] * 2, {"de": value}, {"de": 0.9}, 1, strategy, uncertainty)
        with pytest.raises(InvalidAccuracy, match=f"target of 'de' is {value};"):
            select_batch(table, ["de"] * 2, {"de": 0.9}, {"de": value}, 1, strategy, uncertainty)

    def test_numpy_pandas_and_float32_inputs_choose_alike(self, strategy: str, uncertainty: str):
        rng = np.random.default_rng(3)
        # Sixteenths are exact in both precisions, many columns make the order of summation matter.
        table = rng.multinomial(16, np.ones(12) / 12, size=40) / 16
        languages = rng.choice(NAMES, size=40)
        accuracy, targets = {"de": 0.5, "da": 0.25}, dict.fromkeys(NAMES, 0.75)
        ids = rng.permutation(40)

        def choose(*inputs: object, ids: object) -> Selection:
            return select_batch(*inputs, strategy, uncertainty, ids=ids, rng=np.random.default_rng(5))

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
        accuracy, targets = {"de": 0.2}, {"de": 0.9}
        select_batch(table, ["de", "de"], accuracy, targets, 1, strategy, uncertainty)
        assert table.tolist() == [[0.5, 0.5], [0.9, 0.1]]
        assert (accuracy, targets) == ({"de": 0.2}, {"de": 0.9})


# the paper


def lamm_as_the_paper_writes_it(
    table: list[list[float]], languages: list[str], accuracy: dict[str, float], targets: dict[str, float], budget: int
) -> dict[str, list[int]]:
    """L_l = max(0, t_l - a_l); B_l = B * L_l / sum L; the B_l items of language l with the highest H.

    For cases where every B_l is whole, every language has enough items, and no two entropies of a language are equal.
    """
    gap = {name: max(0, round(100 * targets[name]) - round(100 * accuracy[name])) for name in targets}
    batch = {}
    for name in targets:
        items = [j for j in range(len(table)) if languages[j] == name]
        items.sort(key=lambda j: sum(p * math.log(p) for p in table[j] if p > 0))
        share, rest = divmod(budget * gap[name], sum(gap.values()))
        assert rest == 0
        assert share <= len(items)
        batch[name] = items[:share]
    return batch


@settings(deadline=None)
@given(
    gaps=st.lists(st.integers(0, 30), min_size=4, max_size=4).filter(any),
    accuracies=st.lists(st.integers(30, 65), min_size=4, max_size=4),
    seed=st.integers(0, 2**32 - 1),
)
def test_lamm_is_the_paper(gaps: list[int], accuracies: list[int], seed: int):
    accuracy = {name: percent / 100 for name, percent in zip(NAMES, accuracies, strict=True)}
    targets = {name: (a + g) / 100 for name, a, g in zip(NAMES, accuracies, gaps, strict=True)}
    rng = np.random.default_rng(seed)
    languages = rng.permutation(np.repeat(NAMES, 35))
    table = rng.dirichlet(np.ones(3), size=len(languages))
    budget = sum(gaps)
    expected = lamm_as_the_paper_writes_it(table.tolist(), languages.tolist(), accuracy, targets, budget)
    chosen = select_batch(table, languages, accuracy, targets, budget)
    for name in NAMES:
        assert chosen.indices[languages[chosen.indices] == name].tolist() == expected[name]
    assert len(chosen) == budget


def test_the_weight_is_the_gap_and_gaps_equal_on_paper_are_equal():
    weights = language_weights({"a": 0.8, "b": 0.7, "c": 0.95}, {"a": 0.9, "b": 0.8, "c": 0.9, "d": 0.6})
    assert weights == {"a": 0.1, "b": 0.1, "c": 0.0, "d": 0.6}


def test_an_accuracy_without_a_target_is_ignored_but_must_be_a_share():
    assert language_weights({"x": 0.5}, {"a": 0.9}) == {"a": 0.9}
    with pytest.raises(InvalidAccuracy, match="accuracy of 'x' is 50;"):
        language_weights({"x": 50}, {"a": 0.9})


def test_equal_allocation_shares_alike_whatever_the_accuracy():
    chosen = select_batch(
        np.full((40, 2), 0.5), ["a", "b"] * 20, {"a": 0.1, "b": 0.95}, {"a": 0.9, "b": 0.9}, 10, strategy="ea"
    )
    assert chosen.quota == {"a": 5, "b": 5}


def test_least_confidence_of_the_whole_pool_ignores_languages():
    table = [[0.5, 0.5], [0.6, 0.4], [0.7, 0.3], [0.99, 0.01]]
    chosen = select_batch(table, ["a", "a", "a", "b"], {"a": 0.95}, {"a": 0.9, "b": 0.9}, 3, strategy="lc")
    assert chosen.indices.tolist() == [0, 1, 2]
    assert chosen.weights == {}


def test_random_batches_differ_with_the_chance_and_cover_the_pool_evenly():
    table, languages = np.full((20, 2), 0.5), ["a"] * 20
    times = np.zeros(20)
    for seed in range(400):
        chosen = select_batch(
            table, languages, {}, {"a": 1.0}, 5, strategy="random", rng=np.random.default_rng(seed)
        ).indices
        times[chosen] += 1
    # 100 each on average with a standard deviation of 8.7
    assert times.min() > 60
    assert times.max() < 140


def test_random_without_a_generator_takes_fresh_chance():
    first, second = (
        select_batch(np.full((200, 2), 0.5), ["a"] * 200, {}, {"a": 1.0}, 100, strategy="random").indices
        for _ in range(2)
    )
    assert first.tolist() != second.tolist()


# targets


def test_all_targets_met_shares_equally_over_the_languages_that_have_items():
    languages = ["a"] * 20 + ["b"] * 20
    chosen = select_batch(
        np.full((40, 2), 0.5), languages, {"a": 0.95, "b": 0.9, "c": 1.0}, {"a": 0.9, "b": 0.9, "c": 0.9}, 10
    )
    assert chosen.quota == {"a": 5, "b": 5, "c": 0}
    assert chosen.all_targets_met is True


def test_when_no_language_has_a_gap_the_weights_are_equal_for_the_languages_that_have_items():
    targets = {"de": 0.5, "en": 0.5, "fr": 0.5}
    chosen = select_batch(np.full((9, 2), 0.5), ["en"] * 6 + ["fr"] * 3, dict.fromkeys(targets, 0.9), targets, 6)
    assert chosen.all_targets_met
    assert chosen.weights == {"de": 0.0, "en": 1.0, "fr": 1.0}
    assert chosen.quota == {"de": 0, "en": 3, "fr": 3}


def test_a_language_without_an_accuracy_counts_as_zero_and_is_listed():
    languages = ["a"] * 50 + ["b"] * 50
    chosen = select_batch(np.full((100, 2), 0.5), languages, {"a": 0.6}, {"a": 0.9, "b": 0.9}, 40)
    assert chosen.unmeasured == ("b",)
    assert chosen.weights == {"a": 0.3, "b": 0.9}
    assert chosen.quota == {"a": 10, "b": 30}
    assert chosen.all_targets_met is False


def test_a_gap_in_a_language_without_items_keeps_the_targets_unmet():
    chosen = select_batch(np.full((2, 2), 0.5), ["a"] * 2, {"a": 1.0, "b": 0.2}, {"a": 0.9, "b": 0.9}, 2)
    assert chosen.quota == {"a": 2, "b": 0}
    assert chosen.all_targets_met is False


def test_a_language_of_the_pool_without_a_target_is_refused_with_the_number_of_its_items():
    with pytest.raises(MissingTarget, match="3 items of the pool are in languages without a target: fr, it"):
        select_batch(np.full((4, 2), 0.5), ["de", "fr", "it", "fr"], {}, {"de": 0.9}, 1)


# ties


def test_exact_ties_go_by_position_without_ids_and_by_id_with_them():
    table, languages = np.full((5, 2), 0.5), ["a"] * 5
    assert select_batch(table, languages, {}, {"a": 1.0}, 3).indices.tolist() == [0, 1, 2]
    by_id = select_batch(table, languages, {}, {"a": 1.0}, 3, ids=[9, 3, 7, 1, 5])
    assert by_id.indices.tolist() == [3, 1, 4]


def test_equal_ids_fall_back_to_the_position():
    chosen = select_batch(np.full((4, 2), 0.5), ["a"] * 4, {}, {"a": 1.0}, 3, ids=["x", "w", "x", "x"])
    assert chosen.indices.tolist() == [1, 0, 2]


def test_the_same_row_scores_the_same_wherever_it_stands_and_however_it_is_stored():
    rng = np.random.default_rng(11)
    row = rng.dirichlet(np.ones(13))
    table = np.vstack([rng.dirichlet(np.ones(13), size=37), np.tile(row, (30, 1))])[rng.permutation(67)]
    where = np.flatnonzero((table == row).all(axis=1))
    for stored in (table, np.asfortranarray(table), np.repeat(table, 2, axis=1)[:, ::2]):
        chosen = select_batch(stored, ["a"] * 67, {}, {"a": 1.0}, 67)
        scores = dict(zip(chosen.indices.tolist(), chosen.scores.tolist(), strict=True))
        assert len({scores[position] for position in where}) == 1


# a function of one's own


@pytest.mark.parametrize("returned", [lambda t: t, lambda t: t[:1, 0], lambda t: np.full(len(t), np.nan)])
def test_an_uncertainty_of_a_wrong_shape_or_not_finite_is_refused(returned):
    with pytest.raises(InvalidScores, match="4 items"):
        select_batch(np.full((4, 2), 0.5), ["a"] * 4, {}, {"a": 1.0}, 2, uncertainty=returned)


@pytest.mark.parametrize("kind", [np.bool_, np.uint8, np.int64, np.float32])
def test_an_uncertainty_of_ones_own_ranks_in_any_kind_of_number(kind):
    def score(table):
        return np.array([0, 1, 0, 1]).astype(kind)

    chosen = select_batch(np.full((4, 2), 0.5), ["a"] * 4, {}, {"a": 1.0}, 3, uncertainty=score)
    assert chosen.indices.tolist() == [1, 3, 0]


def test_a_strategy_of_ones_own_is_used_as_it_is():
    def only_b(accuracy, targets):
        return {"a": 0.0, "b": 2.0}

    chosen = select_batch(
        np.full((6, 2), 0.5), ["a", "b"] * 3, {}, {"a": 1.0, "b": 1.0}, 3, strategy=Strategy("mine", "Only b.", only_b)
    )
    assert chosen.quota == {"a": 0, "b": 3}
    assert chosen.weights == {"a": 0.0, "b": 2.0}


def test_a_strategy_of_ones_own_with_a_broken_weight_is_refused():
    broken = Strategy("broken", "Broken.", lambda accuracy, targets: {"a": float("nan")})
    with pytest.raises(InvalidWeights, match="weight of 'a' is nan"):
        select_batch(np.full((2, 2), 0.5), ["a"] * 2, {}, {"a": 1.0}, 1, strategy=broken)


# refusals


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
    with pytest.raises(UnknownStrategy, match=r"'LAMM'.*ea, lamm, lc, random"):
        select_batch(table, ["a"], {}, {"a": 1.0}, 1, strategy="LAMM")
    with pytest.raises(UnknownStrategy, match=r"'entropi'.*entropy, least-confidence, margin"):
        select_batch(table, ["a"], {}, {"a": 1.0}, 1, uncertainty="entropi")


@pytest.mark.parametrize("languages", [["a"], ["a"] * 3, [["a"], ["a"]], "aa", []])
def test_languages_must_have_one_entry_an_item(languages):
    with pytest.raises(InvalidInput, match="languages for each of the 2 items"):
        select_batch(np.full((2, 2), 0.5), languages, {}, {"a": 1.0}, 1)


def test_ids_must_have_one_entry_an_item():
    with pytest.raises(InvalidInput, match="ids for each of the 2 items"):
        select_batch(np.full((2, 2), 0.5), ["a"] * 2, {}, {"a": 1.0}, 1, ids=[1, 2, 3])


def test_a_quota_is_what_allocate_gives():
    languages = ["a"] * 3 + ["b"] * 30 + ["c"] * 30
    accuracy, targets = {"a": 0.1, "b": 0.5, "c": 0.77}, dict.fromkeys("abc", 0.9)
    chosen = select_batch(np.full((63, 2), 0.5), languages, accuracy, targets, 20)
    weights = language_weights(accuracy, targets)
    assert chosen.weights == weights
    assert chosen.quota == allocate(weights, 20, {"a": 3, "b": 30, "c": 30})
