"""Rounds: what each one found, how it split its batch, and which model came out."""

import pandas as pd
import streamlit as st

from lamm_core.charts.history import accuracy_chart, quota_chart
from lamm_core.charts.words import figure_word
from lamm_core.errors import LammError
from lamm_core.records import Project
from lamm_core.words import capital, in_context
from lamm_core.words import translate as _
from lamm_core.workflow import automatic
from lamm_core.workflow.status import RoundHistory, project_status, round_history
from pages.components import services
from pages.components.charts import show_chart
from pages.components.empty import show_empty
from pages.components.frame import chosen_project, show_error
from pages.components.glossary import BATCH, ENCODER, STRATEGY
from pages.components.jobs_panel import show_jobs
from pages.components.palette import palette
from pages.components.round_notice import show_round_notice


def show_models(history: list[RoundHistory]) -> None:
    """One line a round, newest first."""
    rows = [
        {
            "Round": entry.round.number,
            "Finished (UTC)": entry.round.finished_at,
            "Labels": entry.round.labels,
            "Batch": sum(each.quota for each in entry.languages),
            "Strategy": entry.round.strategy,
            "Model": _("version {number}", number=entry.model.number) if entry.model else in_context("model", "none"),
            "Encoder": entry.model.encoder if entry.model else "",
            "Fitting, s": entry.round.seconds_fit,
            "Choosing, s": entry.round.seconds_select,
        }
        for entry in reversed(history)
    ]
    column = st.column_config.Column
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={
            "Round": _("Round"),
            "Finished (UTC)": st.column_config.DatetimeColumn(_("Finished (UTC)"), format="YYYY-MM-DD HH:mm"),
            "Labels": column(_("Labels"), help=_("Labels that the model of this round was fitted on.")),
            "Batch": column(_("Batch"), help=_(BATCH)),
            "Strategy": column(_("Strategy"), help=_(STRATEGY)),
            "Model": _("Model"),
            "Encoder": column(_("Encoder"), help=_(ENCODER)),
            "Fitting, s": st.column_config.NumberColumn(_("Fitting, s"), format="%.2f"),
            "Choosing, s": st.column_config.NumberColumn(_("Choosing, s"), format="%.2f"),
        },
    )


def show_start_button(project: Project) -> None:
    """Rounds start by themselves; this is for those who do not want to wait."""
    help_text = _("Fits the model on all labels so far, measures it, and fills the batch up.")
    if st.button(_("Run a round now"), icon=":material/play_arrow:", help=help_text):
        try:
            automatic.start_round(services.workspace(), project)
        except LammError as error:
            show_error(error)


def show_no_round(project: Project) -> None:
    """Before the first round: what it waits for."""
    if project_status(services.workspace(), project).pool:
        show_empty(_("No round has finished yet; what it finds appears here."), "timeline")
    else:
        sentence = _("No round has finished yet. The first one starts once there are texts.")
        show_empty(sentence, "timeline", "project.py", _("Bring in texts"))


st.title(_("Rounds"))
project = chosen_project()
history = round_history(services.workspace(), project)
show_round_notice(project)
metric = project.settings.metric
word = figure_word(metric)
if any(each.figure is not None for entry in history for each in entry.languages):
    st.subheader(_("{figure} over labels", figure=capital(word)))
    alt = _("{figure} of every round, by labels", figure=word)
    show_chart(accuracy_chart(history, palette(), metric), project, "rounds", alt)
    st.caption(
        _("Bands are 95% intervals; a click on a language in the legend hides it, a double click shows it alone.")
    )
elif history:
    sentence = _("{figure} appears here once there is a model and a check set to measure it on.", figure=capital(word))
    show_empty(sentence, "timeline", "annotate.py", _("Start labelling"))
if history:
    st.subheader(_("Batches"), help=_(BATCH))
    alt = _("How each round split its batch over the languages")
    show_chart(quota_chart(history, palette()), project, "batches", alt)
    st.subheader(_("Models"))
    show_models(history)
else:
    show_no_round(project)
show_start_button(project)
show_jobs(project)
