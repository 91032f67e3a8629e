"""Annotators: what each of them does, how fast, and how far others and gold items say the same."""

import streamlit as st

from lamm_core.actors import Role
from lamm_core.words import translate as _
from lamm_core.workflow.annotator_figures import annotator_figures, own_figures
from pages.components import services
from pages.components.annotators_table import show_languages, show_table
from pages.components.empty import show_empty
from pages.components.frame import annotator_id, chosen_project

workspace = services.workspace()
project = chosen_project()
if workspace.actor.has(Role.MANAGER, project.id):
    st.title(_("Annotators"))
    figures = annotator_figures(workspace, project)
else:
    st.title(_("My work"))
    own = own_figures(workspace, project, annotator_id())
    figures = () if own is None else (own,)
if figures:
    show_table(figures)
    show_languages(figures)
else:
    show_empty(_("Nobody has labelled yet."), "group", "annotate.py", _("Start labelling"))
