"""The model out, for use without the app."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from lamm_core.paths import download_name
from lamm_core.records import Project
from lamm_core.words import translate as _
from lamm_core.workflow.model_versions import keeps_preparation, list_versions
from lamm_core.workflow.workspace import Workspace
from pages.components import services


def show_model_download(project: Project) -> None:
    """The newest model as a folder in a .zip file; nothing before there is one."""
    versions = list_versions(services.workspace(), project)
    if not versions:
        return
    newest = versions[-1]
    st.subheader(_("Model"))
    if not keeps_preparation(services.workspace(), project, newest):
        st.info(_("After the next round, its model can be downloaded here."), icon=":material/download:")
        return
    st.markdown(
        _(
            "**Version {number}**, fitted on {labels:,} labels: a folder with the classifier and a model card, for "
            "`lamm predict` and for Python.",
            number=newest.number,
            labels=newest.labels,
        )
    )
    st.download_button(
        _("Download the model"),
        # Written when somebody asks for it.
        partial(_content, services.workspace_later(), project, newest.number),
        download_name(project.name, "model", str(newest.number), ending=".zip"),
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
        help=_("Unpack it, and give the folder to the command or to Python; the encoder is not in it."),
        key=f"model_{project.id}",
    )


def _content(workspace: Callable[[], Workspace], project: Project, number: int) -> bytes:
    from lamm_core.workflow.model_export import model_archive  # here, since it takes seconds to import

    return model_archive(workspace(), project, number)
