"""Project: settings, texts in, labels out, and new projects."""

from pages.components.frame import guard

guard()

import streamlit as st  # noqa: E402

from lamm_core.words import translate as _  # noqa: E402
from pages.components import services  # noqa: E402
from pages.components.frame import chosen_project  # noqa: E402
from pages.components.project_create import show_create  # noqa: E402
from pages.components.project_export import show_export  # noqa: E402
from pages.components.project_import import show_import  # noqa: E402
from pages.components.project_settings import show_settings  # noqa: E402
from pages.components.project_translation import show_translation  # noqa: E402

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
    with new:
        show_create()
else:
    show_create()
