"""The rounds so far as one small line a language, beside the flags."""

from collections.abc import Callable

import plotly.graph_objects as go

from lamm_core.charts.layout import axis
from lamm_core.charts.palette import Palette
from lamm_core.language_names import language_name
from lamm_core.words import number
from lamm_core.words import translate as _
from lamm_core.workflow.status import LanguageStatus

# The part of a row that its line takes, upwards from a little below its middle.
_BOTTOM, _HEIGHT = -0.3, 0.6
# Figures that hardly differ shall not look as if they did.
_LEAST_SPREAD = 0.05


def add_trends(figure: go.Figure, rows: list[LanguageStatus], colours: Palette) -> None:
    """The figure of each round over labels, on the same scale in every row, and the target as a dashed line.

    Args:
        figure: has two panels side by side; the lines go into the right one.
        rows: languages, the lowest row first.
        colours: the theme's.
    """
    figures = [value for each in rows for _labels, value in each.trend] + [each.target for each in rows]
    lowest, spread = min(figures), max(max(figures) - min(figures), _LEAST_SPREAD)
    most = max((labels for each in rows for labels, _value in each.trend), default=0)
    for row, each in enumerate(rows):
        if len(each.trend) < 2:
            _say(figure, row, _("one round so far") if each.trend else _("not measured yet"), colours)
            continue

        def height(value: float, row: int = row) -> float:
            return row + _BOTTOM + _HEIGHT * (value - lowest) / spread

        for trace in _traces(each, height, most, colours):
            figure.add_trace(trace, row=1, col=2)
    if not any(len(each.trend) > 1 for each in rows):
        # A panel without a point would not be drawn, nor would its words.
        figure.add_trace(
            go.Scatter(x=[0.5], y=[0], mode="markers", marker={"opacity": 0}, hoverinfo="skip"), row=1, col=2
        )
        figure.update_xaxes(axis(colours, range=[0, 1], showticklabels=False, showgrid=False), row=1, col=2)
        return
    room = [-0.03 * most, 1.06 * most]
    figure.update_xaxes(axis(colours, showgrid=False, tickvals=[0, most], tickformat=",", range=room), row=1, col=2)


def _traces(each: LanguageStatus, height: Callable[[float], float], most: int, colours: Palette) -> list[go.Scatter]:
    x, y = [labels for labels, _value in each.trend], [height(value) for _labels, value in each.trend]
    target = go.Scatter(
        x=[0, most],
        y=[height(each.target)] * 2,
        mode="lines",
        line={"color": colours.muted, "width": 1, "dash": "3px,3px"},
        hoverinfo="skip",
    )
    told = _("%{customdata} at %{x:,} labels")
    line = go.Scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": colours.solid_flag, "width": 2},
        customdata=[number(value, ".1%") for _labels, value in each.trend],
        hovertemplate=f"<b>{language_name(each.language)}</b><br>{told}<extra></extra>",
    )
    newest = {"color": colours.solid_flag, "size": 7}
    return [target, line, go.Scatter(x=x[-1:], y=y[-1:], mode="markers", marker=newest, hoverinfo="skip")]


def _say(figure: go.Figure, row: int, words: str, colours: Palette) -> None:
    muted = {"color": colours.muted}
    figure.add_annotation(x=0, xref="x2 domain", xanchor="left", y=row, text=words, showarrow=False, font=muted)
