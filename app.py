"""Entry point of the app: settings, who is here, the pages they may see, the addresses beside them. Nothing else."""

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from streamlit.navigation.page import StreamlitPage

from lamm_core.errors import LammError
from lamm_core.web.routes import routes
from lamm_core.words import translate as _
from pages.components import services
from pages.components.browser import browser_opened
from pages.components.frame import mark_started, show_error, show_sidebar


def pages() -> list[StreamlitPage]:
    """The pages, made anew for each run: a page object that two sessions shared could be run by one of them only.

    Titles follow the reader's language; addresses are the same for all, so that a link works for everybody.
    """
    return [
        st.Page("pages/annotate.py", title=_("Annotate"), icon=":material/edit_note:", default=True),
        st.Page("pages/languages.py", title=_("Languages"), icon=":material/flag:", url_path="languages"),
        st.Page("pages/rounds.py", title=_("Rounds"), icon=":material/timeline:", url_path="rounds"),
        st.Page("pages/compare.py", title=_("Compare"), icon=":material/compare_arrows:", url_path="compare"),
        st.Page("pages/project.py", title=_("Project"), icon=":material/folder_open:", url_path="project"),
    ]


def main() -> None:
    """Show the frame around all pages, then the page that was asked for."""
    st.set_page_config(page_title="LAMM", page_icon=":material/flag:", layout="wide")
    page = st.navigation(pages())
    show_sidebar()
    mark_started()
    try:
        page.run()
    except LammError as error:
        show_error(error)


# Streamlit runs this file as a script for every page that is drawn; the server imports it once, for the app as a whole.
if __name__ == "__main__":
    main()
else:
    app = st.App(
        __file__,
        lifespan=browser_opened,
        routes=routes(services.workspace, services.base_path()),
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=services.allowed_hosts(), www_redirect=False)],
    )
