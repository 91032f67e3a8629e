"""Run an import before the user's eyes, with a way to stop it, and tell what came of it."""

from dataclasses import dataclass

import streamlit as st

from lamm_core.records import Project
from lamm_core.words import in_context, plural
from lamm_core.words import translate as _
from lamm_core.workflow.duplicates import set_duplicates_aside
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


@dataclass(frozen=True)
class Imported:
    """What came of an import, and how many texts were set aside; None where the project does not want that."""

    result: ImportResult
    aside: int | None


def run_import(project: Project, upload: Upload, whole: WholeFile) -> Imported:
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
    bar = place.progress(0.0, _("Looking for near duplicates …"))
    aside = set_duplicates_aside(
        services.workspace(),
        project,
        lambda _stage, share: bar.progress(share, _("Looking for near duplicates …")) and None,
    )
    have_texts_embedded(services.workspace(), project)
    place.empty()
    return Imported(result, aside)


def show_result(imported: Imported) -> None:
    """What an import did, and every row that could not be taken."""
    result, aside = imported.result, imported.aside
    st.success(_("{clause}.", clause=result.summary), icon=":material/check:")
    if aside:
        st.info(
            plural(
                "{count:,} text nearly repeats another one and is set aside; look it over under Import.",
                "{count:,} texts nearly repeat another one and are set aside; look them over under Import.",
                aside,
            ),
            icon=":material/file_copy:",
        )
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
