"""Figures with intervals that the judge's word about unlabelled texts makes narrower, and never wrong."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.model.intervals import wilson
from lamm_core.model.measuring import UNMEASURED, Judged, Look, Measurement, measured, take_look
from lamm_core.model.payoff import PayoffOf, accuracy, macro_f1, recall_of

CLASSES = 4
TEXTS = 2_000
DRAWS = 2_000
METRICS: dict[str, PayoffOf] = {"accuracy": accuracy, "recall": recall_of(1), "macro-F1": macro_f1}


@dataclass(frozen=True, eq=False)
class World:
    """All texts of a language: what is true, what a model predicts, and what a judge thinks."""

    predicted: np.ndarray
    true: np.ndarray
    chances: np.ndarray

    def value(self, metric: PayoffOf) -> float:
        """The figure of all texts."""
        confusion = np.zeros((CLASSES, CLASSES))
        np.add.at(confusion, (self.predicted, self.true), 1)
        return float(metric(confusion).value or 0.0)

    def look(self, metric: PayoffOf, rows: np.ndarray) -> tuple[Look, Look]:
        """A look at some check items, with the judge and without."""
        others = np.ones(len(self.true), dtype=bool)
        others[rows] = False
        seen = (metric, self.predicted[rows], self.true[rows], CLASSES)
        return (
            take_look(*seen, self.chances[rows], Judged(self.predicted[others], self.chances[others])),
            take_look(*seen),
        )


def make_world(knows: float, seed: int = 1) -> World:
    """A world whose judge knows the odds of every text (1), or says anything (0)."""
    rng = np.random.default_rng(seed)
    odds = normal(np.exp(rng.normal(scale=3, size=(TEXTS, CLASSES))))
    true = (odds.cumsum(axis=1) < rng.random((TEXTS, 1))).sum(axis=1).clip(max=CLASSES - 1)
    predicted = (odds * np.exp(rng.normal(scale=0.5, size=odds.shape))).argmax(axis=1)
    anything = normal(np.exp(rng.normal(size=odds.shape)))
    return World(predicted, true, knows * odds + (1 - knows) * anything)


def normal(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Found:
    """What many draws of a check set say: with the judge, and without."""

    covered: float
    width: float
    plain_width: float
    bias: float
    spread: float
    error: float


def many_draws(world: World, metric: PayoffOf, size: int, draws: int = DRAWS) -> Found:
    rng, truth = np.random.default_rng(2), world.value(metric)
    rows = []
    for _ in range(draws):
        assisted, plain = world.look(metric, rng.choice(TEXTS, size, replace=False))
        low, high = assisted.measurement((0, 1)).interval
        plain_low, plain_high = plain.measurement((0, 1)).interval
        assert assisted.estimate is not None
        found = (low <= truth <= high, high - low, plain_high - plain_low, assisted.estimate - truth, assisted.error)
        rows.append(found)
    covered, width, plain_width, away, error = np.array(rows, dtype=np.float64).T
    return Found(covered.mean(), width.mean(), plain_width.mean(), away.mean(), away.std(), error.mean())


@pytest.mark.parametrize(("name", "draws"), [("accuracy", DRAWS), ("recall", 1_000), ("macro-F1", 1_000)])
def test_a_judge_that_knows_makes_the_interval_narrower_and_it_still_holds_the_truth(name: str, draws: int):
    found = many_draws(make_world(knows=1.0), METRICS[name], 80, draws)
    assert found.covered >= 0.93
    assert found.width < 0.95 * found.plain_width
    # Recall and macro-F1 are ratios, and unbiased only where a class has many check items; here it has twenty.
    assert abs(found.bias) < (0.1 if name == "accuracy" else 0.25) * found.spread
    assert found.error == pytest.approx(found.spread, rel=0.15)


@pytest.mark.parametrize("name", METRICS)
def test_a_judge_that_says_anything_hardly_matters(name: str):
    found = many_draws(make_world(knows=0.0), METRICS[name], 80, 700)
    assert found.covered >= 0.93
    assert 0.95 * found.plain_width <= found.width <= found.plain_width
    assert abs(found.bias) < 0.15 * found.spread


def test_a_judge_that_knows_half_helps_less_than_one_that_knows_all():
    widths = [many_draws(make_world(knows=knows), accuracy, 80, 100).width for knows in (0.0, 0.5, 1.0)]
    assert widths[0] > widths[1] > widths[2]


def test_a_judge_that_is_always_right_is_trusted_only_so_far():
    world = make_world(knows=1.0)
    oracle = World(world.predicted, world.true, np.eye(CLASSES)[world.true])
    assisted, plain = oracle.look(accuracy, np.random.default_rng(0).choice(TEXTS, 80, replace=False))
    assert 3 * plain.effective < assisted.effective <= 4 * plain.effective
    # The unlabelled texts tell all that there is to know, and the check items agree.
    assert assisted.estimate == pytest.approx(oracle.value(accuracy), abs=0.02)


def test_a_judge_that_thinks_all_is_right_does_not_raise_the_figure():
    world = make_world(knows=1.0)
    sure = World(world.predicted, world.true, np.eye(CLASSES)[world.predicted])
    assisted, plain = sure.look(accuracy, np.arange(80))
    assert assisted.estimate == plain.estimate


def test_the_estimate_leans_towards_what_the_draw_left_out():
    world, truth, rng = make_world(knows=1.0), make_world(knows=1.0).value(accuracy), np.random.default_rng(3)
    closer = []
    for _ in range(300):
        assisted, plain = world.look(accuracy, rng.choice(TEXTS, 80, replace=False))
        closer.append(abs((assisted.estimate or 0) - truth) - abs((plain.estimate or 0) - truth))
    assert np.mean(closer) < -0.002


@pytest.mark.parametrize("name", ["accuracy", "macro-F1"])
def test_check_items_that_are_no_sample_of_the_texts_are_measured_by_themselves(name: str):
    world = make_world(knows=1.0)
    # The judge is less sure about these than about most: somebody took the hard texts.
    hard = np.argsort(world.chances.max(axis=1))[: TEXTS // 2]
    rows = np.random.default_rng(0).choice(hard, 200, replace=False)
    assisted, plain = world.look(METRICS[name], rows)
    assert assisted.estimate == plain.estimate
    assert assisted.effective == plain.effective
    assert assisted.error == plain.error


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=80))
def test_without_a_judge_accuracy_has_wilsons_interval(pairs: list[tuple[int, int]]):
    predicted, true = np.array(pairs).T
    found = take_look(accuracy, predicted, true, CLASSES).measurement((0.1, 0.8))
    right = int((predicted == true).sum())
    assert (found.correct, found.checked, found.effective) == (right, len(pairs), len(pairs))
    assert found.estimate == found.accuracy == pytest.approx(right / len(pairs))
    assert found.interval == pytest.approx(wilson(right / len(pairs), len(pairs)))
    assert (found.proven_low, found.proven_high) == (0.1, 0.8)


@settings(deadline=None)
@given(st.integers(1, 60), st.floats(0, 1), st.sampled_from(sorted(METRICS)), st.integers(0, 99))
def test_whatever_is_drawn_the_figure_lies_within_its_interval(size: int, knows: float, name: str, seed: int):
    world = make_world(knows, seed % 5)
    assisted, plain = world.look(METRICS[name], np.random.default_rng(seed).choice(TEXTS, size, replace=False))
    assert (assisted.estimate is None) == (plain.estimate is None)
    if assisted.estimate is None:
        assert assisted.measurement((0, 1)) == UNMEASURED
        return
    found = assisted.measurement((0, 1))
    assert 0 <= found.low <= assisted.estimate <= found.high <= 1
    assert plain.effective <= assisted.effective <= 4 * plain.effective
    assert 0 < assisted.error < 1
    assert assisted.influence.shape == (size,)
    assert assisted.influence.sum() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("size", [1, 2, 30])
def test_all_right_and_all_wrong_stay_uncertain(right: bool, size: int):
    world = make_world(knows=1.0)
    rows = np.flatnonzero((world.predicted == world.true) == right)[:size]
    for look in world.look(accuracy, rows):
        found = look.measurement((0, 1))
        assert found.estimate is not None
        assert abs(found.estimate - right) < 0.5
        assert found.high - found.low > 0.01
        assert look.error > 0


@pytest.mark.parametrize("name", METRICS)
def test_without_a_check_item_nothing_is_measured(name: str):
    nothing = np.empty(0, dtype=np.intp)
    for look in make_world(knows=1.0).look(METRICS[name], nothing):
        assert look.estimate is None
        assert look.measurement((0, 1)) == UNMEASURED


def test_a_single_check_item_is_measured_by_itself():
    assisted, plain = make_world(knows=1.0).look(accuracy, np.array([3]))
    assert (assisted.estimate, assisted.effective) == (plain.estimate, plain.effective)
    assert assisted.effective == 1


def test_without_other_texts_the_judge_cannot_help():
    world, rows = make_world(knows=1.0), np.arange(50)
    nobody = Judged(np.empty(0, dtype=np.intp), np.empty((0, CLASSES)))
    found = take_look(accuracy, world.predicted[rows], world.true[rows], CLASSES, world.chances[rows], nobody)
    assert found.effective == 50


def test_few_other_texts_help_less_than_many():
    world, rows = make_world(knows=1.0), np.arange(80)
    effective = []
    for others in (100, 400, 1_900):
        population = Judged(world.predicted[100 : 100 + others], world.chances[100 : 100 + others])
        seen = (accuracy, world.predicted[rows], world.true[rows], CLASSES, world.chances[rows], population)
        effective.append(take_look(*seen).effective)
    assert 80 <= effective[0] < effective[1] < effective[2]


def test_with_few_other_texts_their_own_chance_counts():
    world, rng = make_world(knows=1.0), np.random.default_rng(6)
    truth, covered, away, plain_away, errors = world.value(accuracy), [], [], [], []
    for _ in range(DRAWS):
        drawn = rng.choice(TEXTS, 120, replace=False)
        rows, others = drawn[:80], drawn[80:]
        seen = (accuracy, world.predicted[rows], world.true[rows], CLASSES)
        population = Judged(world.predicted[others], world.chances[others])
        assisted = take_look(*seen, world.chances[rows], population)
        low, high = assisted.measurement((0, 1)).interval
        covered.append(low <= truth <= high)
        away.append((assisted.estimate or 0) - truth)
        plain_away.append((take_look(*seen).estimate or 0) - truth)
        errors.append(assisted.error)
    assert np.mean(covered) >= 0.93
    assert np.mean(errors) == pytest.approx(np.std(away), rel=0.05)
    assert np.std(away) < np.std(plain_away)


def test_only_what_was_measured_is_told_to_a_strategy():
    figure = Measurement(3, 4, 0.7, 5.0, 0.4, 0.9, 0.3, 0.95)
    assert measured({"da": figure, "de": UNMEASURED}) == {"da": 0.7}
