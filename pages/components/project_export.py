"""Labels out."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from lamm_core.paths import download_name
from lamm_core.records import Project
from lamm_core.words import translate as _
from lamm_core.workflow.exporting import EXPORT_FORMATS, export_ending, export_glance, labels_file
from lamm_core.workflow.workspace import Workspace
from pages.components import services
from pages.components.empty import show_empty


def show_export(project: Project) -> None:
    """Every label that stands, with where it came from."""
    glance = export_glance(services.workspace(), project)
    if not glance.labels:
        show_empty(_("There are no labels to export yet."), "download", "annotate.py", _("Start labelling"))
        return
    st.markdown(
        _(
            "**{labels:,} labels**, each with annotator, time, seconds, round, strategy, weight of its language, "
            "uncertainty, the model that chose it, and what several people agree on.",
            labels=glance.labels,
        )
    )
    st.dataframe(glance.newest, hide_index=True)
    name = st.selectbox(
        _("Format"), list(EXPORT_FORMATS), format_func=lambda each: EXPORT_FORMATS[each].title, width=300
    )
    st.caption(_(EXPORT_FORMATS[name].used_by))
    duplicates = project.settings.near_duplicates and st.toggle(
        _("With the texts that are set aside"),
        help=_("Near duplicates have no label; a column of its own has the class of the text that they repeat."),
    )
    st.download_button(
        _("Download {format}", format=EXPORT_FORMATS[name].title),
        partial(_content, services.workspace_later(), project, name, duplicates),  # written when somebody asks for it
        download_name(project.name, "labels", ending=export_ending(name)),
        icon=":material/download:",
    )


def _content(workspace: Callable[[], Workspace], project: Project, name: str, duplicates: bool) -> bytes:
    return labels_file(workspace(), project, name, duplicates=duplicates)
