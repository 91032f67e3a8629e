"""From replays on a project's own labels to what a manager is told."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lamm_core.comparison import Compared, ComparedStrategy, Line
from lamm_core.errors import InvalidInput
from lamm_core.experiments.backtest import BacktestResult
from lamm_core.experiments.differences import difference
from lamm_core.experiments.own_labels import OwnLabels
from lamm_core.experiments.resampling import resampled_curves

FEWEST_SEEDS = 3


def compare(results: Sequence[BacktestResult], own: OwnLabels) -> Compared:
    """What a comparison found.

    Args:
        results: results on `own` that say which rows were right, the project's own strategy first; at least three
            seeds.
        own: the labels they were replayed on.

    Raises:
        InvalidInput: there are fewer than three seeds, or the results do not say which rows were right.
    """
    right = [result.right for result in results if result.right is not None]
    if len(right) != len(results):
        raise InvalidInput(f"{len(results) - len(right)} results do not say which rows were predicted right.")
    check_seeds(len(results[0].seeds))
    languages, labels = results[0].languages, results[0].labels
    language_of = own.data.languages[own.data.test]
    codes = np.array([languages.index(name) for name in language_of.tolist()], dtype=np.intp)
    draws = resampled_curves(right, codes, np.random.default_rng(0))
    means = [result.curves.mean(axis=(0, 2)) for result in results]
    point = point_of_comparison(labels, len(own.data.pool))
    return Compared(
        labels=labels,
        point=point,
        targets=own.targets,
        check_items={name: int((language_of == name).sum()) for name in languages},
        left_out=own.comparable.left_out,
        strategies=tuple(_strategy(result) for result in results),
        differences=tuple(
            difference(results[place].strategy, means[0], means[place], draws[0], draws[place], labels, point)
            for place in range(1, len(results))
        ),
    )


def check_seeds(seeds: int) -> None:
    """Raise InvalidInput unless there are seeds enough to know how far they lie apart."""
    if seeds < FEWEST_SEEDS:
        raise InvalidInput(f"A comparison needs at least {FEWEST_SEEDS} seeds to know its own error; got {seeds}.")


def point_of_comparison(labels: Sequence[int], pool: int) -> int:
    """The round closest to half of the pool: a strategy has a choice there, and the other has room to catch up.

    Args:
        labels: labels at each round.
        pool: texts that could be labelled.
    """
    return min(range(len(labels)), key=lambda place: abs(labels[place] - pool / 2))


def _strategy(result: BacktestResult) -> ComparedStrategy:
    return ComparedStrategy(
        name=result.strategy,
        mean=_line(result.curves.mean(axis=2)),
        languages={name: _line(result.curves[:, :, place]) for place, name in enumerate(result.languages)},
        labels_to_target=result.ltt if math.isfinite(result.ltt) else None,
        area=result.mean,
    )


def _line(curves: NDArray[np.float64]) -> Line:
    """Mean and standard error of `(seeds, rounds)`."""
    errors = np.std(curves, axis=0, ddof=1) / math.sqrt(len(curves))
    return Line(tuple(curves.mean(axis=0).tolist()), tuple(errors.tolist()))
