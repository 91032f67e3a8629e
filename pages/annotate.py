"""Annotate: one text at a time, by keyboard."""

from pages.components.frame import guard

guard()

import streamlit as st  # noqa: E402

from lamm_core.words import translate as _  # noqa: E402
from pages.components.frame import annotator_id, chosen_project  # noqa: E402
from pages.components.labelling import show_labelling  # noqa: E402

st.title(_("Annotate"))
show_labelling(chosen_project(), annotator_id())
