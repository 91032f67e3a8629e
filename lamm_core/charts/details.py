"""One language in detail: what is confused with what, how good each class is, and how fast people label."""

import plotly.graph_objects as go

from lamm_core.charts.drawing import Part, drawn
from lamm_core.charts.layout import axis, base_layout, percents, plain, short
from lamm_core.charts.palette import Palette, mixed, readable, see_through
from lamm_core.records import LanguageState
from lamm_core.words import number, plural
from lamm_core.words import translate as _
from lamm_core.workflow.details import ClassFigure, LanguageDetails, Speed
from lamm_core.workflow.reasons import state_word

_BAR_PIXELS, _CLASS_PIXELS = 38, 56
# From here on a cell of the matrix has no room for numbers, which the pointer still tells.
_MOST_WRITTEN = 14
_ROWS_AND_WORDS = 150
_TICKS = [0, 25, 50, 75, 100]


def confusion_chart(details: LanguageDetails, colours: Palette) -> go.Figure | None:
    """Check items by true and predicted class: counts, shaded by their share of the true class.

    Returns:
        None without check items.
    """
    counts, names = _occurring(details)
    if not names:
        return None
    totals = [sum(row) for row in counts]
    shares = [[count / total if total else 0.0 for count in row] for row, total in zip(counts, totals, strict=True)]
    labels = [short(name) for name in names]
    full = mixed(colours.solid_flag, colours.ink, 0.25)
    size = len(names)
    cells = {
        "type": "heatmap",
        "z": shares,
        "x": list(range(size)),
        "y": list(range(size)),
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, colours.paper], [1, full]],
        "xgap": 1,
        "ygap": 1,
        "showscale": False,
        "customdata": [
            [_taken_for(plain(names[true]), plain(names[predicted])) for predicted in range(size)]
            for true in range(size)
        ],
        "text": [
            [_("{part:,} of {all:,}", part=counts[true][predicted], all=totals[true]) for predicted in range(size)]
            for true in range(size)
        ],
        "hovertemplate": "%{customdata}<br>" + _("%{text} check items, %{z:.0%}") + "<extra></extra>",
    }
    written = [
        {
            "x": predicted,
            "y": true,
            "text": _cell(counts[true][predicted], shares[true][predicted], size),
            "showarrow": False,
            "font": {"size": 12, "color": readable(mixed(colours.paper, full, shares[true][predicted]), colours)},
        }
        for true in range(size)
        for predicted in range(size)
        if counts[true][predicted] and size <= _MOST_WRITTEN
    ]
    ticks = {"tickvals": list(range(size)), "ticktext": labels, "showgrid": False, "automargin": True}
    layout = base_layout(colours) | {
        "shapes": _frames_of_the_diagonal(size, colours),
        "annotations": written,
        "height": max(260, min(46, 640 // size + 14) * size + _ROWS_AND_WORDS),
        "margin": {"l": 10, "r": 30, "t": 10, "b": 10},
        "plot_bgcolor": colours.track,  # shines through between the cells as a grid
        "xaxis": axis(colours, title=_("predicted class"), range=[-0.5, size - 0.5], **ticks),
        "yaxis": axis(colours, title=_("true class"), range=[size - 0.5, -0.5], **ticks),
    }
    return drawn([cells], layout)


def class_chart(details: LanguageDetails, colours: Palette) -> go.Figure | None:
    """How often the model is right about each class, with its 95 % interval, and the class's own target.

    Returns:
        None where no class has a check item.
    """
    figures = [each for each in details.class_figures if each.accuracy is not None]
    if not figures:
        return None
    # The weakest class on top; Plotly counts rows from below.
    figures.sort(key=lambda each: (-(each.accuracy or 0.0), each.class_name))
    rows = list(range(len(figures)))
    shares = [100 * (each.accuracy or 0.0) for each in figures]
    bars = {
        "type": "bar",
        "x": shares,
        "y": rows,
        "orientation": "h",
        "marker": _bar_colours(colours),
        "width": 0.5,
        "error_x": {
            "array": [100 * each.high - share for each, share in zip(figures, shares, strict=True)],
            "arrayminus": [share - 100 * each.low for each, share in zip(figures, shares, strict=True)],
            "color": colours.ink,
            "thickness": 1.5,
            "width": 4,
        },
        "customdata": [_told(each) for each in figures],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    layout = base_layout(colours) | {
        "shapes": [_target(row, each.target, colours) for row, each in enumerate(figures) if each.target is not None],
        "height": _CLASS_PIXELS * len(figures) + 70,
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "showlegend": False,
        "xaxis": axis(colours, range=[0, 104], tickangle=0, tickvals=_TICKS, ticktext=percents(_TICKS)),
        "yaxis": _rows([_row_words(each) for each in figures], colours),
    }
    return drawn([bars], layout)


def speed_chart(speeds: tuple[Speed, ...], colours: Palette) -> go.Figure | None:
    """Median seconds a label takes, annotator by annotator.

    Returns:
        None where no label has a time.
    """
    if not speeds:
        return None
    shown = sorted(speeds, key=lambda each: each.median_seconds, reverse=True)
    seconds = [each.median_seconds for each in shown]
    words = [
        plural(
            "{seconds:.1f} s ({count:,} label)",
            "{seconds:.1f} s ({count:,} labels)",
            each.labels,
            seconds=each.median_seconds,
        )
        for each in shown
    ]
    bars = {
        "type": "bar",
        "x": seconds,
        "y": list(range(len(shown))),
        "orientation": "h",
        "width": 0.55,
        "marker": _bar_colours(colours),
        "text": words,
        "textposition": "outside",
        "textfont": {"color": colours.ink},
        "cliponaxis": False,
        "hovertemplate": "%{text}<extra></extra>",
    }
    layout = base_layout(colours) | {
        "height": _BAR_PIXELS * len(shown) + 70,
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        # The words stand beside the longest bar too.
        "xaxis": axis(colours, title=_("median seconds a label"), range=[0, 1.6 * max([*seconds, 0.1])]),
        "yaxis": _rows([short(each.name) for each in shown], colours),
    }
    return drawn([bars], layout)


def _bar_colours(colours: Palette) -> Part:
    return {"color": see_through(colours.solid_flag, 0.35), "line": {"color": colours.solid_flag, "width": 1}}


def _rows(words: list[str], colours: Palette) -> Part:
    """An axis with one bar a row, named from below."""
    return axis(
        colours,
        tickvals=list(range(len(words))),
        ticktext=words,
        range=[-0.6, len(words) - 0.4],
        showgrid=False,
        tickfont={"color": colours.ink},
    )


def _taken_for(true: str, predicted: str) -> str:
    if true == predicted:
        return _("<b>{true}</b>, right", true=true)
    return _("<b>{true}</b> taken for <b>{predicted}</b>", true=true, predicted=predicted)


def _cell(count: int, share: float, size: int) -> str:
    """A count, and its share where there is room."""
    return f"<b>{number(count, ',')}</b><br>{number(share, '.0%')}" if size <= 10 else number(count, ",")


def _occurring(details: LanguageDetails) -> tuple[list[list[int]], list[str]]:
    """The matrix without classes that no check item has and none was taken for."""
    counts = details.confusion.tolist()
    kept = [place for place in range(len(counts)) if sum(counts[place]) or sum(row[place] for row in counts)]
    return [[int(counts[true][predicted]) for predicted in kept] for true in kept], [
        details.classes[place] for place in kept
    ]


def _frames_of_the_diagonal(size: int, colours: Palette) -> list[Part]:
    """What is right stands in a frame, for readers without colours."""
    line = {"color": colours.ink, "width": 2}
    return [
        {"type": "rect", "x0": at - 0.5, "x1": at + 0.5, "y0": at - 0.5, "y1": at + 0.5, "line": line}
        for at in range(size)
    ]


def _target(row: int, target: float, colours: Palette) -> Part:
    line, at = {"color": colours.ink, "width": 2, "dash": "3px,2px"}, 100 * target
    return {"type": "line", "x0": at, "x1": at, "y0": row - 0.42, "y1": row + 0.42, "line": line}


def _row_words(each: ClassFigure) -> str:
    """Name and numbers beside the bar, where there is room for them on small screens too."""
    figures = {"accuracy": each.accuracy, "part": each.correct, "all": each.checked}
    told = _("{accuracy:.0%}, {part:,} of {all:,}", **figures)
    return f"<b>{short(each.class_name)}</b><br>{told}{_standing(each)}"


def _standing(each: ClassFigure) -> str:
    if each.target is None:
        return ""
    return "<br>" + _("target {target:.0%}: {state}", target=each.target, state=state_word(_state(each)))


def _state(each: ClassFigure) -> LanguageState:
    return each.state or LanguageState.UNMEASURED


def _told(each: ClassFigure) -> str:
    lines = [
        f"<b>{plain(each.class_name)}</b>",
        _("{part:,} of {all:,} check items right", part=each.correct, all=each.checked),
        _("95% interval {low:.0%} to {high:.0%}", low=each.low, high=each.high),
    ]
    return "<br>".join(lines) + _standing(each)
