"""Strategies by name: registered ones, composed ones, and names that are none."""

import pickle
from collections import Counter

import pytest

from lamm_core.errors import UnknownStrategy
from lamm_core.selection import ALLOCATIONS, DIVERSITIES, FIRST_BATCHES, STRATEGIES, UNCERTAINTIES, Strategy
from lamm_core.selection.allocations import find_allocation
from lamm_core.selection.diversity import find_diversity
from lamm_core.selection.first_batch import find_first_batch
from lamm_core.selection.strategies import find_strategy

PARTS = [*UNCERTAINTIES, *ALLOCATIONS, *DIVERSITIES, *FIRST_BATCHES]


def test_names_are_unique_across_the_registries():
    assert [name for name, times in Counter(PARTS).items() if times > 1] == []
    # In front of a composed name stands the strategy `random`, after it the first batch of that name.
    assert set(PARTS) & set(STRATEGIES) == {"random"}


@pytest.mark.parametrize("registry", [ALLOCATIONS, DIVERSITIES, FIRST_BATCHES, STRATEGIES])
def test_every_entry_is_registered_under_its_name_and_has_a_sentence(registry):
    assert [name for name, entry in registry.items() if entry.name != name] == []
    assert [name for name, entry in registry.items() if not entry.summary.endswith(".")] == []


def test_no_name_holds_a_plus():
    assert [name for name in [*PARTS, *STRATEGIES] if "+" in name] == []


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_registered_name_is_the_registered_strategy(name):
    assert find_strategy(name) is STRATEGIES[name]


def test_a_part_takes_the_place_of_what_the_strategy_had():
    assert find_strategy("lamm+margin+k-means+medoids") == Strategy(
        "lamm+margin+k-means+medoids",
        "Most labels to the languages furthest from their target, most uncertain texts first; "
        "with margin, k-means and medoids.",
        allocation="gap",
        diversity="k-means",
        uncertainty="margin",
        first_batch="medoids",
    )
    assert find_strategy("lamm+gap^2").allocation == "gap^2"


def test_parts_alone_make_a_strategy():
    assert find_strategy("margin+gap+core-set") == Strategy(
        "margin+gap+core-set", "The combination of margin, gap and core-set.", "gap", "core-set", "margin"
    )
    assert find_strategy("k-means") == Strategy("k-means", "The combination of k-means.", "pooled", "k-means")


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("lamm+medoids+k-means+margin", "lamm+margin+k-means+medoids"),
        ("core-set+margin+gap", "margin+gap+core-set"),
        ("lamm+gap+top+random", "lamm"),
        ("ea+gap", "ea+gap"),
        ("gap^2.50+margin", "margin+gap^2.5"),
        ("lamm+gap^02", "lamm+gap^2"),
        ("margin+random", "margin+random"),
    ],
)
def test_the_name_has_its_parts_in_one_order_without_those_that_change_nothing(written, canonical):
    assert find_strategy(written).name == canonical
    assert find_strategy(canonical) == find_strategy(written)


def test_random_is_the_strategy_in_front_and_the_first_batch_behind():
    assert find_strategy("random+medoids").random_scores
    assert find_strategy("lamm+medoids").first_batch == "medoids"
    assert find_strategy("random+k-means").random_scores
    assert not find_strategy("margin+random").random_scores


def test_an_uncertainty_takes_the_place_of_chance():
    assert not find_strategy("random+margin").random_scores


def test_a_model_for_each_language_stays_with_its_strategy():
    assert find_strategy("per-language+margin").separate_models
    assert not find_strategy("ea+margin").separate_models


@pytest.mark.parametrize("name", ["lamm+margin+badge+gap^0.5+typicality", "per-language", "sum+no-twins"])
def test_a_strategy_can_be_sent_to_another_process(name):
    assert pickle.loads(pickle.dumps(find_strategy(name))) == find_strategy(name)


@pytest.mark.parametrize(
    ("name", "splits"),
    [("lamm", True), ("ea", True), ("lc", False), ("random", False), ("gap^2", True), ("product", False)],
)
def test_a_strategy_says_whether_it_splits_the_budget(name, splits):
    assert find_strategy(name).splits_budget is splits


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lamm+magic", r"'magic' in 'lamm\+magic'; choose one of: ea, foresight, lamm, .*core-set"),
        ("margin+lamm", r"'lamm' in 'margin\+lamm'"),
        ("lamm+", r"'' in 'lamm\+'"),
        ("", r"strategy ''; choose"),
        ("Lamm", r"strategy 'Lamm'; choose"),
        ("lamm + margin", r"'lamm ' in"),
        ("gap^0", r"'gap\^0'; .* a P above 0"),
        ("gap^-1", r"'gap\^-1'"),
        ("gap^1e3", r"'gap\^1e3'"),
        ("gap^" + "9" * 400, r"'gap\^999"),
        (None, "strategy None; choose"),
        (7, "strategy 7; choose"),
        ("lamm+margin+entropy", "more than one uncertainty, margin and entropy; .*gibbs-error"),
        ("gap+pooled", "more than one allocation, gap and pooled"),
        ("k-means+k-means", "more than one diversity, k-means and k-means"),
        ("ea+medoids+random", "more than one first batch, medoids and random"),
    ],
)
def test_unknown_and_double_parts_are_refused_with_one_sentence(name, message):
    with pytest.raises(UnknownStrategy, match=message) as caught:
        find_strategy(name)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("find", [find_allocation, find_diversity, find_first_batch])
def test_an_unknown_part_names_the_known_ones(find):
    with pytest.raises(UnknownStrategy, match=r"Unknown .* 'magic'; choose one of: .*, "):
        find("magic")
