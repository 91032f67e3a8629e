"""What a manager should know before trusting the figures, and how far the check sets are."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lamm_core.language_names import language_name
from lamm_core.records import LanguageState
from lamm_core.words import in_context, number
from lamm_core.words import translate as _
from lamm_core.workflow.advice import Topic, advice
from lamm_core.workflow.cause_words import cause_sentence
from lamm_core.workflow.causes import find_causes
from lamm_core.workflow.status import LanguageStatus, ProjectStatus
from pages.components import services
from pages.components.frame import as_plain_text
from pages.components.glossary import CHECK_SET, INTERVAL

_ICONS = {
    Topic.ENCODER: ":material/translate:",
    Topic.OUT_OF_REACH: ":material/block:",
    Topic.USED_UP: ":material/inventory_2:",
    Topic.DRIFT: ":material/alt_route:",
    Topic.PROOF: ":material/fact_check:",
    Topic.CHECK_SET: ":material/straighten:",
    Topic.GROWTH: ":material/new_label:",
}


def show_advice(status: ProjectStatus) -> None:
    """One box a piece of advice: a warning where a target is lost without somebody's help."""
    for each in advice(status):
        box = st.warning if each.urgent else st.info
        box(as_plain_text(each.text), icon=_ICONS[each.topic])


def show_causes(status: ProjectStatus, languages: Sequence[LanguageStatus]) -> None:
    """Where a low accuracy comes from, a line a language: what can be told, and of a single language why it cannot."""
    causes = find_causes(services.workspace(), status.project, languages)
    for language, cause in causes.items():
        if cause.is_told or len(languages) == 1:
            icon = ":material/troubleshoot:" if cause.is_told else ":material/help:"
            st.info(as_plain_text(cause_sentence(status.project, language, cause)), icon=icon)


def show_check_sets(status: ProjectStatus) -> None:
    """One line a check set."""
    points = 100 * status.project.settings.check_width
    needed = f"Needed for ±{points:g}"
    rows = [
        {
            "Language": language_name(each.language),
            "Check set": _("imported") if each.check.imported else _("growing"),
            "Labelled": each.check.labelled,
            "In the queue": each.check.open,
            "Set apart": each.check.reserve,
            "Interval now": _width(each),
            needed: each.check.needed,
            "To settle": _settle(each),
            "Near copies": each.check.near_duplicates,
        }
        for each in status.languages
    ]
    count = st.column_config.NumberColumn
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        column_config={
            "Language": st.column_config.TextColumn(_("Language"), pinned=True),
            "Check set": st.column_config.TextColumn(_("Check set"), help=_(CHECK_SET)),
            "Labelled": count(in_context("texts", "Labelled"), help=_("Check texts that have a label.")),
            "Set apart": count(_("Set apart"), help=_("Texts that can still be asked for the check set.")),
            "In the queue": count(_("In the queue"), help=_("Check texts that annotators are asked beside the batch.")),
            "Interval now": st.column_config.TextColumn(_("Interval now"), help=_(INTERVAL)),
            needed: count(
                _("Needed for ±{points:g}", points=points),
                help=_(
                    "Check labels still needed until the interval is ±{points:g} points, by today's figures.",
                    points=points,
                ),
            ),
            "To settle": st.column_config.TextColumn(
                _("To settle"), help=_("Check labels that would settle whether the target is met, if the figure stays.")
            ),
            "Near copies": count(
                _("Near copies"), help=_("Texts that nearly repeat a check text, and are kept out of training.")
            ),
        },
    )


def _width(each: LanguageStatus) -> str:
    if each.check.width is None:
        return _("not measured")
    return _("±{points:.1f} points", points=100 * each.check.width)


def _settle(each: LanguageStatus) -> str:
    if each.state is LanguageState.UNMEASURED:
        return _("not measured")
    if each.state is not LanguageState.UNPROVEN:
        return _("settled")
    if each.settle is None:
        return _("too close to tell")
    classes = [f"{number(of.settle, ',')} ({of.class_name})" for of in each.classes if of.settle]
    return _(", ").join([number(each.settle, ",")] * bool(each.settle) + classes) or _("too close to tell")
