"""Labels out."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from lamm_core.paths import download_name
from lamm_core.records import Project
from lamm_core.words import translate as _
from lamm_core.workflow.exporting import EXPORT_ENDINGS, labels_file, labels_table
from lamm_core.workflow.workspace import Workspace
from pages.components import services
from pages.components.empty import show_empty

_FORMATS = {".csv": "CSV", ".jsonl": "JSONL", ".parquet": "Parquet"}


def format_name(ending: str) -> str:
    """What people call the format of an ending."""
    return _FORMATS.get(ending, ending)


def show_export(project: Project) -> None:
    """Every label that stands, with where it came from."""
    table = labels_table(services.workspace(), project)
    if table.empty:
        show_empty(_("There are no labels to export yet."), "download", "annotate.py", _("Start labelling"))
        return
    st.markdown(
        _(
            "**{labels:,} labels**, each with annotator, time, seconds, round, strategy, weight of its language, "
            "uncertainty, and the model that chose it.",
            labels=len(table),
        )
    )
    st.dataframe(table.tail(5), hide_index=True)
    for place, ending in zip(st.columns(len(EXPORT_ENDINGS), width=620), EXPORT_ENDINGS, strict=True):
        place.download_button(
            _("Download {format}", format=format_name(ending)),
            partial(_content, services.workspace_later(), project, ending),  # written when somebody asks for it
            download_name(project.name, "labels", ending=ending),
            icon=":material/download:",
        )


def _content(workspace: Callable[[], Workspace], project: Project, ending: str) -> bytes:
    return labels_file(workspace(), project, ending)
