"""An empty page says what is missing, and leads to where it comes from."""

from collections.abc import Callable

import streamlit as st


def show_empty(sentence: str, icon: str, page: str | None = None, way: str = "") -> None:
    """A sentence, and below it a link to the page where something can be done about it.

    Args:
        sentence: what is missing and when it comes; may hold markdown.
        icon: name of a Material symbol.
        page: file of a page that the reader has, such as "project.py"; None where there is nothing to do.
        way: what the link says.
    """
    st.info(sentence, icon=f":material/{icon}:")
    if page is not None:
        st.page_link(page, label=way, icon=":material/arrow_forward:")


def show_filtered_away(sentence: str, show_all: str, clear: Callable[[], None]) -> None:
    """A sentence where filters leave nothing, and the button that takes them off.

    Args:
        sentence: that nothing fits.
        show_all: what the button says.
        clear: takes the filters off, before the page runs again.
    """
    st.info(sentence, icon=":material/filter_alt:")
    st.button(show_all, icon=":material/filter_alt_off:", on_click=clear)
