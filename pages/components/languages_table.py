"""One line a language: all that decides what is done today. A click opens the language."""

import pandas as pd
import streamlit as st

from lamm_core.charts.words import FIGURE_WORDS, figure_word
from lamm_core.language_names import language_name
from lamm_core.words import capital, in_context, number
from lamm_core.words import translate as _
from lamm_core.workflow.forecast_words import forecast_words
from lamm_core.workflow.reasons import state_word, why
from lamm_core.workflow.status import LanguageStatus, ProjectStatus
from pages.components.glossary import DRIFT, FORECAST, GAP, INTERVAL, PROVEN, QUOTA, TARGET

LANGUAGE = "language"
_TABLE = "languages_table"
# The least at which words wrap.
ROW_PIXELS = 66


def show_languages(status: ProjectStatus) -> None:
    """The table; the language in need stands first."""
    settings = status.project.settings
    figure, word = capital(FIGURE_WORDS[settings.metric]), figure_word(settings.metric)
    rows = [
        {
            "Language": language_name(each.language),
            "Status": _status(each),
            figure: _figure(each),
            "Target": number(each.target, ".0%" if f"{each.target:.1%}".endswith(".0%") else ".1%"),
            "Trend": [100 * value for _, value in each.trend],
            "Labels": _("{labels:,} (+{new:,} this week)", labels=each.labels, new=each.labels_this_week),
            "Forecast": forecast_words(each.outlook, settings.currency),
            "Next": _next_batch(each, status),
            "Why": why(each, status),
        }
        for each in status.languages
    ]
    figures = [100 * value for each in status.languages for _, value in each.trend]
    scale = {"y_min": min(figures), "y_max": max(figures)} if figures else {}
    text = st.column_config.TextColumn
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        row_height=ROW_PIXELS,
        column_config={
            "Language": text(_("Language"), width=90, pinned=True),
            "Status": text(_("Status"), width=86, help=" ".join([_(PROVEN), _(DRIFT)])),
            figure: text(
                capital(word), width=88, help=" ".join([_("On the check set, with its 95% interval."), _(INTERVAL)])
            ),
            "Target": text(_("Target"), width=54, help=_(TARGET)),
            "Trend": st.column_config.LineChartColumn(
                _("Trend"),
                width=70,
                help=_("The {figure} of every round, oldest first, on one scale for all languages.", figure=word),
                **scale,
            ),
            "Labels": text(_("Labels"), width=80, help=_("Labelled texts, and labels given in the last seven days.")),
            "Forecast": text(_("Forecast"), width=146, help=_(FORECAST)),
            "Next": text(
                in_context("batch", "Next"),
                width=62,
                help=" ".join([_(QUOTA), _("With ~: the mean of the last batches.")]),
            ),
            "Why": text(_("Why"), width=184, help=_(GAP)),
        },
        key=f"{_TABLE}_{status.project.id}",
        on_select=lambda: _open_selected(status),
        selection_mode=["single-row", "single-cell"],
    )


def show_links(status: ProjectStatus) -> None:
    """A button for each language, within reach of a keyboard and of a thumb."""
    with st.container(horizontal=True, gap="small"):
        for each in status.languages:
            st.button(
                language_name(each.language),
                key=f"open_{status.project.id}_{each.language}",
                type="tertiary",
                icon=":material/search:",
                on_click=open_language,
                args=(each.language,),
            )


def open_language(language: str) -> None:
    """Show one language; the address then leads to it."""
    st.query_params[LANGUAGE] = language


def close_language() -> None:
    """Back to all languages."""
    st.query_params.pop(LANGUAGE, None)


def _open_selected(status: ProjectStatus) -> None:
    selection = st.session_state[f"{_TABLE}_{status.project.id}"].selection
    chosen = [*selection.rows, *(row for row, _ in selection.cells)]
    if chosen:
        open_language(status.languages[chosen[0]].language)


def _status(each: LanguageStatus) -> str:
    """How it stands to its target, and whether that is told of other texts than those that come now."""
    word = state_word(each.state)
    return word if each.drifting is None else _("{state}, texts drift", state=word)


def _figure(each: LanguageStatus) -> str:
    if each.measured.estimate is None:
        return _("not measured")
    low, high = each.measured.interval
    return _("{figure:.1%} ({low:.0f} to {high:.0f})", figure=each.measured.estimate, low=100 * low, high=100 * high)


def _next_batch(each: LanguageStatus, status: ProjectStatus) -> str:
    if status.model is None:
        return _("not known yet")
    if each.next_quota is not None:
        return number(each.next_quota, ",")
    return f"~{number(each.usual_quota, '.0f')}" if each.usual_quota == 0 or each.usual_quota >= 1 else "<1"
