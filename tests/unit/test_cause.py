"""Where a low accuracy comes from: people whose labels a test makes up, and what the rule says of them."""

from collections import Counter

import numpy as np
import pytest

from lamm_core.model.agreement import MISSING, Figure, Lack, alpha, same_share, share_with_others
from lamm_core.model.cause import Cause, Facts, Ground, Origin, Person, find_cause, most_confused
from lamm_core.model.forecast import forecast
from lamm_core.model.intervals import wilson
from lamm_core.model.learning_curve import CurvePoint

CLASSES, PEOPLE, SEEDS = 4, 4, range(20)


def labels_of(
    rng: np.random.Generator, units: int, error: float = 0.03, noisy: float = 0.03, blurred: float = 0.0
) -> np.ndarray:
    """Two of four people label each text.

    Args:
        error: how often people are wrong.
        noisy: how often the first of them is.
        blurred: how often people cannot tell class 0 from class 1.
    """
    labels = np.full((units, PEOPLE), MISSING)
    for unit, truth in enumerate(rng.integers(CLASSES, size=units)):
        for person in rng.choice(PEOPLE, 2, replace=False):
            seen = rng.integers(2) if truth < 2 and rng.random() < blurred else truth
            wrong = rng.random() < (noisy if person == 0 else error)
            labels[unit, person] = (seen + rng.integers(1, CLASSES)) % CLASSES if wrong else seen
    return labels


def cause_of(labels: np.ndarray, chance: float | None, rng: np.random.Generator, **known: bool) -> Cause:
    people = [
        Person(f"P{each}", share_with_others(labels, each, rng), same_share(np.delete(labels, each, axis=1), rng))
        for each in range(labels.shape[1])
    ]
    return find_cause(Facts(alpha(labels, rng), tuple(people), most_confused(labels), chance, **known))


def causes(units: int = 150, chance: float | None = 0.3, **people: float) -> Counter[Cause]:
    found = Counter[Cause]()
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        found[cause_of(labels_of(rng, units, **people), chance, rng)] += 1
    return found


def accused(found: Counter[Cause], *but: str) -> int:
    return sum(times for cause, times in found.items() if set(cause.people) - {*but})


def test_somebody_who_is_often_wrong_is_named_and_nobody_else() -> None:
    found = causes(noisy=0.4)
    assert found[Cause(Origin.LABELS, Ground.PEOPLE, people=("P0",))] >= 18
    assert accused(found, "P0") == 0


def test_guidelines_that_blur_two_classes_are_named_with_them_and_nobody_is_accused() -> None:
    found = causes(blurred=0.7)
    assert found[Cause(Origin.GUIDELINES, Ground.CLASSES, classes=(0, 1))] >= 16
    assert accused(found) <= 1


def test_a_weak_encoder_is_named_where_people_agree_and_the_curve_is_flat() -> None:
    rng, found = np.random.default_rng(0), Counter[Cause]()
    for seed in SEEDS:
        flat = [
            CurvePoint({"sw": labels}, {"sw": float(rng.binomial(200, 0.6)) / 200}, {"sw": 200.0})
            for labels in range(50, 450, 50)
        ]
        chance = forecast(flat, {"sw": 0.9}, {"sw": 1_000})["sw"].chance
        found[cause_of(labels_of(np.random.default_rng(seed), 150), chance, rng)] += 1
    assert found[Cause(Origin.MODEL, Ground.ENCODER)] >= 18
    assert accused(found) == 0


def test_careless_people_all_alike_are_not_told_from_unclear_guidelines_and_few_texts_tell_nothing() -> None:
    found = causes(error=0.25, noisy=0.25)
    assert found[Cause(Origin.NOT_TOLD, Ground.SCATTERED)] >= 18
    assert accused(found) <= 1
    few = causes(units=30, blurred=0.7)
    assert sum(times for cause, times in few.items() if cause.origin is Origin.NOT_TOLD) >= 16
    assert accused(few) <= 1


@pytest.mark.parametrize(
    ("chance", "knows", "ground"),
    [
        (None, True, Ground.FEW_ROUNDS),
        (0.5, True, Ground.MORE_LABELS),
        (0.05, True, Ground.ENCODER),
        (0.5, False, Ground.ENCODER),
    ],
)
def test_with_good_labels_it_is_the_model_and_the_curve_says_what_it_lacks(
    chance: float | None, knows: bool, ground: Ground
) -> None:
    rng = np.random.default_rng(0)
    found = cause_of(labels_of(rng, 150), chance, rng, encoder_knows=knows)
    assert found == Cause(Origin.MODEL, ground)


def test_without_shared_texts_only_a_curve_that_gets_there_or_gold_items_tell() -> None:
    nothing = Figure(0, lack=Lack.NO_OVERLAP)
    facts = Facts(nothing, (), None, 0.5)
    assert find_cause(facts) == Cause(Origin.NOT_TOLD, Ground.NO_OVERLAP)
    assert find_cause(Facts(nothing, (), None, 0.95)) == Cause(Origin.MODEL, Ground.MORE_LABELS)
    bad, good = Figure(20, 0.5, *wilson(0.5, 20)), Figure(60, 0.95, *wilson(0.95, 60))
    people = (Person("Ana", nothing, nothing, bad, good), Person("Ben", nothing, nothing, good, bad))
    assert find_cause(Facts(nothing, people, None, 0.95)) == Cause(Origin.LABELS, Ground.PEOPLE, people=("Ana",))
    few = Figure(9, 0.1, *wilson(0.1, 9))
    assert not Person("Cy", nothing, nothing, few, good).stands_out


def test_two_people_who_disagree_are_not_told_apart() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=(200, 2))
    assert cause_of(labels, 0.3, rng) == Cause(Origin.NOT_TOLD, Ground.FEW_PEOPLE)


def test_the_confused_classes_are_those_that_stand_together_most() -> None:
    labels = np.array([[3, 5, MISSING], [5, 3, 3], [3, 3, MISSING], [7, 3, MISSING], [5, MISSING, MISSING]])
    found = most_confused(labels)
    assert (found.classes, found.share.units, found.share.estimate) == ((3, 5), 3, pytest.approx(2 / 3))
    shares = {3: 6 / 9, 5: 2 / 9, 7: 1 / 9}
    pairs = shares[3] * shares[5] + shares[3] * shares[7] + shares[5] * shares[7]
    assert found.by_chance == pytest.approx(shares[3] * shares[5] / pairs)
    assert most_confused(np.array([[1, 1], [2, MISSING]])) is None
