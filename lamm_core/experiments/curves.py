"""Accuracy over labels as a plotly figure: one small chart a language, one line a strategy."""

import html
import math
from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from lamm_core.experiments.backtest import BacktestResult
from lamm_core.experiments.lines import Line, lines_of
from lamm_core.experiments.targets import target_in_words, target_of

MOST_COLUMNS = 3
_CHART_HEIGHT = 250  # pixels
_HEAD_AND_FOOT = 130
_BAND_OPACITY = 0.15


def curves_figure(results: Sequence[BacktestResult]) -> go.Figure:
    """Test accuracy at each number of labels, mean over seeds, in a band of plus and minus one standard error.

    Args:
        results: results of one task, at least one.

    Returns:
        A figure without colours of its own for paper and ink, so that the page gives them.
    """
    languages = results[0].languages
    columns = min(MOST_COLUMNS, len(languages))
    rows = math.ceil(len(languages) / columns)
    figure = make_subplots(
        rows=rows,
        cols=columns,
        shared_yaxes="all",
        subplot_titles=[_plain(language) for language in languages],
        horizontal_spacing=0.04,
        vertical_spacing=0.3 / rows if rows > 1 else 0,
    )
    for place, language in enumerate(languages):
        where = {"row": place // columns + 1, "col": place % columns + 1}
        for line in lines_of(results, language):
            if line.error is not None:
                figure.add_trace(_band(line), **where)
            figure.add_trace(_curve(line, in_legend=place == 0), **where)
        figure.add_trace(_target(results[0], language, in_legend=place == 0), **where)
    _arrange(figure, rows)
    return figure


def _curve(line: Line, *, in_legend: bool) -> go.Scatter:
    errors = [""] * len(line.labels) if line.error is None else [f" ± {error:.3f}" for error in line.error]
    return go.Scatter(
        x=list(line.labels),
        y=line.accuracy.tolist(),
        name=_plain(line.name),
        legendgroup=line.name,
        showlegend=in_legend,
        mode="lines+markers" if len(line.labels) == 1 else "lines",
        line={"color": line.colour, "dash": line.dash, "width": 2},
        customdata=errors,
        hovertemplate="%{x:,} labels: %{y:.3f}%{customdata}",
    )


def _band(line: Line) -> go.Scatter:
    error = 0 if line.error is None else line.error
    low, high = (line.accuracy - error).tolist(), (line.accuracy + error).tolist()
    return go.Scatter(
        x=[*line.labels, *reversed(line.labels)],
        y=[*high, *reversed(low)],
        legendgroup=line.name,
        showlegend=False,
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=_see_through(line.colour),
        hoverinfo="skip",
    )


def _target(result: BacktestResult, language: str, *, in_legend: bool) -> go.Scatter:
    return go.Scatter(
        x=[result.labels[0], result.labels[-1]],
        y=[target_of(result.target, language)] * 2,
        name=target_in_words(result.target),
        legendgroup="the target",
        showlegend=in_legend,
        mode="lines",
        line={"color": "#808080", "width": 1},
        hoverinfo="skip",
    )


def _arrange(figure: go.Figure, rows: int) -> None:
    height = rows * _CHART_HEIGHT + _HEAD_AND_FOOT
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 60, "r": 20, "t": 90, "b": 55},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, sans-serif", "size": 13},
        legend={"orientation": "h", "y": 1 + 45 / (height - 145), "yanchor": "bottom", "x": 0},
        hovermode="x",
    )
    figure.update_xaxes(gridcolor="rgba(128,128,128,0.25)", zeroline=False, tickformat=",")
    figure.update_yaxes(gridcolor="rgba(128,128,128,0.25)", zeroline=False, tickformat=".2f")
    figure.update_xaxes(title_text="labels", row=rows)
    figure.update_yaxes(title_text="accuracy", col=1)


def _plain(name: str) -> str:
    """A name that plotly shows as it is, instead of reading tags from it; it knows no way to write a quote."""
    return html.escape(name, quote=False)


def _see_through(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{_BAND_OPACITY})"
