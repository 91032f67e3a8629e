"""The accuracy curves of a task as lines: what is drawn, and how lines are told apart, in the page and the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamm_core.experiments.backtest import BacktestResult
from lamm_core.experiments.shown_table import row_names

# Distinct to colour-blind readers, after Okabe and Ito (2008), in shades that stand out from white and from near
# black by at least 3 to 1. Seven colours and six dashes: 42 lines are told apart, the first six without colour.
COLOURS = ("#2682C4", "#D55E00", "#009E73", "#B8639A", "#8A7A00", "#808080", "#7D6BD6")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


@dataclass(frozen=True, eq=False)
class Line:
    """The curve of one strategy in one language.

    Attributes:
        name: strategy, and the preparation where there are several.
        colour, dash: how it is drawn.
        labels: labels at each round.
        accuracy: mean over seeds at each round.
        error: its standard error at each round; None for one seed.
    """

    name: str
    colour: str
    dash: str
    labels: tuple[int, ...]
    accuracy: NDArray[np.float64]
    error: NDArray[np.float64] | None


def lines_of(results: Sequence[BacktestResult], language: str) -> list[Line]:
    """One line a result of a task, in their order; each result looks the same in every language."""
    return [
        _line(result, name, number, language)
        for number, (name, result) in enumerate(zip(row_names(results), results, strict=True))
    ]


def _line(result: BacktestResult, name: str, number: int, language: str) -> Line:
    curves = result.curves[:, :, result.languages.index(language)]
    seeds = len(curves)
    error = np.std(curves, axis=0, ddof=1) / np.sqrt(seeds) if seeds > 1 else None
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    return Line(name, colour, dash, result.labels, curves.mean(axis=0), error)
