"""Drift over the rounds: which share of a language's texts is unlike its check set, with its interval."""

import plotly.graph_objects as go

from lamm_core.charts.drawing import Part, drawn
from lamm_core.charts.layout import LEGEND, axis, base_layout
from lamm_core.charts.palette import Palette, see_through
from lamm_core.records import DriftPart, RoundDrift
from lamm_core.words import in_context, number
from lamm_core.words import translate as _
from lamm_core.workflow.drift_details import LanguageDrift
from lamm_core.workflow.drift_words import part_words

_ROOM_FOR_ROUNDS = 8


def drift_chart(drift: LanguageDrift, colours: Palette) -> go.Figure | None:
    """The share in every round with its 95 % interval, of all other texts and of the newest.

    Returns:
        None where no round had enough texts to tell.
    """
    told = [(number_, seen) for number_, seen in drift.rounds if seen.share is not None]
    if not told:
        return None
    traces = []
    for part, colour, dash, symbol in (
        (DriftPart.ALL, colours.solid_flag, "solid", "circle"),
        (DriftPart.NEWEST, colours.ink, "5px,3px", "diamond"),
    ):
        points = [(number_, seen) for number_, seen in told if seen.part is part]
        if points:
            traces.append(_line(points, part, (colour, dash, symbol), colours))
    rounds = [number_ for number_, _seen in told]
    highest = max(seen.high or 0.0 for _number, seen in told)
    layout = base_layout(colours) | {
        "height": 280,
        "showlegend": True,
        "legend": LEGEND,
        "margin": {"l": 10, "r": 10, "t": 40, "b": 10},
        # A few rounds would stand far apart, and no axis shall tell of half a round.
        "xaxis": axis(
            colours,
            title=_("round"),
            dtick=max(1, (max(rounds) - min(rounds)) // _ROOM_FOR_ROUNDS),
            range=[min(rounds) - 0.5, max(max(rounds), min(rounds) + _ROOM_FOR_ROUNDS - 1) + 0.5],
        ),
        "yaxis": axis(
            colours,
            title=_("unlike the check set"),
            ticksuffix="%",
            range=[-2, max(20.0, min(102.0, 105 * highest))],
        ),
    }
    return drawn(traces, layout)


def _line(points: list[tuple[int, RoundDrift]], part: DriftPart, style: tuple[str, str, str], colours: Palette) -> Part:
    """Shares with whiskers; a filled mark where drift is shown, a hollow one where it is not."""
    colour, dash, symbol = style
    shares = [100 * (seen.share or 0.0) for _number, seen in points]
    return {
        "type": "scatter",
        "x": [number_ for number_, _seen in points],
        "y": shares,
        "mode": "lines+markers",
        "name": in_context("texts", "newest texts") if part is DriftPart.NEWEST else _("all other texts"),
        "line": {"color": see_through(colour, 0.6), "dash": dash, "width": 1.5},
        "marker": {
            "symbol": symbol,
            "size": 9,
            "color": [colour if seen.found else colours.paper for _number, seen in points],
            "line": {"color": colour, "width": 1.5},
        },
        "error_y": {
            "array": [100 * (seen.high or 0.0) - share for (_number, seen), share in zip(points, shares, strict=True)],
            "arrayminus": [
                share - 100 * (seen.low or 0.0) for (_number, seen), share in zip(points, shares, strict=True)
            ],
            "color": colour,
            "thickness": 1.2,
            "width": 3,
        },
        "customdata": [_told(number_, seen) for number_, seen in points],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _told(round_number: int, seen: RoundDrift) -> str:
    return "<br>".join(
        [
            f"<b>{number(seen.share or 0.0, '.0%')}</b>, "
            + _("95% interval {low:.0%} to {high:.0%}", low=seen.low or 0.0, high=seen.high or 0.0),
            _("{texts:,} texts, {checked:,} check texts", texts=seen.texts, checked=seen.checked),
            part_words(seen),
            _("round {number}: drift is shown", number=round_number)
            if seen.found
            else _("round {number}: no drift is shown", number=round_number),
        ]
    )
