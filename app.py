"""Entry point of the app: the server, with its door, its pages and the addresses beside them. Nothing else.

The script of the pages lies in their own folder. Beside this file, Streamlit would take the folder for pages of its own
kind and serve each without the frame around it.
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from lamm_core.logs import configure_logs
from lamm_core.web.door import Door
from lamm_core.web.recent_actors import RecentActors
from lamm_core.web.routes import routes
from lamm_core.workflow.workspace import Workspace
from pages.components.addresses import allowed_hosts, base_path
from pages.components.lifespan import lifespan
from pages.components.provider import StreamlitProvider


def _data() -> Workspace:
    # What keeps things between runs of pages wants to be loaded by a server that runs already.
    from pages.components import services

    return services.data()


configure_logs()
_actors, _provider = RecentActors(), StreamlitProvider()

app = st.App(
    Path(__file__).parent / "pages" / "main.py",
    lifespan=lifespan,
    routes=routes(_data, _actors, _provider, base_path()),
    middleware=[
        Middleware(TrustedHostMiddleware, allowed_hosts=allowed_hosts(), www_redirect=False),
        Middleware(Door, workspace=_data, actors=_actors, provider=_provider, base=base_path()),
    ],
)
