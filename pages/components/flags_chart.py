"""The flags, as in the paper's Figure 1: a solid flag where a language is, a chequered flag where it must go."""

from typing import Any

import plotly.graph_objects as go

from lamm_core.language_names import language_name
from lamm_core.workflow.status import LanguageStatus, ProjectStatus
from pages.components.palette import Palette

_ROW_PIXELS = 74
_POLE = 34  # pixels
_FLAG_WIDTH, _FLAG_HEIGHT = 22, 15
_CHECKS = (4, 3)  # columns and rows of the chequered flag
_LEFT, _RIGHT = -1, 1
_TICKS = list(range(0, 101, 20))


def flags_chart(status: ProjectStatus, colours: Palette) -> go.Figure:
    """One row a language, largest gap on top, all on one scale from 0 to 100 %."""
    rows = list(reversed(status.languages))
    figure = go.Figure()
    shapes: list[dict[str, Any]] = []
    for row, each in enumerate(rows):
        shapes += _track(row, each, colours)
        shapes += _flags(row, each, colours)
        _add_words(figure, row, each, colours)
    figure.add_trace(_hover(rows))
    figure.update_layout(
        shapes=shapes,
        height=_ROW_PIXELS * len(rows) + 60,
        margin={"l": 10, "r": 30, "t": 10, "b": 40},
        showlegend=False,
        hoverlabel={"align": "left"},
        xaxis={
            "range": [-1, 103],
            "tickvals": _TICKS,
            "ticktext": [f"{tick}%" for tick in _TICKS],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        yaxis={
            "range": [-0.45, len(rows) - 0.3],
            "tickvals": list(range(len(rows))),
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
            "ticktext": [f"<b>{language_name(each.language)}</b>  " for each in rows],
        },
    )
    return figure


def _track(row: int, each: LanguageStatus, colours: Palette) -> list[dict[str, Any]]:
    """The scale's line, the gap that is left, and the interval of the accuracy."""
    parts = [_line(row, 0, 100, colours.track, 6)]
    if each.measured.accuracy is not None:
        if each.gap > 0:
            parts.append(_line(row, 100 * each.measured.accuracy, 100 * each.target, colours.gap, 6))
        low, high = each.measured.interval
        parts.append(_line(row, 100 * low, 100 * high, colours.muted, 2))
    return parts


def _line(row: int, start: float, end: float, colour: str, width: int) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": start,
        "x1": end,
        "y0": row,
        "y1": row,
        "layer": "below",
        "line": {"color": colour, "width": width},
    }


def _flags(row: int, each: LanguageStatus, colours: Palette) -> list[dict[str, Any]]:
    """Both flags, flying away from each other, so that neither hides the other however close they stand."""
    accuracy = each.measured.accuracy
    if accuracy is None:
        return _chequered_flag(row, each.target, _RIGHT, colours)
    towards = _RIGHT if accuracy >= each.target else _LEFT
    return _chequered_flag(row, each.target, -towards, colours) + _solid_flag(row, accuracy, towards, colours)


def _solid_flag(row: int, accuracy: float, side: int, colours: Palette) -> list[dict[str, Any]]:
    top, middle, bottom = _POLE, _POLE - _FLAG_HEIGHT / 2, _POLE - _FLAG_HEIGHT
    tip, notch = side * _FLAG_WIDTH, side * (_FLAG_WIDTH - 6)
    flag = _anchored(row, accuracy) | {
        "type": "path",
        "path": f"M 0 {top} L {tip} {top} L {notch} {middle} L {tip} {bottom} L 0 {bottom} Z",
        "fillcolor": colours.solid_flag,
        "line": {"width": 1, "color": colours.solid_flag},
    }
    return [_pole(row, accuracy, colours.solid_flag), flag]


def _chequered_flag(row: int, target: float, side: int, colours: Palette) -> list[dict[str, Any]]:
    columns, lines = _CHECKS
    width, height = side * _FLAG_WIDTH / columns, _FLAG_HEIGHT / lines
    cloth = _box(row, target, (0, side * _FLAG_WIDTH), (_POLE - _FLAG_HEIGHT, _POLE), colours.paper, colours.ink)
    checks = [
        _box(
            row,
            target,
            (column * width, (column + 1) * width),
            (_POLE - (line + 1) * height, _POLE - line * height),
            colours.ink,
            None,
        )
        for column in range(columns)
        for line in range(lines)
        if (column + line) % 2 == 0
    ]
    return [_pole(row, target, colours.ink), cloth, *checks]


def _pole(row: int, share: float, colour: str) -> dict[str, Any]:
    return _anchored(row, share) | {
        "type": "line",
        "x0": 0,
        "x1": 0,
        "y0": -5,
        "y1": _POLE,
        "line": {"color": colour, "width": 2},
    }


def _box(
    row: int, share: float, across: tuple[float, float], up: tuple[float, float], fill: str, edge: str | None
) -> dict[str, Any]:
    return _anchored(row, share) | {
        "type": "rect",
        "x0": across[0],
        "x1": across[1],
        "y0": up[0],
        "y1": up[1],
        "fillcolor": fill,
        "line": {"width": 1 if edge else 0, "color": edge or fill},
    }


def _anchored(row: int, share: float) -> dict[str, Any]:
    """Sizes in pixels around a point of the chart, so that flags keep their form at every width."""
    return {"xsizemode": "pixel", "ysizemode": "pixel", "xanchor": 100 * share, "yanchor": row}


def _add_words(figure: go.Figure, row: int, each: LanguageStatus, colours: Palette) -> None:
    """The two numbers, under the line, each on the side to which its flag flies."""
    accuracy = each.measured.accuracy
    side = _RIGHT if accuracy is not None and accuracy < each.target else _LEFT
    if accuracy is None:
        _add_word(figure, row, 0.0, _RIGHT, "not measured yet", colours.muted)
        side = _RIGHT
    else:
        _add_word(figure, row, accuracy, -side, f"<b>{accuracy:.0%}</b>", colours.solid_flag)
    _add_word(figure, row, each.target, side, f"{each.target:.0%}", colours.muted)


def _add_word(figure: go.Figure, row: int, share: float, side: int, words: str, colour: str) -> None:
    figure.add_annotation(
        x=100 * share,
        y=row,
        text=words,
        showarrow=False,
        yshift=-15,
        xshift=2 * side,
        xanchor="left" if side == _RIGHT else "right",
        font={"color": colour, "size": 13},
    )


def _hover(rows: list[LanguageStatus]) -> go.Scatter:
    return go.Scatter(
        x=[100 * (each.measured.accuracy or 0) for each in rows],
        y=list(range(len(rows))),
        mode="markers",
        marker={"size": 26, "opacity": 0},
        customdata=[_details(each) for each in rows],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _details(each: LanguageStatus) -> str:
    low, high = each.measured.interval
    measured = (
        f"{each.measured.correct} of {each.measured.checked} check items right, 95% interval {low:.0%} to {high:.0%}"
        if each.measured.checked
        else "no check items measured yet"
    )
    return f"<b>{language_name(each.language)}</b><br>{measured}<br>{each.labels:,} of {each.pool:,} texts labelled"
