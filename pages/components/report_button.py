"""The report as a file to pass on."""

import streamlit as st

from lamm_core.paths import download_name
from lamm_core.records import Project
from lamm_core.words import language, speaking
from lamm_core.words import translate as _
from pages.components import services


def show_report_button(project: Project) -> None:
    """One self-contained HTML file, made when it is asked for."""
    workspace, spoken = services.workspace_later(), language()

    # Runs outside the page, where nothing of Streamlit can be reached.
    def report() -> str:
        from lamm_core.report.html import report_html

        with speaking(spoken):
            return report_html(workspace(), project)

    st.download_button(
        _("Report (HTML)"),
        data=report,
        file_name=download_name(project.name, "report", ending=".html"),
        mime="text/html",
        icon=":material/download:",
        on_click="ignore",
        help=_("This page and all languages in one file, which opens without this app."),
        key=f"report_{project.id}",
    )
