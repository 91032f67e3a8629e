"""Change the settings of a project."""

import dataclasses

import streamlit as st

from lamm_core.errors import InvalidProject, LammError
from lamm_core.records import Project
from lamm_core.words import translate as _
from lamm_core.workflow.projects import change_settings
from pages.components import services
from pages.components.frame import show_error
from pages.components.settings_form import Answers, ask_settings

_SAVED = "settings_saved"


def show_settings(project: Project) -> None:
    """A form; changes hold from the next round on."""
    current = project.settings
    with st.form(f"settings_{project.id}", border=False):
        answers = ask_settings(current, f"settings_{project.id}")
        st.subheader(_("Classes"), anchor=False)
        st.text("  ·  ".join(current.classes))
        added = st.text_input(_("Further classes, separated by commas"), key=f"settings_{project.id}_classes")
        submitted = st.form_submit_button(_("Save"), type="primary", icon=":material/save:")
    if not submitted:
        if st.session_state.pop(_SAVED, None) == project.id:
            st.success(_("Saved. The settings hold from the next round on."), icon=":material/check:")
        return
    try:
        _save(project, answers, added)
    except LammError as error:
        show_error(error)
        return
    # The table of class targets starts anew from what is stored: edits of the next minute must find it on the screen.
    st.session_state[_SAVED] = project.id
    st.rerun()


def _save(project: Project, answers: Answers, added: str) -> None:
    if answers.problem:
        raise InvalidProject(answers.problem)
    # The field keeps what was saved, so a class in it may be there already.
    names = (name.strip() for name in added.split(",") if name.strip())
    classes = tuple(dict.fromkeys([*project.settings.classes, *names]))
    change_settings(services.workspace(), project, dataclasses.replace(answers.settings, classes=classes))
