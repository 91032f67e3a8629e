"""Bring texts into a project."""

import pandas as pd
import streamlit as st

from lamm_core.errors import LammError
from lamm_core.language_names import language_name
from lamm_core.records import Project, Purpose
from lamm_core.workflow.importing import ImportResult, import_table
from pages.components import services
from pages.components.frame import show_error
from pages.components.upload import upload_table

_PURPOSES = {
    "the pool, to be labelled": Purpose.POOL,
    "the check set, to measure accuracy": Purpose.CHECK,
    "the gold items, to train newcomers": Purpose.GOLD,
}


def show_import(project: Project) -> None:
    """Upload, look, say what the columns mean, import."""
    st.markdown(
        "Texts for the **pool** are labelled batch by batch. Texts for the **check set** need a class; they measure "
        "accuracy and are never trained on. **Gold items** need a class too: newcomers answer some of them first, and "
        "you see how many they get right. Importing the same file twice changes nothing."
    )
    uploaded = upload_table(f"import_{project.id}")
    if uploaded is None:
        return
    table, mapping = uploaded
    purpose, language = Purpose.POOL, None
    if mapping.split is None:
        purpose = _PURPOSES[st.radio("These texts are for", list(_PURPOSES), horizontal=True)]
    if mapping.language is None:
        language = st.selectbox("Language of all texts", project.languages, format_func=language_name)
    if st.button("Import", type="primary", icon=":material/upload:"):
        try:
            with st.spinner("Importing …"):
                result = import_table(services.workspace(), project, table, mapping, purpose, language)
        except LammError as error:
            show_error(error)
            return
        show_result(result)


def show_result(result: ImportResult) -> None:
    """What an import did, and every row that could not be taken."""
    st.success(f"{result.summary}.", icon=":material/check:")
    if not result.rejected:
        return
    rejected = pd.DataFrame(
        [{"Row": each.row or None, "Why it was not taken": each.reason} for each in result.rejected]
    )
    st.warning(f"{len(rejected):,} rows were not taken:", icon=":material/rule:")
    st.dataframe(rejected, hide_index=True)
    listed = rejected.to_csv(index=False)
    st.download_button("Download this list", listed, "rejected_rows.csv", icon=":material/download:")
