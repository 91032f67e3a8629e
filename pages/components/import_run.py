"""Run an import before the user's eyes, with a way to stop it, and tell what came of it."""

import streamlit as st

from lamm_core.records import Project
from lamm_core.words import in_context
from lamm_core.words import translate as _
from lamm_core.workflow.importing import (
    ImportResult,
    WholeFile,
    have_texts_embedded,
    import_file,
    rejected_file,
    rejected_table,
)
from pages.components import services
from pages.components.upload import Upload

_ROWS_SHOWN = 1_000  # of the rejected ones; the file has them all


def run_import(project: Project, upload: Upload, whole: WholeFile) -> ImportResult:
    """Import a file. A click on *Cancel* ends the run of the page at the next step, and nothing is stored."""
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, _("Reading …"))
        st.button(in_context("button", "Cancel"), key=f"cancel_import_{project.id}", icon=":material/close:")
    stages = {"reading": _("Reading …"), "storing": _("Storing …")}
    result = import_file(
        services.workspace(),
        project,
        upload.file,
        upload.mapping,
        whole,
        lambda stage, share: bar.progress(share, stages[stage]) and None,
    )
    have_texts_embedded(services.workspace(), project)
    place.empty()
    return result


def show_result(result: ImportResult) -> None:
    """What an import did, and every row that could not be taken."""
    st.success(_("{clause}.", clause=result.summary), icon=":material/check:")
    if not result.refused:
        return
    st.warning(
        _(
            "{rows:,} rows were not taken. Download them, mend them, and import that file: what is there already "
            "stays as it is.",
            rows=result.refused,
        ),
        icon=":material/rule:",
    )
    headings = {"row": _("Row"), "reason": _("Why it was not taken")}
    st.dataframe(rejected_table(result.rejected[:_ROWS_SHOWN]), hide_index=True, column_config=headings)
    st.download_button(
        _("Download this list"),
        rejected_file(result.rejected),
        "rejected_rows.csv",
        icon=":material/download:",
        on_click="ignore",
    )
