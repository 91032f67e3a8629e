"""One language: what is confused, which classes are weak, which texts are hard, who agrees, and how fast."""

import pandas as pd
import streamlit as st

from lamm_core.charts.details import class_chart, confusion_chart, speed_chart
from lamm_core.charts.history import accuracy_chart
from lamm_core.charts.words import FIGURE_WORDS
from lamm_core.language_names import language_name
from lamm_core.records import Metric
from lamm_core.workflow.details import LanguageDetails, language_details
from lamm_core.workflow.forecast_words import forecast_words
from lamm_core.workflow.gold import GOLD_WORDS
from lamm_core.workflow.reasons import STATE_WORDS, why
from lamm_core.workflow.status import LanguageStatus, ProjectStatus, round_history
from pages.components import services
from pages.components.charts import show_chart
from pages.components.frame import as_plain_text
from pages.components.languages_table import ROW_PIXELS, close_language
from pages.components.palette import palette

_NOTHING_CHECKED = "Nothing to show yet: it comes with a round that measures check items of this language."


def show_language(status: ProjectStatus, language: LanguageStatus) -> None:
    """All views of one language, under a link back to all of them."""
    details = language_details(services.workspace(), status.project, language.language)
    name = language_name(language.language)
    st.button("All languages", icon=":material/arrow_back:", type="tertiary", on_click=close_language)
    st.subheader(f"{name}: {STATE_WORDS[language.state]}", anchor=False)
    _show_numbers(status, language, details)
    _show_rounds(status, language)
    _show_confusion(status, details, name)
    _show_classes(status, details, name)
    _show_hardest(details)
    left, right = st.columns(2, gap="large")
    with left:
        _show_agreement(details)
    with right:
        _show_speed(status, details, name)
    if details.gold:
        _show_gold(status, details)


def _show_numbers(status: ProjectStatus, language: LanguageStatus, details: LanguageDetails) -> None:
    settings, figure = status.project.settings, language.measured
    word = FIGURE_WORDS[settings.metric]
    with st.container(horizontal=True, gap="medium"):
        value = "not measured" if figure.estimate is None else f"{figure.estimate:.1%}"
        st.metric(word[0].upper() + word[1:], value, width="content")
        st.metric("Target", f"{language.target:.1%}", width="content")
        st.metric("Labels", f"{language.labels:,}", width="content")
        st.metric("This week", f"{language.labels_this_week:,}", width="content")
    sentences = []
    if figure.estimate is not None:
        low, high = figure.interval
        sentences.append(
            f"95% interval {low:.0%} to {high:.0%}; {figure.correct:,} of {figure.checked:,} check items right."
        )
        other = details.macro_f1
        if settings.metric != Metric.MACRO_F1 and other.estimate is not None:
            sentences.append(f"Macro-F1 {other.estimate:.0%} ({other.low:.0%} to {other.high:.0%}).")
    sentences.append(f"Forecast: {forecast_words(language.outlook, settings.currency)}.")
    reason = why(language, status)
    sentences.append(f"{reason[0].upper()}{reason[1:]}." if reason else "")
    st.markdown(as_plain_text(" ".join(filter(None, sentences))))


def _show_rounds(status: ProjectStatus, language: LanguageStatus) -> None:
    word = FIGURE_WORDS[status.project.settings.metric]
    st.subheader(f"{word[0].upper()}{word[1:]} over labels", anchor=False)
    if not language.trend:
        st.text("Nothing to show yet: no round has measured this language.")
        return
    history = round_history(services.workspace(), status.project)
    figure = accuracy_chart(history, palette(), status.project.settings.metric, only=language.language)
    show_chart(figure, status.project, f"{language.language}-rounds", f"{word} of every round with its interval")


def _show_confusion(status: ProjectStatus, details: LanguageDetails, name: str) -> None:
    st.subheader("Confusion matrix", anchor=False)
    figure = confusion_chart(details, palette())
    if figure is None:
        st.text(_NOTHING_CHECKED)
        return
    show_chart(
        figure, status.project, f"{details.language}-confusion", f"Check items of {name} by class and prediction"
    )
    st.caption(
        f"Check items as round {details.round_number} saw them. A row is a true class: how many of its texts were "
        "taken for each class, and their share of the row. What is right stands in a frame."
    )


def _show_classes(status: ProjectStatus, details: LanguageDetails, name: str) -> None:
    st.subheader("Accuracy per class", anchor=False)
    figure = class_chart(details, palette())
    if figure is None:
        st.text(_NOTHING_CHECKED)
        return
    show_chart(figure, status.project, f"{details.language}-classes", f"Accuracy of each class in {name}")
    unchecked = [each.class_name for each in details.class_figures if each.accuracy is None]
    missing = f" Without a check item: {', '.join(unchecked)}." if unchecked else ""
    st.caption(
        as_plain_text(
            f"Weakest class first; whiskers are 95% intervals, a dashed line is a class's own target.{missing}"
        )
    )


def _show_hardest(details: LanguageDetails) -> None:
    st.subheader("Hardest items", anchor=False)
    if not details.hardest:
        counted = int(details.confusion.sum())
        st.text(f"The model got {counted:,} of {counted:,} check items right." if counted else _NOTHING_CHECKED)
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
            "Text": text(width=380),
            "True class": text(width=150),
            "Predicted": text(width=150),
            "Confidence": st.column_config.NumberColumn(width=90, format="%.0f%%"),
            "Id": text(width=90),
        },
    )
    st.caption(
        "Check items that the model got wrong, the most confident mistake first: read these for errors of labels."
    )


def _show_agreement(details: LanguageDetails) -> None:
    st.subheader("Agreement", anchor=False)
    found = details.agreement
    if found.share is None:
        st.text("No text has labels of two annotators yet.")
        return
    texts = "text" if found.items == 1 else "texts"
    st.metric("Same class from all annotators", f"{found.share:.0%}")
    st.text(
        f"{found.agreed:,} of {found.items:,} {texts} with two or more labels; "
        f"95% interval {found.low:.0%} to {found.high:.0%}."
    )


def _show_speed(status: ProjectStatus, details: LanguageDetails, name: str) -> None:
    st.subheader("Label speed", anchor=False)
    figure = speed_chart(details.speeds, palette())
    if figure is None:
        st.text("No label of this language has a time yet.")
        return
    show_chart(figure, status.project, f"{details.language}-speed", f"Seconds a label takes in {name}, by annotator")


def _show_gold(status: ProjectStatus, details: LanguageDetails) -> None:
    st.subheader("Gold items", anchor=False)
    table = pd.DataFrame(
        {
            "Annotator": [each.annotator for each in details.gold],
            "Gold answered": [each.answered for each in details.gold],
            "Right": [each.right for each in details.gold],
            "Share right": [f"{each.share:.0%}" for each in details.gold],
            "95% interval": [f"{each.low:.0%} to {each.high:.0%}" for each in details.gold],
        }
    )
    st.dataframe(table, hide_index=True, width="content", row_height=ROW_PIXELS)
    st.caption(f"{GOLD_WORDS[status.project.settings.gold_feedback]} A wide interval says that too few were answered.")
