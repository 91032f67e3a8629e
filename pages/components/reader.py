"""The language of whoever reads the page: what they chose, else what the address says, else that of their browser."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lamm_core.words import ENGLISH, LANGUAGES, closest, resolve_by
from lamm_core.words import translate as _

_CHOICE = "reader_language"
_ADDRESS = "lang"


def reader_language() -> str:
    """Code of the language to speak in the run of a page or of a part of it; English where nobody reads."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    chosen = st.session_state.get(_CHOICE)
    return _language_at_first() if chosen is None else chosen


def ask_language() -> None:
    """The choice of a language. It stands in the address as a short code, so that a reload or a link keeps it."""
    chosen = st.selectbox(
        _("Language"),
        list(LANGUAGES),
        list(LANGUAGES).index(reader_language()),
        format_func=LANGUAGES.__getitem__,
        key=_CHOICE,
    )
    # Screen readers choose their voice by it, and browsers whether to offer a translation. The code is one of ours.
    st.html(f"<script>document.documentElement.lang = '{chosen}'</script>", unsafe_allow_javascript=True)
    # Streamlit's own binding would write the name of the language there, which few can type.
    if chosen == closest(st.context.locale):
        st.query_params.pop(_ADDRESS, None)
    elif st.query_params.get(_ADDRESS) != chosen:
        st.query_params[_ADDRESS] = chosen


def _language_at_first() -> str:
    asked = st.query_params.get(_ADDRESS, "")
    return asked if asked in LANGUAGES else closest(st.context.locale)


# Every run is a thread of its own, so the language is looked up where a sentence is wanted. Pages import this before
# they say anything.
resolve_by(reader_language)
