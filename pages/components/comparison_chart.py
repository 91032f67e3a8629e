"""Accuracy over labels of each strategy: the mean of all languages, and one small chart a language."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from lamm_core.charts.palette import Palette, line_styles, see_through
from lamm_core.comparison import Compared, Line
from lamm_core.language_names import language_name
from lamm_core.words import in_context, separators
from lamm_core.words import translate as _

_COLUMNS = 3
_SMALL_HEIGHT = 230
_LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "title": None}
_MARGIN = {"l": 10, "r": 10, "t": 40, "b": 10}


def mean_chart(found: Compared, colours: Palette) -> go.Figure:
    """Mean accuracy of all languages over labels, a band for each strategy; a dotted line where accuracies are told."""
    figure = go.Figure()
    styles = line_styles(len(found.strategies))
    for each, style in zip(found.strategies, styles, strict=True):
        name = _("{strategy} (yours)", strategy=each.name) if each is found.own else each.name
        for trace in _traces(found.labels, each.mean, name, style, in_legend=True, width=3 if each is found.own else 2):
            figure.add_trace(trace)
    figure.add_vline(found.labels_at_point, line={"dash": "2px,4px", "width": 1, "color": colours.muted})
    figure.update_layout(
        height=400,
        separators=separators(),
        legend=_LEGEND,
        margin=_MARGIN,
        hovermode="x unified",
        xaxis={"title": in_context("axis", "labels"), "tickformat": ","},
        yaxis={"title": _("accuracy"), "ticksuffix": "%"},
    )
    return figure


def language_charts(found: Compared, colours: Palette) -> go.Figure:
    """One small chart a language, its target as a dashed line."""
    languages = list(found.targets)
    columns = min(_COLUMNS, len(languages))
    rows = math.ceil(len(languages) / columns)
    figure = make_subplots(
        rows=rows,
        cols=columns,
        shared_yaxes="all",
        subplot_titles=[language_name(each) for each in languages],
        horizontal_spacing=0.03,
        vertical_spacing=0.28 / rows if rows > 1 else 0,
    )
    styles = line_styles(len(found.strategies))
    for place, language in enumerate(languages):
        where = {"row": place // columns + 1, "col": place % columns + 1}
        for each, style in zip(found.strategies, styles, strict=True):
            for trace in _traces(found.labels, each.languages[language], each.name, style, in_legend=place == 0):
                figure.add_trace(trace, **where)
        target = {"dash": "4px,4px", "width": 1, "color": colours.muted}
        figure.add_hline(100 * found.targets[language], line=target, **where)
    height = rows * _SMALL_HEIGHT + 70
    legend = _LEGEND | {"y": 1 + 40 / height}
    figure.update_layout(height=height, separators=separators(), legend=legend, margin=_MARGIN | {"t": 70})
    figure.update_xaxes(tickformat=",")
    figure.update_xaxes(title_text=in_context("axis", "labels"), row=rows)
    figure.update_yaxes(ticksuffix="%")
    return figure


def _traces(
    labels: Sequence[int],
    line: Line,
    name: str,
    style: tuple[str, str],
    *,
    in_legend: bool,
    width: float = 2,
) -> list[go.Scatter]:
    """The band and the line of one strategy; a click on the legend hides both."""
    colour, dash = style
    points = list(zip(line.accuracy, line.error, strict=True))
    high = [100 * (accuracy + error) for accuracy, error in points]
    low = [100 * (accuracy - error) for accuracy, error in points]
    band = go.Scatter(
        x=[*labels, *reversed(labels)],
        y=[*high, *reversed(low)],
        legendgroup=name,
        showlegend=False,
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=see_through(colour, 0.14),
        hoverinfo="skip",
    )
    curve = go.Scatter(
        x=list(labels),
        y=[100 * accuracy for accuracy in line.accuracy],
        customdata=[100 * error for error in line.error],
        name=name,
        legendgroup=name,
        showlegend=in_legend,
        mode="lines",
        line={"color": colour, "dash": dash, "width": width},
        hovertemplate="%{y:.1f}% ± %{customdata:.1f}",
    )
    return [band, curve]
