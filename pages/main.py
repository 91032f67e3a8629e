"""What every run of a page begins with: the frame around all pages, and which pages there are."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from lamm_core.errors import LammError
from lamm_core.words import translate as _
from pages.components.frame import is_manager, show_error, show_sidebar


def all_pages() -> list[StreamlitPage]:
    """The pages, made anew for each run: a page object that two sessions shared could be run by one of them only.

    Titles follow the reader's language; addresses are the same for all, so that a link works for everybody.
    """
    reviewing = [st.Page("review.py", title=_("Review"), icon=":material/rate_review:", url_path="review")]
    return [
        st.Page("annotate.py", title=_("Annotate"), icon=":material/edit_note:", default=True),
        st.Page("history.py", title=_("My answers"), icon=":material/history:", url_path="history"),
        *(reviewing if is_manager() else []),
        st.Page("languages.py", title=_("Languages"), icon=":material/flag:", url_path="languages"),
        st.Page("rounds.py", title=_("Rounds"), icon=":material/timeline:", url_path="rounds"),
        st.Page("compare.py", title=_("Compare"), icon=":material/compare_arrows:", url_path="compare"),
        st.Page("project.py", title=_("Project"), icon=":material/folder_open:", url_path="project"),
    ]


def main() -> None:
    """Show the frame around all pages, then the page that was asked for."""
    st.set_page_config(page_title="LAMM", page_icon=":material/flag:", layout="wide")
    page = st.navigation(all_pages())
    show_sidebar()
    try:
        page.run()
    except LammError as error:
        show_error(error)


if __name__ == "__main__":
    main()
