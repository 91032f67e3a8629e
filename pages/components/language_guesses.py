"""Languages that an import guessed, for a person to look over."""

import pandas as pd
import streamlit as st

from lamm_core.language_names import language_name
from lamm_core.records import Project
from lamm_core.words import plural
from lamm_core.words import translate as _
from lamm_core.workflow.guessed_languages import GuessedLanguages, accept_guesses, guessed_languages, say_languages
from pages.components import services

_DONE = "guesses_looked_over"


def show_guesses(project: Project) -> None:
    """The least certain guesses, to be changed, and a way to accept the others; nothing where there are none."""
    if done := st.session_state.pop(_DONE, None):
        st.success(
            plural("The language of {count:,} text is said now.", "The language of {count:,} texts is said now.", done),
            icon=":material/check:",
        )
    found = guessed_languages(services.workspace(), project)
    if not found.total:
        return
    st.subheader(_("Guessed languages"))
    each = ", ".join(f"{language_name(language)} {count:,}" for language, count in found.counts.items())
    st.markdown(
        _(
            "The file did not say the language of these texts, so it was guessed: {each}. The least certain come "
            "first; change what is wrong.",
            each=each,
        )
    )
    edited = _edit(project, found)
    with st.container(horizontal=True):
        shown = plural("Save this {count:,} text", "Save these {count:,} texts", len(found.least_certain))
        if st.button(shown, type="primary", icon=":material/check:"):
            _say(say_languages(services.workspace(), project, edited))
        rest = found.total - len(found.least_certain)
        if rest and st.button(_("Accept all {count:,} as they are", count=found.total), icon=":material/done_all:"):
            _say(accept_guesses(services.workspace(), project))


def _edit(project: Project, found: GuessedLanguages) -> dict[int, str]:
    """Item id to the language that the user leaves it."""
    rows = pd.DataFrame(
        {
            "text": [each.text for each in found.least_certain],
            "language": [each.language for each in found.least_certain],
            "probability": [100 * each.probability for each in found.least_certain],
        }
    )
    edited = st.data_editor(
        rows,
        hide_index=True,
        key=f"guesses_{project.id}_{found.total}",
        disabled=["text", "probability"],
        column_config={
            "text": st.column_config.TextColumn(_("Text"), width="large"),
            "language": st.column_config.SelectboxColumn(_("Language"), options=list(project.languages), required=True),
            "probability": st.column_config.NumberColumn(_("How sure"), format="%.0f %%"),
        },
    )
    return {each.item_id: language for each, language in zip(found.least_certain, edited["language"], strict=True)}


def _say(count: int) -> None:
    st.session_state[_DONE] = count
    st.rerun()
