"""Entry point of the app: the server, with its pages and the addresses beside them. Nothing else.

The script of the pages lies in their own folder. Beside this file, Streamlit would take the folder for pages of its own
kind and serve each without the frame around it.
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from lamm_core.web.routes import routes
from pages.components import services
from pages.components.browser import browser_opened

app = st.App(
    Path(__file__).parent / "pages" / "main.py",
    lifespan=browser_opened,
    routes=routes(services.workspace, services.base_path()),
    middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=services.allowed_hosts(), www_redirect=False)],
)
