"""What every run of a page begins with: the frame around all pages, and which pages there are."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from lamm_core.actors import Role
from lamm_core.errors import LammError
from lamm_core.words import translate as _
from pages.components import services
from pages.components.frame import show_error, show_sidebar, show_signed_out


def all_pages() -> list[StreamlitPage]:
    """The pages for the reader, made anew for each run: one that two sessions shared could be run by one of them only.

    What a page shows is checked by every call that it makes; here it is kept out of the way of who cannot use it.
    Titles follow the reader's language; addresses are the same for all, so that a link works for everybody.
    """
    actor = services.actor()
    leads = actor.is_operator or actor.is_admin
    manages = leads or any(role.covers(Role.MANAGER) for role in actor.roles.values())
    pages = [st.Page("annotate.py", title=_("Annotate"), icon=":material/edit_note:", default=True)]
    if not manages:
        pages.append(st.Page("team.py", title=_("My work"), icon=":material/person:", url_path="team"))
    if manages:
        pages += [
            st.Page("languages.py", title=_("Languages"), icon=":material/flag:", url_path="languages"),
            st.Page("rounds.py", title=_("Rounds"), icon=":material/timeline:", url_path="rounds"),
            st.Page("team.py", title=_("Annotators"), icon=":material/groups:", url_path="team"),
            st.Page("compare.py", title=_("Compare"), icon=":material/compare_arrows:", url_path="compare"),
            st.Page("project.py", title=_("Project"), icon=":material/folder_open:", url_path="project"),
            st.Page("trail.py", title=_("Trail"), icon=":material/history:", url_path="trail"),
        ]
    if leads or Role.ADMIN in actor.roles.values():
        pages.append(st.Page("users.py", title=_("Users"), icon=":material/group:", url_path="users"))
    return pages


def main() -> None:
    """Show the frame around all pages, then the page that was asked for."""
    st.set_page_config(page_title="LAMM", page_icon=":material/flag:", layout="wide")
    if services.actor().is_nobody:  # the session has ended while the page was open
        show_signed_out()
    page = st.navigation(all_pages())
    show_sidebar()
    try:
        page.run()
    except LammError as error:
        show_error(error)


if __name__ == "__main__":
    main()
