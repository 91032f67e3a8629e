"""Texts that are set aside because they nearly repeat another one, for a person to look over."""

import pandas as pd
import streamlit as st

from lamm_core.language_names import language_name
from lamm_core.records import Project
from lamm_core.words import plural
from lamm_core.words import translate as _
from lamm_core.workflow.duplicates import Duplicates, keep_duplicates, list_duplicates
from pages.components import services

_DONE = "duplicates_kept"


def show_near_duplicates(project: Project) -> None:
    """The newest of them, each beside the one that stands for it, and a way to keep both; nothing where none are."""
    if done := st.session_state.pop(_DONE, None):
        st.success(
            plural("{count:,} text is a text of its own now.", "{count:,} texts are texts of their own now.", done),
            icon=":material/check:",
        )
    found = list_duplicates(services.workspace(), project)
    if not found.total:
        return
    st.subheader(_("Near duplicates"))
    st.markdown(
        plural(
            "**{count:,} text** nearly repeats another one and is set aside, so that nobody labels it twice. The "
            "newest come first; tick those that are texts of their own.",
            "**{count:,} texts** nearly repeat another one and are set aside, so that nobody labels them twice. The "
            "newest come first; tick those that are texts of their own.",
            found.total,
        )
    )
    ticked = _ask_which(project, found)
    if st.button(_("Keep both"), icon=":material/check:", disabled=not ticked):
        st.session_state[_DONE] = keep_duplicates(services.workspace(), project, ticked)
        st.rerun()


def _ask_which(project: Project, found: Duplicates) -> list[int]:
    """Ids of the items that the user ticks."""
    rows = pd.DataFrame(
        {
            "keep": [False] * len(found.newest),
            "text": [each.text for each in found.newest],
            "text_of": [each.text_of for each in found.newest],
            "similarity": [100 * each.similarity for each in found.newest],
            "language": [language_name(each.language) for each in found.newest],
            "class_of": [each.class_of or "" for each in found.newest],
        }
    )
    edited = st.data_editor(
        rows,
        hide_index=True,
        key=f"near_duplicates_{project.id}_{found.total}",
        disabled=[each for each in rows.columns if each != "keep"],
        column_config={
            "keep": st.column_config.CheckboxColumn(_("Keep both")),
            "text": st.column_config.TextColumn(_("Set aside"), width="medium"),
            "text_of": st.column_config.TextColumn(_("It repeats"), width="medium"),
            "similarity": st.column_config.NumberColumn(_("Alike"), format="%.0f %%"),
            "language": st.column_config.TextColumn(_("Language")),
            "class_of": st.column_config.TextColumn(_("Class of that text")),
        },
    )
    return [each.item_id for each, keep in zip(found.newest, edited["keep"], strict=True) if keep]
