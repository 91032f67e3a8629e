"""What all charts share: fonts and colours that do not depend on the page around them, safe text, picture files."""

import html
from collections.abc import Sequence
from typing import Any

from lamm_core.charts.palette import Palette
from lamm_core.paths import download_name
from lamm_core.words import number, separators

_FONT = '"Source Sans", "Source Sans 3", "Source Sans Pro", system-ui, "Noto Sans", sans-serif'
_LONGEST_LABEL = 24

# Above the chart, in as many lines as it takes.
LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}


def base_layout(colours: Palette) -> dict[str, Any]:
    """Layout of a chart that looks the same on the page, as a picture and in the report."""
    return {
        "paper_bgcolor": colours.paper,
        "plot_bgcolor": colours.paper,
        "font": {"family": _FONT, "size": 13, "color": colours.ink},
        "separators": separators(),
        "hoverlabel": {
            "align": "left",
            "bgcolor": colours.paper,
            "bordercolor": colours.muted,
            "font": {"family": _FONT, "size": 13, "color": colours.ink},
        },
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": colours.muted, "activecolor": colours.ink},
        "colorway": [colours.solid_flag],
    }


def axis(colours: Palette, title: str = "", **more: Any) -> dict[str, Any]:
    """An axis with a thin grid, which cannot be dragged."""
    return {
        "gridcolor": colours.track,
        "linecolor": colours.track,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"color": colours.muted},
        "title": {"text": title, "font": {"color": colours.muted, "size": 13}},
    } | more


def percents(ticks: Sequence[int]) -> list[str]:
    """The words at the ticks of an axis from 0 to 100 %."""
    return [number(tick / 100, ".0%") for tick in ticks]


def config(project: str, view: str) -> dict[str, Any]:
    """Plotly's settings for a chart: one button, which saves it as a PNG.

    Args:
        project: name of the project.
        view: what the chart shows; both make the name of the file.
    """
    return {
        "displaylogo": False,
        "displayModeBar": True,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "filename": download_name(project, view), "scale": 2},
    }


def plain(text: str) -> str:
    """Text of users in a chart, where a few tags would count as markup."""
    return html.escape(text, quote=False)


def short(text: str, longest: int = _LONGEST_LABEL) -> str:
    """The beginning of a name that would leave no room for the chart."""
    return plain(text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…")
