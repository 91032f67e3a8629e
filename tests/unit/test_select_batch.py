"""The choice of a batch: the paper, targets, ties, and functions of one's own."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pools import NAMES

from lamm_core.errors import InvalidAccuracy, InvalidScores, InvalidWeights, MissingTarget
from lamm_core.selection import Strategy, allocate, language_weights, select_batch

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


def test_a_quota_is_what_allocate_gives():
    languages = ["a"] * 3 + ["b"] * 30 + ["c"] * 30
    accuracy, targets = {"a": 0.1, "b": 0.5, "c": 0.77}, dict.fromkeys("abc", 0.9)
    chosen = select_batch(np.full((63, 2), 0.5), languages, accuracy, targets, 20)
    weights = language_weights(accuracy, targets)
    assert chosen.weights == weights
    assert chosen.quota == allocate(weights, 20, {"a": 3, "b": 30, "c": 30})


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
    def only_b(standing):
        return {"a": 0.0, "b": 2.0}

    chosen = select_batch(
        np.full((6, 2), 0.5), ["a", "b"] * 3, {}, {"a": 1.0, "b": 1.0}, 3, strategy=Strategy("mine", "Only b.", only_b)
    )
    assert chosen.quota == {"a": 0, "b": 3}
    assert chosen.weights == {"a": 0.0, "b": 2.0}


def test_a_strategy_of_ones_own_with_a_broken_weight_is_refused():
    broken = Strategy("broken", "Broken.", lambda standing: {"a": float("nan")})
    with pytest.raises(InvalidWeights, match="weight of 'a' is nan"):
        select_batch(np.full((2, 2), 0.5), ["a"] * 2, {}, {"a": 1.0}, 1, strategy=broken)
