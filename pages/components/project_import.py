"""Bring texts into a project."""

import streamlit as st

from lamm_core.errors import LammError
from lamm_core.language_names import language_name
from lamm_core.records import Project, Purpose
from lamm_core.words import in_context, marked
from lamm_core.words import translate as _
from lamm_core.workflow.importing import WholeFile
from pages.components.arrivals_table import show_arrivals
from pages.components.frame import show_error
from pages.components.import_run import run_import, show_result
from pages.components.language_guesses import show_guesses
from pages.components.near_duplicates import show_near_duplicates
from pages.components.upload import ColumnMapping, ask_for_file

_PURPOSES = {
    Purpose.POOL: marked("the pool, to be labelled"),
    Purpose.CHECK: marked("the check set, to measure accuracy"),
    Purpose.GOLD: marked("the gold items, to train newcomers"),
}
_GUESS = marked("guess it for each text")


def show_import(project: Project) -> None:
    """Upload, look, say what the columns mean, import; and what an earlier import has guessed."""
    st.markdown(
        _(
            "Texts for the **pool** are labelled batch by batch. Texts for the **check set** need a class; they "
            "measure accuracy and are never trained on. **Gold items** need a class too: newcomers answer some of "
            "them first, and you see how many they get right. Importing the same file twice changes nothing."
        )
    )
    upload = ask_for_file(f"import_{project.id}")
    if upload is not None:
        whole = _ask_about_all(project, upload.mapping)
        if st.button(in_context("button", "Import"), type="primary", icon=":material/upload:"):
            try:
                show_result(run_import(project, upload, whole))
            except LammError as error:
                show_error(error)
    show_guesses(project)
    show_arrivals(project)
    show_near_duplicates(project)


def _ask_about_all(project: Project, mapping: ColumnMapping) -> WholeFile:
    """What the columns leave open."""
    purpose, language = Purpose.POOL, None
    if mapping.split is None:
        purposes = {each: _(words) for each, words in _PURPOSES.items()}
        purpose = st.radio(
            _("These texts are for"),
            list(purposes),
            format_func=purposes.__getitem__,
            horizontal=True,
            key=f"import_{project.id}_purpose",
        )
    if mapping.language is None:
        names = {_GUESS: _(_GUESS)} | {each: language_name(each) for each in project.languages}
        choices = list(project.languages) if len(project.languages) == 1 else list(names)
        picked = st.selectbox(
            _("Language of all texts"), choices, format_func=names.__getitem__, key=f"import_{project.id}_all_in"
        )
        language = None if picked == _GUESS else picked
    return WholeFile(purpose, language, guess_languages=True)
