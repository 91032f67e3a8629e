"""Bring texts into a project."""

import streamlit as st

from lamm_core.errors import LammError
from lamm_core.language_names import language_name
from lamm_core.records import Project, Purpose
from lamm_core.words import in_context, marked
from lamm_core.words import translate as _
from lamm_core.workflow.importing import (
    ImportResult,
    have_texts_embedded,
    import_table,
    rejected_file,
    rejected_table,
)
from pages.components import services
from pages.components.frame import show_error
from pages.components.upload import upload_table

_PURPOSES = {
    Purpose.POOL: marked("the pool, to be labelled"),
    Purpose.CHECK: marked("the check set, to measure accuracy"),
    Purpose.GOLD: marked("the gold items, to train newcomers"),
}


def show_import(project: Project) -> None:
    """Upload, look, say what the columns mean, import."""
    st.markdown(
        _(
            "Texts for the **pool** are labelled batch by batch. Texts for the **check set** need a class; they "
            "measure accuracy and are never trained on. **Gold items** need a class too: newcomers answer some of "
            "them first, and you see how many they get right. Importing the same file twice changes nothing."
        )
    )
    uploaded = upload_table(f"import_{project.id}")
    if uploaded is None:
        return
    table, mapping = uploaded
    purpose, language = Purpose.POOL, None
    if mapping.split is None:
        purposes = {each: _(words) for each, words in _PURPOSES.items()}
        purpose = st.radio(
            _("These texts are for"),
            list(purposes),
            format_func=purposes.__getitem__,
            horizontal=True,
            key=f"import_{project.id}_purpose",
        )
    if mapping.language is None:
        language = st.selectbox(
            _("Language of all texts"),
            project.languages,
            format_func={each: language_name(each) for each in project.languages}.__getitem__,
            key=f"import_{project.id}_all_in",
        )
    if st.button(in_context("button", "Import"), type="primary", icon=":material/upload:"):
        try:
            with st.spinner(_("Importing …")):
                result = import_table(services.workspace(), project, table, mapping, purpose, language)
                have_texts_embedded(services.workspace(), project)
        except LammError as error:
            show_error(error)
            return
        show_result(result)


def show_result(result: ImportResult) -> None:
    """What an import did, and every row that could not be taken."""
    st.success(_("{clause}.", clause=result.summary), icon=":material/check:")
    if not result.rejected:
        return
    st.warning(_("{rows:,} rows were not taken:", rows=len(result.rejected)), icon=":material/rule:")
    headings = {"row": _("Row"), "reason": _("Why it was not taken")}
    st.dataframe(rejected_table(result.rejected), hide_index=True, column_config=headings)
    st.download_button(
        _("Download this list"),
        rejected_file(result.rejected),
        "rejected_rows.csv",
        icon=":material/download:",
    )
