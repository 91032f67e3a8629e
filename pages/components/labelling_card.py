"""Registers the labelling card: a component of plain html, css and js, with no build step."""

from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent


def _read(ending: str) -> str:
    return (_FOLDER / f"labelling_card.{ending}").read_text("utf-8")


labelling_card = st.components.v2.component("lamm.labelling_card", html=_read("html"), css=_read("css"), js=_read("js"))
