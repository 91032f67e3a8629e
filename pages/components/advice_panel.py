"""What a manager should know before trusting the figures, and how far the check sets are."""

import pandas as pd
import streamlit as st

from lamm_core.language_names import language_name
from lamm_core.records import LanguageState
from lamm_core.workflow.advice import Topic, advice
from lamm_core.workflow.status import LanguageStatus, ProjectStatus
from pages.components.frame import as_plain_text

_ICONS = {
    Topic.ENCODER: ":material/translate:",
    Topic.OUT_OF_REACH: ":material/block:",
    Topic.USED_UP: ":material/inventory_2:",
    Topic.PROOF: ":material/fact_check:",
    Topic.CHECK_SET: ":material/straighten:",
}


def show_advice(status: ProjectStatus) -> None:
    """One box a piece of advice: a warning where a target is lost without somebody's help."""
    for each in advice(status):
        box = st.warning if each.urgent else st.info
        box(as_plain_text(each.text), icon=_ICONS[each.topic])


def show_check_sets(status: ProjectStatus) -> None:
    """One line a check set."""
    points = f"{100 * status.project.settings.check_width:g}"
    rows = [
        {
            "Language": language_name(each.language),
            "Check set": "imported" if each.check.imported else "growing",
            "Labelled": each.check.labelled,
            "In the queue": each.check.open,
            "Set apart": each.check.reserve,
            "Interval now": _width(each),
            f"Needed for ±{points}": each.check.needed,
            "To settle": _settle(each),
            "Near copies": each.check.near_duplicates,
        }
        for each in status.languages
    ]
    number = st.column_config.NumberColumn
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        column_config={
            "Language": st.column_config.TextColumn(pinned=True),
            "Set apart": number(help="Texts that can still be asked for the check set."),
            "In the queue": number(help="Check texts that annotators are asked beside the batch."),
            f"Needed for ±{points}": number(
                help=f"Check labels still needed until the interval is ±{points} points, by today's figures."
            ),
            "To settle": st.column_config.TextColumn(
                help="Check labels that would settle whether the target is met, if the figure stays."
            ),
            "Near copies": number(help="Texts that nearly repeat a check text, and are kept out of training."),
        },
    )


def _width(each: LanguageStatus) -> str:
    return "not measured" if each.check.width is None else f"±{100 * each.check.width:.1f} points"


def _settle(each: LanguageStatus) -> str:
    if each.state is LanguageState.UNMEASURED:
        return "not measured"
    if each.state is not LanguageState.UNPROVEN:
        return "settled"
    if each.settle is None:
        return "too close to tell"
    classes = [f"{of.settle:,} ({of.class_name})" for of in each.classes if of.settle]
    return ", ".join([f"{each.settle:,}"] * bool(each.settle) + classes) or "too close to tell"
