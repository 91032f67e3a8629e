"""Are the intervals right, and how narrow: check sets drawn again and again, the test rows being the truth.

The test rows of a language stand for all its texts: check items and the unlabelled pool, as large as the task's, are
drawn from them with replacement. The truth is the model's accuracy on all of them. A row that is drawn twice is of one
fold, so that no judge sees the label of the row it judges.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibrating.runs import Run
from lamm_core.experiments.replay import Arena
from lamm_core.model.intervals import wilson
from lamm_core.model.judge import FOLDS, Labelled, judge
from lamm_core.model.measuring import Judged, Look, take_look
from lamm_core.model.payoff import accuracy

_Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Drawn:
    """One interval of one language from one drawn check set.

    Attributes:
        task, language: where.
        labels: training labels.
        checked: check items drawn.
        truth: the model's figure on all test rows.
        low, high: the interval.
        plain_low, plain_high: Wilson's, from the same check items.
        estimate: the figure, with the judge's help.
    """

    task: str
    language: str
    labels: int
    checked: int
    truth: float
    low: float
    high: float
    plain_low: float
    plain_high: float
    estimate: float


@dataclass(frozen=True)
class Coverage:
    """What many intervals were like.

    Attributes:
        intervals: how many.
        coverage: share that holds the truth.
        too_high: share whose lower end is over the truth.
        plain_coverage: share of Wilson's intervals that hold it.
        ratio: median of the length by that of Wilson's.
        bias: mean of estimate minus truth.
    """

    intervals: int
    coverage: float
    too_high: float
    plain_coverage: float
    ratio: float
    bias: float


@dataclass(frozen=True, eq=False)
class DrawnSet:
    """A check set of one language and its population, as positions among the test rows."""

    check: _Codes
    population: _Codes


def draw_sets(run: Run, arena: Arena, checked: int, rng: np.random.Generator) -> list[DrawnSet]:
    """A check set and a population for each language."""
    sets = []
    for code in range(len(run.languages)):
        rows = np.flatnonzero(arena.test.language_codes == code)
        sets.append(DrawnSet(rng.choice(rows, checked), rng.choice(rows, int(run.pool[code]))))
    return sets


def judged_rows(run: Run, arena: Arena, round_: int, sets: Sequence[DrawnSet], folds: _Codes) -> NDArray[np.float64]:
    """The judge's chances `(t, k)` for all test rows, by the labels of a round and these check sets."""
    trained = run.labelled[: run.labels[round_]]
    check = np.concatenate([each.check for each in sets])
    labelled = Labelled(
        np.concatenate([arena.pool.vectors[trained], arena.test.vectors[check]]),
        np.concatenate([arena.pool.classes[trained], arena.test.classes[check]]),
        # What the model was fitted on is not among the test rows, so it is of no fold of theirs.
        np.concatenate([np.full(len(trained), -1), folds[check]]),
    )
    return judge(labelled, np.asarray(arena.test.vectors), folds, _classes(arena))


def look_at(
    run: Run,
    arena: Arena,
    round_: int,
    drawn: DrawnSet,
    chances: NDArray[np.float64] | None,
) -> Look:
    """Measure one language as a project would."""
    predicted, true = run.predicted[round_], arena.test.classes
    check, population = drawn.check, drawn.population
    judged = (None, None) if chances is None else (chances[check], Judged(predicted[population], chances[population]))
    return take_look(accuracy, predicted[check], true[check], _classes(arena), *judged)


def draw_intervals(
    run: Run, arena: Arena, rounds: Sequence[int], sizes: Sequence[int], draws: int, seed: int
) -> Iterator[Drawn]:
    """Intervals of every language, for each round, each size of the check set and each draw."""
    for round_ in rounds:
        for checked in sizes:
            for draw in range(draws):
                rng = np.random.default_rng([seed, round_, checked, draw])
                sets = draw_sets(run, arena, checked, rng)
                folds = rng.integers(0, FOLDS, len(arena.test.classes))
                chances = judged_rows(run, arena, round_, sets, folds)
                for code, drawn in enumerate(sets):
                    with_judge = look_at(run, arena, round_, drawn, chances)
                    plain = look_at(run, arena, round_, drawn, None)
                    yield Drawn(
                        run.task,
                        run.languages[code],
                        int(run.labels[round_]),
                        checked,
                        float(run.test[round_, code]),
                        *_interval(with_judge),
                        *_interval(plain),
                        float(with_judge.estimate or 0.0),
                    )


def coverage(intervals: Sequence[Drawn]) -> Coverage:
    """What these intervals were like, at least one."""
    inside = [each.low <= each.truth <= each.high for each in intervals]
    plain = [each.plain_low <= each.truth <= each.plain_high for each in intervals]
    return Coverage(
        len(intervals),
        float(np.mean(inside)),
        float(np.mean([each.truth < each.low for each in intervals])),
        float(np.mean(plain)),
        float(np.median([(each.high - each.low) / (each.plain_high - each.plain_low) for each in intervals])),
        float(np.mean([each.estimate - each.truth for each in intervals])),
    )


def _interval(look: Look) -> tuple[float, float]:
    return wilson(float(look.estimate or 0.0), look.effective)


def _classes(arena: Arena) -> int:
    return int(arena.trainable.classes.max()) + 1
