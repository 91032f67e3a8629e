"""One language: what is confused, which classes are weak, which texts are hard, who agrees, and how fast."""

import pandas as pd
import streamlit as st

from lamm_core.charts.details import class_chart, confusion_chart, speed_chart
from lamm_core.charts.history import accuracy_chart
from lamm_core.charts.words import figure_word
from lamm_core.language_names import language_name
from lamm_core.records import Metric
from lamm_core.words import capital, in_context, marked, number
from lamm_core.words import translate as _
from lamm_core.workflow.details import LanguageDetails, language_details
from lamm_core.workflow.forecast_words import forecast_words
from lamm_core.workflow.gold import GOLD_WORDS
from lamm_core.workflow.reasons import state_word, why
from lamm_core.workflow.status import LanguageStatus, ProjectStatus, round_history
from pages.components import services
from pages.components.advice_panel import show_causes
from pages.components.agreement_detail import show_agreement
from pages.components.charts import show_chart
from pages.components.drift_detail import show_drift
from pages.components.frame import as_plain_text
from pages.components.glossary import CHECK_SET, CONFIDENCE, GAP, GOLD, INTERVAL, PROVEN, TARGET
from pages.components.languages_table import ROW_PIXELS, close_language
from pages.components.palette import palette

_NOTHING_CHECKED = marked("Nothing to show yet: it comes with a round that measures check items of this language.")


def show_language(status: ProjectStatus, language: LanguageStatus) -> None:
    """All views of one language, under a link back to all of them."""
    details = language_details(services.workspace(), status.project, language.language)
    name = language_name(language.language)
    st.button(_("All languages"), icon=":material/arrow_back:", type="tertiary", on_click=close_language)
    st.subheader(f"{name}: {state_word(language.state)}", anchor=False, help=_(PROVEN))
    _show_numbers(status, language, details)
    show_causes(status, [language])
    _show_rounds(status, language)
    show_drift(status, language, details)
    _show_confusion(status, details, name)
    _show_classes(status, details, name)
    _show_hardest(details)
    left, right = st.columns(2, gap="large")
    with left:
        show_agreement(details.agreement)
    with right:
        _show_speed(status, details, name)
    if details.gold:
        _show_gold(status, details)


def _show_numbers(status: ProjectStatus, language: LanguageStatus, details: LanguageDetails) -> None:
    settings, figure = status.project.settings, language.measured
    with st.container(horizontal=True, gap="medium"):
        value = _("not measured") if figure.estimate is None else number(figure.estimate, ".1%")
        st.metric(capital(figure_word(settings.metric)), value, width="content", help=_(CHECK_SET))
        st.metric(_("Target"), number(language.target, ".1%"), width="content", help=f"{_(TARGET)} {_(GAP)}")
        st.metric(_("Labels"), number(language.labels, ","), width="content", help=_("Labelled texts of the pool."))
        st.metric(_("This week"), number(language.labels_this_week, ","), width="content", help=_("In seven days."))
    sentences = []
    if figure.estimate is not None:
        low, high = figure.interval
        sentences.append(
            _(
                "95% interval {low:.0%} to {high:.0%}; {correct:,} of {checked:,} check items right.",
                low=low,
                high=high,
                correct=figure.correct,
                checked=figure.checked,
            )
        )
        other = details.macro_f1
        if settings.metric != Metric.MACRO_F1 and other.estimate is not None:
            spread = {"figure": other.estimate, "low": other.low, "high": other.high}
            sentences.append(_("Macro-F1 {figure:.0%} ({low:.0%} to {high:.0%}).", **spread))
    sentences.append(_("Forecast: {forecast}.", forecast=forecast_words(language.outlook, settings.currency)))
    reason = why(language, status)
    sentences.append(_("{clause}.", clause=capital(reason)) if reason else "")
    st.markdown(as_plain_text(" ".join(filter(None, sentences))))


def _show_rounds(status: ProjectStatus, language: LanguageStatus) -> None:
    word = figure_word(status.project.settings.metric)
    st.subheader(_("{figure} over labels", figure=capital(word)), anchor=False)
    if not language.trend:
        st.text(_("Nothing to show yet: no round has measured this language."))
        return
    history = round_history(services.workspace(), status.project)
    figure = accuracy_chart(history, palette(), status.project.settings.metric, only=language.language)
    alt = _("{figure} of every round with its interval", figure=word)
    show_chart(figure, status.project, f"{language.language}-rounds", alt)


def _show_confusion(status: ProjectStatus, details: LanguageDetails, name: str) -> None:
    st.subheader(_("Confusion matrix"), anchor=False)
    figure = confusion_chart(details, palette())
    if figure is None:
        st.text(_(_NOTHING_CHECKED))
        return
    alt = _("Check items of {language} by class and prediction", language=name)
    show_chart(figure, status.project, f"{details.language}-confusion", alt)
    st.caption(
        _(
            "Check items as round {round} saw them. A row is a true class: how many of its texts were taken for each "
            "class, and their share of the row. What is right stands in a frame.",
            round=details.round_number,
        )
    )


def _show_classes(status: ProjectStatus, details: LanguageDetails, name: str) -> None:
    st.subheader(_("Accuracy per class"), anchor=False)
    figure = class_chart(details, palette())
    if figure is None:
        st.text(_(_NOTHING_CHECKED))
        return
    alt = _("Accuracy of each class in {language}", language=name)
    show_chart(figure, status.project, f"{details.language}-classes", alt)
    unchecked = [each.class_name for each in details.class_figures if each.accuracy is None]
    says = [_("Weakest class first; whiskers are 95% intervals, a dashed line is a class's own target.")]
    if unchecked:
        says.append(_("Without a check item: {classes}.", classes=", ".join(unchecked)))
    st.caption(as_plain_text(" ".join(says)))


def _show_hardest(details: LanguageDetails) -> None:
    st.subheader(_("Hardest items"), anchor=False)
    if not details.hardest:
        counted = int(details.confusion.sum())
        all_right = _("The model got {count:,} of {count:,} check items right.", count=counted)
        st.text(all_right if counted else _(_NOTHING_CHECKED))
        return
    table = pd.DataFrame(
        {
            "Text": [each.text for each in details.hardest],
            "True class": [each.true for each in details.hardest],
            "Predicted": [each.predicted for each in details.hardest],
            "Confidence": [100 * each.confidence for each in details.hardest],
            "Id": [each.external_id for each in details.hardest],
        }
    )
    text = st.column_config.TextColumn
    st.dataframe(
        table,
        hide_index=True,
        row_height=ROW_PIXELS,
        column_config={
            "Text": text(_("Text"), width=380),
            "True class": text(_("True class"), width=150),
            "Predicted": text(_("Predicted"), width=150),
            "Confidence": st.column_config.NumberColumn(_("Confidence"), width=90, format="%.0f%%", help=_(CONFIDENCE)),
            "Id": text(_("Id"), width=90),
        },
    )
    st.caption(
        _("Check items that the model got wrong, the most confident mistake first: read these for errors of labels.")
    )


def _show_speed(status: ProjectStatus, details: LanguageDetails, name: str) -> None:
    st.subheader(_("Label speed"), anchor=False)
    figure = speed_chart(details.speeds, palette())
    if figure is None:
        st.text(_("No label of this language has a time yet."))
        return
    alt = _("Seconds a label takes in {language}, by annotator", language=name)
    show_chart(figure, status.project, f"{details.language}-speed", alt)


def _show_gold(status: ProjectStatus, details: LanguageDetails) -> None:
    st.subheader(_("Gold items"), anchor=False, help=_(GOLD))
    table = pd.DataFrame(
        {
            "Annotator": [each.annotator for each in details.gold],
            "Gold answered": [each.answered for each in details.gold],
            "Right": [each.right for each in details.gold],
            "Share right": [number(each.share, ".0%") for each in details.gold],
            "95% interval": [_("{low:.0%} to {high:.0%}", low=each.low, high=each.high) for each in details.gold],
        }
    )
    headings = {
        "Annotator": _("Annotator"),
        "Gold answered": _("Gold answered"),
        "Right": in_context("answers", "Right"),
        "Share right": _("Share right"),
        "95% interval": st.column_config.TextColumn(in_context("column", "95% interval"), help=_(INTERVAL)),
    }
    st.dataframe(table, hide_index=True, width="content", row_height=ROW_PIXELS, column_config=headings)
    says = [_(GOLD_WORDS[status.project.settings.gold_feedback])]
    says.append(_("A wide interval says that too few were answered."))
    st.caption(" ".join(says))
