"""What every run of a page begins with: the frame around all pages, and which pages there are."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from lamm_core.actors import Role
from lamm_core.errors import LammError, StorageUnavailable
from lamm_core.words import translate as _
from pages.components import services
from pages.components.frame import show_error, show_sidebar, show_signed_out

# From the app itself: Streamlit's own icons are fetched from another site.
_ICON = str(Path(__file__).parent / "components" / "logo.svg")

_READER = "reader"


def all_pages() -> list[StreamlitPage]:
    """The pages for the reader, made anew for each run: one that two sessions shared could be run by one of them only.

    What a page shows is checked by every call that it makes; here it is kept out of the way of who cannot use it.
    Titles follow the reader's language; addresses are the same for all, so that a link works for everybody.
    """
    actor = services.actor()
    gives_roles = actor.leads or Role.ADMIN in actor.roles.values()
    pages = [
        st.Page("annotate.py", title=_("Annotate"), icon=":material/edit_note:", default=True),
        _page("history", _("My answers"), "list_alt"),
        _page("team", _("Annotators") if actor.manages else _("My work"), "groups" if actor.manages else "person"),
    ]
    if actor.manages:
        pages += [
            _page("review", _("Review"), "rate_review"),
            _page("languages", _("Languages"), "flag"),
            _page("rounds", _("Rounds"), "timeline"),
            _page("compare", _("Compare"), "compare_arrows"),
            _page("project", _("Project"), "folder_open"),
            _page("trail", _("Trail"), "history"),
        ]
    if gives_roles:
        pages.append(_page("users", _("Users"), "group"))
    return pages if actor.user_id is None else [*pages, _page("account", _("Account"), "key")]


def _page(name: str, title: str, icon: str) -> StreamlitPage:
    """The page of a file, at the address of the same name."""
    return st.Page(f"{name}.py", title=title, icon=f":material/{icon}:", url_path=name)


def _start_anew_for_another_reader() -> None:
    """What one reader left in the widgets of a page is nothing for the next one in the same window."""
    reader = services.actor().user_id
    if st.session_state.setdefault(_READER, reader) != reader:
        st.session_state.clear()
        st.session_state[_READER] = reader


def main() -> None:
    """Show the frame around all pages, then the page that was asked for."""
    st.set_page_config(page_title="LAMM", page_icon=_ICON, layout="wide")
    try:
        if services.actor().is_nobody:  # the session has ended while the page was open
            show_signed_out()
        _start_anew_for_another_reader()
        page = st.navigation(all_pages())
    except StorageUnavailable as error:
        show_error(error)
        return
    show_sidebar()
    try:
        page.run()
    except LammError as error:
        show_error(error)


if __name__ == "__main__":
    main()
