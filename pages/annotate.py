"""Annotate: one text at a time, by keyboard."""

from pages.components.frame import guard

guard()

import streamlit as st  # noqa: E402

from pages.components.frame import annotator_id, chosen_project  # noqa: E402
from pages.components.labelling import show_labelling  # noqa: E402
from pages.components.round_notice import show_round_notice  # noqa: E402

st.title("Annotate")
project = chosen_project()
show_labelling(project, annotator_id())
show_round_notice(project)
