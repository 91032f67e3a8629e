"""The colours of charts for the theme that the reader sees."""

import streamlit as st

from lamm_core.charts.palette import DARK, LIGHT, Palette


def palette() -> Palette:
    """The colours for the theme that the reader sees."""
    return DARK if st.context.theme.type == "dark" else LIGHT
