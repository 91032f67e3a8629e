"""The frame around every page: the sidebar, and the chosen project."""

from html import escape
from pathlib import Path

import streamlit as st

from lamm_core.errors import LammError, StorageUnavailable
from lamm_core.records import Project
from lamm_core.web.door_routes import SIGN_IN, SIGN_OUT
from lamm_core.words import translate as _
from pages.components import services
from pages.components.addresses import base_path
from pages.components.empty import show_empty
from pages.components.first_steps import show_guide
from pages.components.reader import ask_language

# Key of a choice in the sidebar. It stands in the address too, so that a reload or a link keeps it.
_PROJECT = "project"
_NEXT_PROJECT = "next_project"
_LOGO = str(Path(__file__).parent / "logo.svg")
# Streamlit keeps a third of a small screen empty above the title, and a fifth of a laptop's beside the page. Its tables
# offer themselves as CSV with cells that a spreadsheet would run; exports of our own have none.
_STYLE = """<style>
.stMainBlockContainer { padding-top: 4rem; max-width: 75rem; }
[data-testid="stSidebar"] [data-testid="stBaseButton-tertiary"] p { text-align: start; }
.lamm-way-out { text-decoration: underline; color: inherit; }
@media (min-width: 50rem) { .stMainBlockContainer { padding-left: 2.5rem; padding-right: 2.5rem; } }
[data-testid="stElementToolbar"] [aria-label="Download as CSV"] { display: none; }
</style>"""


def show_sidebar() -> None:
    """The project that all pages show, the name under which labels are stored, and the language of the pages."""
    try:
        names = services.project_names()
    except StorageUnavailable as error:
        show_error(error)
        st.stop()
    if _NEXT_PROJECT in st.session_state:
        st.session_state[_PROJECT] = st.session_state.pop(_NEXT_PROJECT)
    st.logo(_LOGO, size="large")
    st.html(_STYLE)
    with st.sidebar:
        if names:
            st.selectbox(_("Project"), names, key=_PROJECT, bind="query-params")
        show_guide(choose_project)
        _show_reader()
        ask_language()


def _show_reader() -> None:
    """Who labels: whoever signed in, or the name that anybody on this computer may change."""
    actor = services.actor()
    if actor.is_operator:
        st.text_input(
            _("Your name"),
            value=services.user_name(),
            key=services.NAME,
            bind="query-params",
            max_chars=100,
            help=_("Labels are stored under this name."),
        )
        return
    st.text(_("Signed in as {name}", name=actor.name))
    _show_way(_("Sign out"), SIGN_OUT)


def _show_way(words: str, path: str) -> None:
    """A link to a page that is none of Streamlit's, in this window."""
    st.html(f'<a class="lamm-way-out" href="{base_path()}{path}" target="_self">{escape(words)}</a>')


def show_signed_out() -> None:
    """What is left of a page whose reader was signed out: a way to sign in again. The page ends."""
    st.title(_("You are signed out"))
    _show_way(_("Sign in"), SIGN_IN)
    st.stop()


def chosen_project() -> Project:
    """The project chosen in the sidebar. Where there is none yet, the page says what to do and ends."""
    found = services.find_project(st.session_state.get(_PROJECT))
    if found is None and not services.actor().leads:
        show_empty(_("You have no part in any project yet. An admin can give you one."), "group_add")
        st.stop()
    if found is None:
        sentence = _("There is no project yet. Make one from a file of texts on the page Project.")
        show_empty(sentence, "add", "project.py", _("Go to Project"))
        st.stop()
    return found


def choose_project(name: str) -> None:
    """Let all pages show this project, from the next run on."""
    st.session_state[_NEXT_PROJECT] = name


def annotator_id() -> int:
    """Id of the person who labels in this session."""
    _ask_name_at_first_start()
    return services.annotator_id(str(st.session_state.get(services.NAME) or "").strip() or services.user_name())


def _ask_name_at_first_start() -> None:
    """Where nobody signs in and nobody has said a name yet, ask for one before the first label."""
    if not services.actor().is_operator or services.NAME in st.query_params or services.is_named():
        return
    with st.form("first_name", width=480):
        name = st.text_input(_("Under which name shall your labels be stored?"), services.user_name(), max_chars=100)
        if not st.form_submit_button(_("Start labelling"), type="primary"):
            st.stop()
    try:
        services.say_name(name)
    except LammError as error:
        show_error(error)
        st.stop()
    st.rerun()


def show_error(error: LammError) -> None:
    """One clear sentence, in the place where it belongs."""
    st.error(as_plain_text(str(error)), icon=":material/error:")


def as_plain_text(text: str) -> str:
    """Escape what markdown would take for markup: messages quote file names and texts of users."""
    return "".join(f"\\{mark}" if mark in "\\`*_{}[]()#+-!|~$:<>" else mark for mark in text)
