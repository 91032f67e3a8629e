"""Project: settings, texts in, labels out, and new projects."""

import streamlit as st

from lamm_core.words import translate as _
from pages.components import services
from pages.components.frame import chosen_project
from pages.components.model_download import show_model_download
from pages.components.project_create import show_create
from pages.components.project_export import show_export
from pages.components.project_import import show_import
from pages.components.project_settings import show_settings
from pages.components.project_translation import show_translation

st.title(_("Project"))
if services.project_names():
    project = chosen_project()
    settings, texts, translations, labels, new = st.tabs(
        [_("Settings"), _("Import"), _("Translation"), _("Export"), _("New project")]
    )
    with settings:
        show_settings(project)
    with texts:
        show_import(project)
    with translations:
        show_translation(project)
    with labels:
        show_export(project)
        show_model_download(project)
    with new:
        show_create()
else:
    show_create()
