"""Registers the labelling card: a component of plain html, css and js, with no build step."""

from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent
# One after the other they are the card's one module; each may use what stands before it.
_SCRIPTS = ("words", "text", "outbox", "wire", "keys", "classes", "face", "card")


# How texts of users look wherever they are shown.
TEXT_STYLE = (_FOLDER / "texts_of_users.css").read_text("utf-8")


def _read(name: str) -> str:
    return (_FOLDER / f"labelling_{name}").read_text("utf-8")


labelling_card = st.components.v2.component(
    "lamm.labelling_card",
    html=_read("card.html"),
    css=TEXT_STYLE + _read("card.css"),
    js="\n".join(_read(f"{name}.js") for name in _SCRIPTS),
)
