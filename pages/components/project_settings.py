"""Change the settings of a project."""

import dataclasses

import streamlit as st

from lamm_core.errors import LammError
from lamm_core.records import Project
from lamm_core.workflow.projects import change_settings
from pages.components import services
from pages.components.frame import show_error
from pages.components.settings_form import ask_settings


def show_settings(project: Project) -> None:
    """A form; changes hold from the next round on."""
    current = project.settings
    with st.form(f"settings_{project.id}", border=False):
        changed = ask_settings(current, f"settings_{project.id}")
        st.markdown("**Classes**")
        st.text("  ·  ".join(current.classes))
        added = st.text_input("Further classes, separated by commas", key=f"settings_{project.id}_classes")
        if not st.form_submit_button("Save", type="primary", icon=":material/save:"):
            return
    # The field keeps what was saved, so a class in it may be there already.
    classes = tuple(dict.fromkeys([*current.classes, *(name.strip() for name in added.split(",") if name.strip())]))
    try:
        change_settings(services.workspace(), project, dataclasses.replace(changed, classes=classes))
    except LammError as error:
        show_error(error)
        return
    st.success("Saved. The settings hold from the next round on.", icon=":material/check:")
