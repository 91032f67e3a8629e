"""The history of a project: accuracy over labels, and what each round took from each language."""

from collections.abc import Sequence

import plotly.graph_objects as go

from lamm_core.language_names import language_name
from lamm_core.records import RoundLanguage
from lamm_core.workflow.status import RoundHistory
from pages.components.palette import Palette, language_styles

_ROOM_FOR_ROUNDS = 8
_LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "title": None}


def accuracy_chart(history: Sequence[RoundHistory], colours: Palette) -> go.Figure:
    """Accuracy on the check set of each language, by labels at the time; targets as dashed lines."""
    styles = language_styles(_languages(history))
    figure = go.Figure()
    for language, (colour, dash) in styles.items():
        points = [(entry, found) for entry in history for found in _of(entry, language) if found.checked]
        figure.add_trace(
            go.Scatter(
                x=[entry.round.labels for entry, _ in points],
                y=[100 * found.correct / found.checked for _, found in points],
                customdata=[[entry.round.number, found.correct, found.checked] for entry, found in points],
                mode="lines+markers",
                name=language_name(language),
                line={"color": colour, "dash": dash, "width": 2},
                marker={"size": 7},
                hovertemplate="%{y:.1f}% (%{customdata[1]} of %{customdata[2]})<br>round %{customdata[0]}, %{x} labels",
            )
        )
    for target in sorted({each.target for each in history[-1].languages}):
        figure.add_hline(
            100 * target,
            line={"dash": "4px,4px", "width": 1, "color": colours.muted},
            annotation={"text": f"target {target:.0%}", "font": {"color": colours.muted}},
            annotation_position="top left",
        )
    figure.update_layout(
        height=380,
        legend=_LEGEND,
        margin={"l": 10, "r": 10, "t": 40, "b": 10},
        xaxis={"title": "labels", "rangemode": "tozero"},
        yaxis={"title": "accuracy", "ticksuffix": "%", "range": [_floor(history), 101]},
    )
    return figure


def quota_chart(history: Sequence[RoundHistory]) -> go.Figure:
    """How each round split its batch over the languages."""
    figure = go.Figure()
    for language, (colour, _) in language_styles(_languages(history)).items():
        figure.add_trace(
            go.Bar(
                x=[f"{entry.round.number}" for entry in history],
                y=[sum(found.quota for found in _of(entry, language)) for entry in history],
                name=language_name(language),
                marker={"color": colour},
                hovertemplate="round %{x}: %{y} texts",
            )
        )
    figure.update_layout(
        barmode="stack",
        height=300,
        legend=_LEGEND,
        margin={"l": 10, "r": 10, "t": 40, "b": 10},
        bargap=0.35,
        # Few rounds would make bars as broad as the page.
        xaxis={"title": "round", "type": "category", "range": [-0.5, max(len(history), _ROOM_FOR_ROUNDS) - 0.5]},
        yaxis={"title": "texts in the batch"},
    )
    return figure


def _floor(history: Sequence[RoundHistory]) -> int:
    """Lower end of the scale: a round number below every point, so that a rise can be seen."""
    lowest = min(found.correct / found.checked for entry in history for found in entry.languages if found.checked)
    return max(0, 10 * (int(100 * lowest - 5) // 10))


def _languages(history: Sequence[RoundHistory]) -> set[str]:
    return {each.language for entry in history for each in entry.languages}


def _of(entry: RoundHistory, language: str) -> list[RoundLanguage]:
    return [each for each in entry.languages if each.language == language]
