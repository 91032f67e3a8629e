"""The rounds so far as one small line a language, beside the flags."""

from collections.abc import Callable
from dataclasses import dataclass

from lamm_core.charts.drawing import Part
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


@dataclass(frozen=True)
class Trends:
    """The right one of two panels side by side.

    Attributes:
        traces: its lines.
        words: annotations, in rows without a line.
        axis: of labels.
    """

    traces: list[Part]
    words: list[Part]
    axis: Part


def trends(rows: list[LanguageStatus], colours: Palette) -> Trends:
    """The figure of each round over labels, on the same scale in every row, and the target as a dashed line.

    Args:
        rows: languages, the lowest row first.
        colours: the theme's.
    """
    figures = [value for each in rows for _labels, value in each.trend] + [each.target for each in rows]
    lowest, spread = min(figures), max(max(figures) - min(figures), _LEAST_SPREAD)
    most = max((labels for each in rows for labels, _value in each.trend), default=0)
    traces, words = [], []
    for row, each in enumerate(rows):
        if len(each.trend) < 2:
            words.append(_said(row, _("one round so far") if each.trend else _("not measured yet"), colours))
            continue

        def height(value: float, row: int = row) -> float:
            return row + _BOTTOM + _HEIGHT * (value - lowest) / spread

        traces += _traces(each, height, most, colours)
    if not traces:
        # A panel without a point would not be drawn, nor would its words.
        point = _scatter(x=[0.5], y=[0], mode="markers", marker={"opacity": 0}, hoverinfo="skip")
        return Trends([point], words, axis(colours, range=[0, 1], showticklabels=False, showgrid=False))
    room = [-0.03 * most, 1.06 * most]
    return Trends(traces, words, axis(colours, showgrid=False, tickvals=[0, most], tickformat=",", range=room))


def _traces(each: LanguageStatus, height: Callable[[float], float], most: int, colours: Palette) -> list[Part]:
    x, y = [labels for labels, _value in each.trend], [height(value) for _labels, value in each.trend]
    target = _scatter(
        x=[0, most],
        y=[height(each.target)] * 2,
        mode="lines",
        line={"color": colours.muted, "width": 1, "dash": "3px,3px"},
        hoverinfo="skip",
    )
    told = _("%{customdata} at %{x:,} labels")
    line = _scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": colours.solid_flag, "width": 2},
        customdata=[number(value, ".1%") for _labels, value in each.trend],
        hovertemplate=f"<b>{language_name(each.language)}</b><br>{told}<extra></extra>",
    )
    newest = {"color": colours.solid_flag, "size": 7}
    return [target, line, _scatter(x=x[-1:], y=y[-1:], mode="markers", marker=newest, hoverinfo="skip")]


def _scatter(**values: object) -> Part:
    return {"type": "scatter", "xaxis": "x2", "yaxis": "y2", **values}


def _said(row: int, words: str, colours: Palette) -> Part:
    font = {"color": colours.muted}
    return {"x": 0, "xref": "x2 domain", "xanchor": "left", "y": row, "text": words, "showarrow": False, "font": font}
