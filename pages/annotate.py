"""Annotate: one text at a time, by keyboard."""

import streamlit as st

from lamm_core.words import translate as _
from pages.components.frame import annotator_id, chosen_project
from pages.components.labelling import show_labelling

st.title(_("Annotate"))
show_labelling(chosen_project(), annotator_id())
