"""Table 1 as people read it: every number in words, the best of each column marked.

The terminal, the web page and the picture all show this table; each brings its own lines and its own bold.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lamm_core.experiments import figures
from lamm_core.experiments.backtest import BacktestResult
from lamm_core.experiments.label_cut import hrl_label_cut
from lamm_core.experiments.spread import Spread, spread
from lamm_core.experiments.targets import target_in_words

SUMMARY = ("HRL", "LRL", "mean", "LTT", "deficit", "HRL label cut")
NONE = "–"


@dataclass(frozen=True)
class Cell:
    """One number in words.

    Attributes:
        text: the number.
        spread: how far it may be off, such as "± 0.002"; empty where that is not known or makes no sense.
        best: whether no other row has a better one.
    """

    text: str
    spread: str = ""
    best: bool = False


@dataclass(frozen=True)
class ShownRow:
    """What one strategy reached.

    Attributes:
        name: strategy, `translated` where translations were used, and the preparation where there are several.
        summary: one cell for each of `SUMMARY`.
        pool_share, label_share, area: D, L and A of each language.
    """

    name: str
    summary: dict[str, Cell]
    pool_share: dict[str, Cell]
    label_share: dict[str, Cell]
    area: dict[str, Cell]


@dataclass(frozen=True)
class ShownTable:
    """The table of one task.

    Attributes:
        task: name of the task.
        title: the task and what was run, in one line.
        languages: in the order of the columns.
        rows: one a strategy and preparation.
        notes: sentences that explain what is shown, and what is not.
    """

    task: str
    title: str
    languages: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    notes: tuple[str, ...]


def shown_tables(results: Sequence[BacktestResult]) -> list[ShownTable]:
    """One table a task, in the order in which the tasks appear."""
    return [_shown(of_task, results) for of_task in by_task(results).values()]


def by_task(results: Sequence[BacktestResult]) -> dict[str, list[BacktestResult]]:
    """Results of each task."""
    tasks: dict[str, list[BacktestResult]] = {}
    for result in results:
        tasks.setdefault(result.task, []).append(result)
    return tasks


def row_names(results: Sequence[BacktestResult]) -> list[str]:
    """What each result of a task is called: its strategy, and whatever else tells it from the others."""
    names = [f"{result.strategy}, translated" if result.translated else result.strategy for result in results]
    others = ([result.preparation for result in results], [result.uncertainty for result in results])
    telling = [names, *(part for part in others if len(set(part)) > 1)]
    return [", ".join(each) for each in zip(*telling, strict=True)]


def _shown(of_task: Sequence[BacktestResult], results: Sequence[BacktestResult]) -> ShownTable:
    spreads = [spread(result) for result in of_task]
    best = _best_of_each(of_task)
    rows = tuple(
        _row(name, result, error, hrl_label_cut(result, results), {key for key in best if place in best[key]})
        for place, (name, result, error) in enumerate(zip(row_names(of_task), of_task, spreads, strict=True))
    )
    return ShownTable(of_task[0].task, _title(of_task[0]), of_task[0].languages, rows, _notes(of_task))


def _row(name: str, result: BacktestResult, error: Spread, cut: float | None, best: set[str]) -> ShownRow:
    summary = {
        "HRL": Cell(_accuracy(result.hrl), _plus_minus(error.hrl, 3), "HRL" in best),
        "LRL": Cell(_accuracy(result.lrl), _plus_minus(error.lrl, 3), "LRL" in best),
        "mean": Cell(_accuracy(result.mean), _plus_minus(error.mean, 3), "mean" in best),
        "LTT": Cell(_labels(result.ltt), _quartiles(error.ltt), "LTT" in best),
        "deficit": Cell(f"{result.deficit:.1f}", _plus_minus(error.deficit, 1), "deficit" in best),
        "HRL label cut": Cell(NONE if cut is None else _percent(cut)),
    }
    auc, label_share = result.auc, result.label_share
    return ShownRow(
        name,
        summary,
        pool_share={language: Cell(_percent(result.pool_share[language])) for language in result.languages},
        label_share={language: Cell(_percent(label_share[language])) for language in result.languages},
        area={
            language: Cell(_accuracy(auc[language]), _plus_minus(error.auc[language], 3), f"A {language}" in best)
            for language in result.languages
        },
    )


def _best_of_each(results: Sequence[BacktestResult]) -> dict[str, set[int]]:
    """Places of the best results in each column, compared as they are shown; nobody is best alone."""
    if len(results) < 2:
        return {}
    columns: dict[str, list[float]] = {
        "HRL": [round(result.hrl, 3) for result in results],
        "LRL": [round(result.lrl, 3) for result in results],
        "mean": [round(result.mean, 3) for result in results],
        "LTT": [-result.ltt for result in results],
        "deficit": [-round(result.deficit, 1) for result in results],
    }
    for language in results[0].languages:
        columns[f"A {language}"] = [round(result.auc[language], 3) for result in results]
    return {
        name: {place for place, value in enumerate(values) if value == max(values) and math.isfinite(value)}
        for name, values in columns.items()
    }


def _title(result: BacktestResult) -> str:
    seeds = len(result.seeds)
    several = f"{seeds} seeds" if seeds > 1 else "1 seed"
    return f"{result.task}: {target_in_words(result.target)}, {result.labels[-1]:,} labels, {several}"


def _notes(results: Sequence[BacktestResult]) -> tuple[str, ...]:
    high = figures.high_resource_language(results[0].pool_share)
    notes = [
        "D: share of the pool. L: share of the labels. A: area under the accuracy curve (mean accuracy over rounds).",
        "HRL and LRL are the mean of all languages here, as several of them share the first place in the pool."
        if high is None
        else f"HRL: area of {high}, the language with most of the pool. LRL: mean area of the others.",
        "LTT: labels until every language is at its target, median over seeds. "
        "Deficit: points of accuracy missing to the targets.",
    ]
    if any(result.strategy == "lc" for result in results):
        notes.append("HRL label cut: labels of the HRL saved against lc.")
    elif any(result.strategy == "random" for result in results):
        notes.append("HRL label cut: labels of the HRL saved against random.")
    if any(result.translated for result in results):
        notes.append("Translated: known translations of the labelled texts were learnt from as well, with less weight.")
    if len(results[0].seeds) > 1:
        notes.append("± one standard error over seeds; for LTT the quartiles. Bold: the best of a column.")
    else:
        notes.append("With one seed the standard error is unknown. Bold: the best of a column.")
    return tuple(notes)


def _accuracy(value: float) -> str:
    return f"{value:.3f}"


def _percent(share: float) -> str:
    # Rounded first, and zero added: minus nothing is nothing.
    return f"{round(100 * share, 1) + 0:.1f} %".replace("-", "−")


def _labels(number: float) -> str:
    return "never" if math.isinf(number) else f"{number:,.0f}"


def _quartiles(quartiles: tuple[float, float] | None) -> str:
    if quartiles is None:
        return ""
    low, high = (_labels(number) for number in quartiles)
    return low if low == high else f"{low}–{high}"


def _plus_minus(error: float | None, decimals: int) -> str:
    return "" if error is None else f"± {error:.{decimals}f}"
