"""The history of a project: figures over labels, and what each round took from each language."""

from collections.abc import Sequence

import plotly.graph_objects as go

from lamm_core.charts.drawing import Part, drawn
from lamm_core.charts.layout import LEGEND, axis, base_layout
from lamm_core.charts.palette import Palette, language_styles, see_through
from lamm_core.charts.words import figure_word
from lamm_core.language_names import language_name
from lamm_core.model.intervals import wilson
from lamm_core.records import Metric, RoundLanguage
from lamm_core.words import in_context
from lamm_core.words import translate as _
from lamm_core.workflow.status import RoundHistory

_ROOM_FOR_ROUNDS = 8
# Symbols of lines and patterns of bars tell languages apart where colours do not.
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "triangle-down", "cross", "star")
_PATTERNS = ("", "/", "x", "-", ".", "\\", "|", "+")


def accuracy_chart(
    history: Sequence[RoundHistory], colours: Palette, metric: str = Metric.ACCURACY, only: str | None = None
) -> go.Figure:
    """The figure of each language in each round, by labels at the time, with its 95 % interval as a band.

    Args:
        history: rounds, oldest first.
        colours: the theme's.
        metric: the figure that the targets speak of.
        only: one language; None for all.
    """
    languages = [only] if only else sorted(_languages(history))
    styles = language_styles(_languages(history))
    traces: list[Part] = []
    for place, language in enumerate(languages):
        colour, dash = styles.get(language, (colours.solid_flag, "solid"))
        points = [(entry, found) for entry in history for found in _of(entry, language) if found.figure is not None]
        if points:
            traces += _band_and_line(points, language, (colour, dash), place, alone=len(languages) == 1)
    newest = history[-1].languages if history else ()
    targets = sorted({each.target for each in newest if each.language in languages})
    layout = base_layout(colours) | {
        "shapes": [_target_line(each, colours) for each in targets],
        "annotations": [_target_words(each, colours) for each in targets],
        "height": 380,
        "showlegend": len(languages) > 1,
        "legend": LEGEND,
        "margin": {"l": 10, "r": 10, "t": 40, "b": 10},
        "xaxis": axis(colours, rangemode="tozero", title=in_context("axis", "labels"), tickformat=","),
        "yaxis": axis(colours, title=figure_word(metric), ticksuffix="%", range=[_floor(history, languages), 101]),
    }
    return drawn(traces, layout)


def _target_line(target: float, colours: Palette) -> Part:
    """From one side of the chart to the other."""
    line = {"dash": "4px,4px", "width": 1, "color": colours.muted}
    height = 100 * target
    return {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": height, "y1": height, "line": line}


def _target_words(target: float, colours: Palette) -> Part:
    """Above the left end of its line."""
    return {
        "text": _("target {target:.0%}", target=target),
        "showarrow": False,
        "font": {"color": colours.muted},
        "xref": "x domain",
        "x": 0,
        "xanchor": "left",
        "yref": "y",
        "y": 100 * target,
        "yanchor": "bottom",
    }


def quota_chart(history: Sequence[RoundHistory], colours: Palette) -> go.Figure:
    """How each round split its batch over the languages."""
    traces: list[Part] = []
    for place, (language, (colour, _dash)) in enumerate(language_styles(_languages(history)).items()):
        pattern = {
            "shape": _PATTERNS[place % len(_PATTERNS)],
            "bgcolor": colour,
            "fgcolor": colours.paper,
            "solidity": 0.25,
            "size": 7,
        }
        traces.append(
            {
                "type": "bar",
                "x": [f"{entry.round.number}" for entry in history],
                "y": [sum(found.quota for found in _of(entry, language)) for entry in history],
                "name": language_name(language),
                "marker": {"color": colour, "line": {"color": colours.paper, "width": 1}, "pattern": pattern},
                "hovertemplate": _("round %{x}: %{y} texts"),
            }
        )
    # Few rounds would make bars as broad as the page.
    rounds = [-0.5, max(len(history), _ROOM_FOR_ROUNDS) - 0.5]
    layout = base_layout(colours) | {
        "barmode": "stack",
        "height": 300,
        "legend": LEGEND,
        "margin": {"l": 10, "r": 10, "t": 40, "b": 10},
        "bargap": 0.35,
        "xaxis": axis(colours, title=_("round"), type="category", range=rounds),
        "yaxis": axis(colours, title=_("texts in the batch")),
    }
    return drawn(traces, layout)


def interval_of(found: RoundLanguage) -> tuple[float, float]:
    """95 % interval of a round's figure, 0 to 1; a round of an earlier version kept counts alone."""
    if found.low is not None and found.high is not None:
        return found.low, found.high
    return wilson(found.figure or 0.0, found.effective or found.checked)


def _band_and_line(
    points: Sequence[tuple[RoundHistory, RoundLanguage]],
    language: str,
    style: tuple[str, str],
    place: int,
    *,
    alone: bool,
) -> list[Part]:
    """The interval and the line of one language; a click on the legend hides both."""
    colour, dash = style
    labels = [entry.round.labels for entry, _ in points]
    intervals = [interval_of(found) for _, found in points]
    band: Part = {
        "type": "scatter",
        "x": [*labels, *reversed(labels)],
        "y": [*(100 * high for _, high in intervals), *(100 * low for low, _ in reversed(intervals))],
        "legendgroup": language,
        "showlegend": False,
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        # Many bands lie over each other.
        "fillcolor": see_through(colour, 0.18 if alone else 0.07),
        "hoverinfo": "skip",
    }
    line: Part = {
        "type": "scatter",
        "x": labels,
        "y": [100 * (found.figure or 0.0) for _, found in points],
        "customdata": [
            [entry.round.number, found.correct, found.checked, 100 * low, 100 * high]
            for (entry, found), (low, high) in zip(points, intervals, strict=True)
        ],
        "legendgroup": language,
        "mode": "lines+markers",
        "name": language_name(language),
        "line": {"color": colour, "dash": dash, "width": 2},
        "marker": {"size": 7, "symbol": _SYMBOLS[place % len(_SYMBOLS)]},
        "hovertemplate": _(
            "%{y:.1f}%, 95% interval %{customdata[3]:.0f}% to %{customdata[4]:.0f}%"
            "<br>%{customdata[1]} of %{customdata[2]} check items right"
            "<br>round %{customdata[0]}, %{x:,} labels"
        ),
    }
    if len(points) > 1:
        return [band, line]
    # One round makes no band: its interval is a whisker.
    (low, high), value = intervals[0], points[0][1].figure or 0.0
    whisker = {"array": [100 * (high - value)], "arrayminus": [100 * (value - low)], "thickness": 1.5}
    return [line | {"error_y": whisker}]


def _floor(history: Sequence[RoundHistory], languages: Sequence[str]) -> int:
    """Lower end of the scale: a round number below every interval, so that a rise can be seen."""
    found = [each for entry in history for each in entry.languages if each.language in languages]
    measured = [each for each in found if each.figure is not None]
    lowest = min((min(interval_of(each)[0], each.target) for each in measured), default=0.0)
    return max(0, 10 * (int(100 * lowest - 2) // 10))


def _languages(history: Sequence[RoundHistory]) -> set[str]:
    return {each.language for entry in history for each in entry.languages}


def _of(entry: RoundHistory, language: str) -> list[RoundLanguage]:
    return [each for each in entry.languages if each.language == language]
