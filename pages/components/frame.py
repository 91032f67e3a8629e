"""The frame around every page: the sidebar, and the chosen project."""

from pathlib import Path

import streamlit as st

from lamm_core.actors import Role
from lamm_core.errors import LammError, StorageUnavailable
from lamm_core.records import Project
from lamm_core.words import translate as _
from pages.components import services
from pages.components.reader import ask_language

# Keys of two choices in the sidebar. Both stand in the address too, so that a reload or a link keeps them.
_PROJECT = "project"
_ANNOTATOR = "annotator"
_NEXT_PROJECT = "next_project"
_LOGO = str(Path(__file__).parent / "logo.svg")
# Streamlit keeps a third of a small screen empty above the title, and a fifth of a laptop's beside the page.
_STYLE = """<style>
.stMainBlockContainer { padding-top: 4rem; max-width: 75rem; }
@media (min-width: 50rem) { .stMainBlockContainer { padding-left: 2.5rem; padding-right: 2.5rem; } }
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
        st.text_input(
            _("Your name"),
            value=services.user_name(),
            key=_ANNOTATOR,
            bind="query-params",
            max_chars=100,
            help=_("Labels are stored under this name."),
        )
        ask_language()


def chosen_project() -> Project:
    """The project chosen in the sidebar. Where there is none yet, the page says what to do and ends."""
    found = services.find_project(st.session_state.get(_PROJECT))
    if found is None:
        st.info(_("There is no project yet. Make one from a file of texts on the page Project."), icon=":material/add:")
        st.page_link("project.py", label=_("Go to Project"), icon=":material/folder_open:")
        st.stop()
    return found


def choose_project(name: str) -> None:
    """Let all pages show this project, from the next run on."""
    st.session_state[_NEXT_PROJECT] = name


def annotator_id() -> int:
    """Id of the person who labels in this session."""
    return services.annotator_id(str(st.session_state.get(_ANNOTATOR) or "").strip() or services.user_name())


def is_manager() -> bool:
    """Whether the acting user manages the chosen project; each page asks again what it shows."""
    try:
        found = services.find_project(st.session_state.get(_PROJECT))
        return found is None or services.workspace().actor.has(Role.MANAGER, found.id)
    except StorageUnavailable:  # the sidebar says so, and ends the page
        return True


def show_error(error: LammError) -> None:
    """One clear sentence, in the place where it belongs."""
    st.error(as_plain_text(str(error)), icon=":material/error:")


def as_plain_text(text: str) -> str:
    """Escape what markdown would take for markup: messages quote file names and texts of users."""
    return "".join(f"\\{mark}" if mark in "\\`*_{}[]()#+-!|~$:<>" else mark for mark in text)
