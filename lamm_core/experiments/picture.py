"""A benchmark as a picture: Table 1 and the curves of every task, drawn by matplotlib without a screen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamm_core.experiments.facts import facts
from lamm_core.experiments.lines import lines_of
from lamm_core.experiments.shown_table import SUMMARY, Cell, ShownTable, by_task, shown_tables
from lamm_core.experiments.targets import target_in_words, target_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

    from lamm_core.experiments.backtest import BacktestResult

_DPI = 150
_LEAST_WIDTH = 10.0  # inches, as all sizes here
_COLUMN = 0.85
_LINE = 0.2
_MORE_NOTES = 8  # lines on what was run and how to read it
_CHART = 2.3
_CHARTS_ABREAST = 4
_DASHES: dict[str, str | tuple[int, tuple[float, ...]]] = {
    "solid": "-",
    "dash": "--",
    "dot": ":",
    "dashdot": "-.",
    "longdash": (0, (8, 2)),
    "longdashdot": (0, (8, 2, 1, 2)),
}


@dataclass(frozen=True)
class _Row:
    """One row of a drawn table; `begins` has a line above it."""

    name: str
    cells: Sequence[Cell]
    begins: bool = False


def write_picture(results: Sequence[BacktestResult], path: Path) -> None:
    """Write a PNG with Table 1 and the curves of each task, one task below the other.

    Args:
        results: results of one run, at least one.
        path: where to write; the name need not end in .png.

    Raises:
        OSError: the file cannot be written.
    """
    # It takes most of a second to import, and few benchmarks are drawn. A Figure of its own, instead of pyplot,
    # draws with Agg and leaves no state behind.
    from matplotlib.figure import Figure

    shown = shown_tables(results)
    heights = [_table_height(each) + _charts_height(each) for each in shown]
    width = max(_LEAST_WIDTH, *(_name_width(each) + _COLUMN * (len(each.languages) + 1) for each in shown))
    figure = Figure(figsize=(width, sum(heights)), dpi=_DPI, layout="constrained")
    parts = figure.subfigures(len(shown), 1, height_ratios=heights, squeeze=False)[:, 0]
    for part, each, of_task in zip(parts, shown, by_task(results).values(), strict=True):
        upper, lower = part.subfigures(2, 1, height_ratios=[_table_height(each), _charts_height(each)])
        _draw_tables(upper, each, width, _what_was_run(of_task))
        _draw_charts(lower, of_task)
    figure.savefig(path, format="png")


def _draw_tables(part: SubFigure, shown: ShownTable, width: float, run: Sequence[str]) -> None:
    part.suptitle(shown.title, x=0.01, ha="left", fontweight="bold", parse_math=False)
    blocks = [_summary_block(shown), _language_block(shown)]
    notes = [*shown.notes, "Below each language its D; beside each strategy A, its standard error, and L.", *run]
    *tables, below = part.subplots(3, 1, height_ratios=[*(len(block) for block in blocks), len(notes)])
    for axes, block in zip(tables, blocks, strict=True):
        _draw_table(axes, block, _name_width(shown) / width)
    below.set_axis_off()
    below.text(0, 1, "\n".join(notes), ha="left", va="top", fontsize=8, color="#444444", parse_math=False)


def _summary_block(shown: ShownTable) -> list[_Row]:
    rows = [_Row("strategy", [Cell(heading) for heading in SUMMARY], begins=True)]
    for row in shown.rows:
        cells = [row.summary[heading] for heading in SUMMARY]
        rows += [_Row(row.name, cells, begins=True), *_spreads(cells)]
    return rows


def _language_block(shown: ShownTable) -> list[_Row]:
    rows = [
        _Row("strategy", [Cell(language) for language in shown.languages], begins=True),
        _Row("", [Cell(f"D {shown.rows[0].pool_share[language].text}") for language in shown.languages]),
    ]
    for row in shown.rows:
        areas = [row.area[language] for language in shown.languages]
        shares = [Cell(f"L {row.label_share[language].text}") for language in shown.languages]
        rows += [_Row(row.name, areas, begins=True), *_spreads(areas), _Row("", shares)]
    return rows


def _spreads(cells: Sequence[Cell]) -> list[_Row]:
    """A row of what may be wrong with the row above; none where nothing is known."""
    return [_Row("", [Cell(cell.spread) for cell in cells])] if any(cell.spread for cell in cells) else []


def _what_was_run(of_task: Sequence[BacktestResult]) -> list[str]:
    return [f"{name}: {value}." for name, value in facts(of_task).items()]


def _draw_table(axes: Axes, rows: Sequence[_Row], name_share: float) -> None:
    from matplotlib.transforms import Bbox

    axes.set_axis_off()
    columns = len(rows[0].cells)
    table = axes.table(
        cellText=[[row.name, *(cell.text for cell in row.cells)] for row in rows],
        colWidths=[name_share, *[(1 - name_share) / columns] * columns],
        cellLoc="right",
        bbox=Bbox.from_bounds(0, 0, 1, 1),
    )
    table.auto_set_font_size(False)
    table.set_fontsize(8)
    for (number, column), drawn in table.get_celld().items():
        row = rows[number]
        drawn.set_edgecolor("#bbbbbb")
        drawn.visible_edges = "T" if row.begins else ""
        drawn.get_text().set_parse_math(False)  # names are names: a dollar sign in one begins no formula
        if column == 0:
            drawn.set_text_props(ha="left")
        elif row.cells[column - 1].best:
            drawn.set_text_props(fontweight="bold")


def _draw_charts(part: SubFigure, of_task: Sequence[BacktestResult]) -> None:
    languages = of_task[0].languages
    columns = min(_CHARTS_ABREAST, len(languages))
    charts = list(part.subplots(math.ceil(len(languages) / columns), columns, sharey=True, squeeze=False).flat)
    for chart in charts[len(languages) :]:
        chart.set_axis_off()
    for chart, language in zip(charts, languages, strict=False):
        _draw_curves(chart, of_task, language)
    handles, names = charts[0].get_legend_handles_labels()
    legend = part.legend(handles, names, loc="outside upper left", ncols=min(len(names), 5), fontsize=8, handlelength=4)
    for text in legend.get_texts():
        text.set_parse_math(False)
    part.supxlabel("labels", fontsize=9)
    part.supylabel("accuracy", fontsize=9)


def _draw_curves(chart: Axes, of_task: Sequence[BacktestResult], language: str) -> None:
    for line in lines_of(of_task, language):
        if line.error is not None:
            low, high = line.accuracy - line.error, line.accuracy + line.error
            chart.fill_between(line.labels, low, high, color=line.colour, alpha=0.15, linewidth=0)
        marker = "o" if len(line.labels) == 1 else ""
        chart.plot(
            line.labels, line.accuracy, color=line.colour, linestyle=_DASHES[line.dash], marker=marker, label=line.name
        )
    target = of_task[0].target
    chart.axhline(target_of(target, language), color="#808080", linewidth=0.8, label=target_in_words(target))
    chart.set_title(language, fontsize=9, parse_math=False)
    chart.tick_params(labelsize=8)
    chart.grid(alpha=0.3)


def _table_height(shown: ShownTable) -> float:
    rows = len(_summary_block(shown)) + len(_language_block(shown))
    return _LINE * (rows + len(shown.notes) + _MORE_NOTES) + 0.8


def _charts_height(shown: ShownTable) -> float:
    return _CHART * math.ceil(len(shown.languages) / _CHARTS_ABREAST) + 0.8


def _name_width(shown: ShownTable) -> float:
    return 0.4 + 0.075 * max(len(row.name) for row in shown.rows)
