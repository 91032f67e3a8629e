"""Labels out."""

import streamlit as st

from lamm_core.records import Project
from lamm_core.workflow.exporting import labels_table
from pages.components import services


def show_export(project: Project) -> None:
    """Every label that stands, with where it came from."""
    table = labels_table(services.workspace(), project)
    if table.empty:
        st.info("There are no labels to export yet.", icon=":material/download:")
        return
    st.markdown(
        f"**{len(table):,} labels**, each with annotator, time, seconds, round, strategy, weight of its language, "
        "uncertainty, and the model that chose it."
    )
    st.dataframe(table.tail(5), hide_index=True)
    name = "".join(mark if mark.isalnum() else "-" for mark in project.name).strip("-").lower()
    csv, jsonl = st.columns(2, width=420)
    csv.download_button(
        "Download CSV", table.to_csv(index=False), f"{name}-labels.csv", "text/csv", icon=":material/download:"
    )
    jsonl.download_button(
        "Download JSONL",
        table.to_json(orient="records", lines=True, force_ascii=False, date_format="iso"),
        f"{name}-labels.jsonl",
        "application/jsonl",
        icon=":material/download:",
    )
