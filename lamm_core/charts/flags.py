"""The flags, as in the paper's Figure 1: a solid flag where a language is, a chequered flag where it must go.

One line a language, its rounds so far at its right end. The status is told by a word and by the form of the solid flag
(ticked, filled, hollow, crossed out), so that nothing depends on colour.
"""

import plotly.graph_objects as go

from lamm_core.charts.drawing import Part, drawn
from lamm_core.charts.layout import axis, base_layout, percents
from lamm_core.charts.palette import Palette, see_through
from lamm_core.charts.trends import trends
from lamm_core.charts.words import figure_word
from lamm_core.language_names import language_name
from lamm_core.records import LanguageState
from lamm_core.words import number
from lamm_core.words import translate as _
from lamm_core.workflow.reasons import state_word
from lamm_core.workflow.status import LanguageStatus, ProjectStatus

_ROW_PIXELS = 74
_HEAD_PIXELS, _FOOT_PIXELS = 50, 36
_POLE = 34  # pixels
_FLAG_WIDTH, _FLAG_HEIGHT = 22, 15
_CHECKS = (4, 3)  # columns and rows of the chequered flag
_LEFT, _RIGHT = -1, 1
_TICKS = list(range(0, 101, 20))
# Where the two panels begin and end, of the chart's width: 3 % lie between them.
_PANELS = ((0.0, 0.7178), (0.7478, 1.0))
# So near to 0 a flag that flies to the left would leave the chart.
_NEAR_ZERO = 0.05


def flags_chart(status: ProjectStatus, colours: Palette) -> go.Figure:
    """One row a language, the one most in need on top, all on one scale from 0 to 100 %."""
    rows = list(reversed(status.languages))
    shapes, numbers = [_divider(row, colours) for row in range(1, len(rows))], []
    for row, each in enumerate(rows):
        shapes += _scale(row, each, colours)
        shapes += _flags(row, each, colours)
        numbers += _numbers(row, each, colours)
    past = trends(rows, colours)
    layout = base_layout(colours) | {
        "shapes": shapes,
        "annotations": [*numbers, *past.words, *_heads(status, colours)],
        "height": _ROW_PIXELS * len(rows) + _HEAD_PIXELS + _FOOT_PIXELS,
        "margin": {"l": 10, "r": 12, "t": _HEAD_PIXELS, "b": _FOOT_PIXELS},
        "showlegend": False,
        "hovermode": "closest",
        **_axes(rows, past.axis, colours),
    }
    return drawn([_hover(rows, status), *past.traces], layout)


def _axes(rows: list[LanguageStatus], of_trends: Part, colours: Palette) -> Part:
    """The scale on the left, the labels on the right, and the rows that both panels share."""
    of_rows = axis(
        colours,
        range=[-0.5, len(rows) - 0.5],
        tickvals=list(range(len(rows))),
        ticktext=[f"<b>{language_name(each.language)}</b><br>{state_word(each.state)}" for each in rows],
        showgrid=False,
        tickfont={"color": colours.ink, "size": 13},
    )
    scale = axis(colours, range=[-1, 113], tickvals=_TICKS, ticktext=percents(_TICKS), showgrid=False)
    left, right = _PANELS
    return {
        "xaxis": scale | {"anchor": "y", "domain": left},
        "xaxis2": of_trends | {"anchor": "y2", "domain": right},
        "yaxis": of_rows | {"anchor": "x"},
        "yaxis2": of_rows | {"anchor": "x2", "matches": "y", "showticklabels": False},
    }


def _divider(row: int, colours: Palette) -> Part:
    line = {"color": colours.track, "width": 1}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": row - 0.5, "y1": row - 0.5, "line": line}


# the scale with its flags


def _scale(row: int, each: LanguageStatus, colours: Palette) -> list[Part]:
    """The scale's line, the gap that is left, and the interval of the figure."""
    parts = [_line(row, 0, 100, colours.track, 4)]
    figure = each.measured.estimate
    if figure is None:
        return parts
    if figure < each.target:
        parts.append(_line(row, 100 * figure, 100 * each.target, colours.gap, 6))
    low, high = (100 * bound for bound in each.measured.interval)
    band = {
        "type": "rect",
        "x0": low,
        "x1": high,
        **_upwards(row, -6, 6),
        "fillcolor": see_through(colours.solid_flag, 0.2),
        "line": {"width": 1, "color": see_through(colours.solid_flag, 0.55)},
    }
    return [*parts, band, *(_cap(row, end, colours) for end in (low, high))]


def _cap(row: int, end: float, colours: Palette) -> Part:
    """The end of an interval, for readers without colours."""
    return {
        "type": "line",
        "x0": end,
        "x1": end,
        **_upwards(row, -9, 9),
        "line": {"color": colours.solid_flag, "width": 2},
    }


def _line(row: int, start: float, end: float, colour: str, width: int) -> Part:
    return {
        "type": "line",
        "x0": start,
        "x1": end,
        "y0": row,
        "y1": row,
        "layer": "below",
        "line": {"color": colour, "width": width},
    }


def _flags(row: int, each: LanguageStatus, colours: Palette) -> list[Part]:
    """Both flags, flying away from each other, so that neither hides the other however close they stand."""
    figure = each.measured.estimate
    if figure is None:
        return _chequered_flag(row, each.target, _RIGHT, colours)
    away = _side(figure, each.target)
    return _chequered_flag(row, each.target, -away, colours) + _solid_flag(row, figure, away, each.state, colours)


def _side(figure: float, target: float) -> int:
    """Where the solid flag flies to: away from the target."""
    return _RIGHT if figure >= target else _LEFT


def _inwards(share: float, side: int) -> int:
    """At 0 there is no room on the left."""
    return _RIGHT if share < _NEAR_ZERO else side


def _solid_flag(row: int, figure: float, side: int, state: LanguageState, colours: Palette) -> list[Part]:
    """Where a language is: ticked when met, filled when missed, hollow when not proven, crossed when out of reach."""
    side = _inwards(figure, side)
    top, middle, bottom = _POLE, _POLE - _FLAG_HEIGHT / 2, _POLE - _FLAG_HEIGHT
    tip, notch = side * _FLAG_WIDTH, side * (_FLAG_WIDTH - 6)
    filled = state in (LanguageState.MET, LanguageState.MISSED)
    flag = _anchored(row, figure) | {
        "type": "path",
        "path": f"M 0 {top} L {tip} {top} L {notch} {middle} L {tip} {bottom} L 0 {bottom} Z",
        "fillcolor": colours.solid_flag if filled else colours.paper,
        "line": {"width": 2, "color": colours.solid_flag},
    }
    parts = [_pole(row, figure, colours.solid_flag), flag]
    centre = side * (_FLAG_WIDTH - 5) / 2
    if state is LanguageState.MET:
        tick = f"M {centre - 5} {middle} L {centre - 1} {middle - 4} L {centre + 5} {middle + 4}"
        parts.append(_stroke(row, figure, tick, colours.paper))
    if state is LanguageState.OUT_OF_REACH:
        for slope in (1, -1):
            cross = f"M {centre - 11} {middle - slope * 9} L {centre + 11} {middle + slope * 9}"
            parts.append(_stroke(row, figure, cross, colours.ink))
    return parts


def _stroke(row: int, share: float, path: str, colour: str) -> Part:
    # A transparent filling, as Plotly would close an open path with an opaque one.
    return _anchored(row, share) | {
        "type": "path",
        "path": path,
        "fillcolor": "rgba(0,0,0,0)",
        "line": {"width": 2, "color": colour},
    }


def _chequered_flag(row: int, target: float, side: int, colours: Palette) -> list[Part]:
    side = _inwards(target, side)
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


def _pole(row: int, share: float, colour: str) -> Part:
    return _anchored(row, share) | {
        "type": "line",
        "x0": 0,
        "x1": 0,
        "y0": -6,
        "y1": _POLE,
        "line": {"color": colour, "width": 2},
    }


def _box(
    row: int, share: float, across: tuple[float, float], up: tuple[float, float], fill: str, edge: str | None
) -> Part:
    return _anchored(row, share) | {
        "type": "rect",
        "x0": across[0],
        "x1": across[1],
        "y0": up[0],
        "y1": up[1],
        "fillcolor": fill,
        "line": {"width": 1 if edge else 0, "color": edge or fill},
    }


def _anchored(row: int, share: float) -> Part:
    """Sizes in pixels around a point of the chart, so that flags keep their form at every width."""
    return {"xsizemode": "pixel", "ysizemode": "pixel", "xanchor": 100 * share, "yanchor": row - 0.08}


def _upwards(row: int, bottom: int, top: int) -> Part:
    """A height in pixels around the line of a row."""
    return {"ysizemode": "pixel", "yanchor": row - 0.08, "y0": bottom, "y1": top}


def _numbers(row: int, each: LanguageStatus, colours: Palette) -> list[Part]:
    """The two numbers, under the line, each on the side to which its flag flies."""
    share = each.measured.estimate
    if share is None:
        return [
            _number(row, 0.0, _RIGHT, state_word(LanguageState.UNMEASURED), colours.muted),
            _number(row, each.target, _RIGHT, number(each.target, ".0%"), colours.muted),
        ]
    away, now, then = _side(share, each.target), number(share, ".0%"), number(each.target, ".0%")
    return [
        _number(row, share, _inwards(share, away), f"<b>{now}</b>", colours.solid_flag),
        _number(row, each.target, _inwards(each.target, -away), then, colours.muted),
    ]


def _number(row: int, share: float, side: int, words: str, colour: str) -> Part:
    return {
        "x": 100 * share,
        "y": row - 0.08,
        "text": words,
        "showarrow": False,
        "yshift": -17,
        "xshift": 2 * side,
        "xanchor": "left" if side == _RIGHT else "right",
        "font": {"color": colour, "size": 13},
    }


def _hover(rows: list[LanguageStatus], status: ProjectStatus) -> Part:
    return {
        "type": "scatter",
        "xaxis": "x",
        "yaxis": "y",
        "x": [100 * (each.measured.estimate or 0) for each in rows],
        "y": list(range(len(rows))),
        "mode": "markers",
        "marker": {"size": 30, "opacity": 0},
        "customdata": [_told(each, status) for each in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _told(each: LanguageStatus, status: ProjectStatus) -> str:
    lines = [f"<b>{language_name(each.language)}</b>: {state_word(each.state)}"]
    if each.measured.estimate is None:
        lines.append(_("no check items measured yet"))
    else:
        low, high = each.measured.interval
        lines.append(
            _(
                "{figure} {value:.1%}, 95% interval {low:.0%} to {high:.0%}",
                figure=figure_word(status.project.settings.metric),
                value=each.measured.estimate,
                low=low,
                high=high,
            )
        )
        right = {"part": each.measured.correct, "all": each.measured.checked}
        lines.append(_("{part} of {all} check items right", **right))
    lines.append(_("target {target:.1%}", target=each.target))
    lines.append(_("{part:,} of {all:,} texts labelled", part=each.labels, all=each.pool))
    return "<br>".join(lines)


def _heads(status: ProjectStatus, colours: Palette) -> list[Part]:
    word = figure_word(status.project.settings.metric)
    return [
        {
            "x": 0,
            "xref": f"{panel} domain",
            "xanchor": "left",
            "y": 1,
            "yref": "paper",
            "yanchor": "bottom",
            "yshift": 4,
            "text": words,
            "showarrow": False,
            "font": {"color": colours.muted, "size": 12},
        }
        for panel, words in (("x", _("{figure} and target", figure=word)), ("x2", _("by labels")))
    ]
