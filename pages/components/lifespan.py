"""What the server does as it starts: refuse an address that is not safe, and open the browser.

Streamlit itself opens none for an app that has addresses beside its pages.
"""

import os
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from lamm_core.workflow.serving import check_address
from pages.components.addresses import base_path

# The server is about to answer; until it does, its socket keeps the browser waiting.
_SECONDS = 0.3


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """As long as the server lives: opens the browser once at its start, unless it was asked not to.

    Raises:
        NotAllowed: other computers could reach the server, and nobody would have to sign in.
    """
    from pages.components import services

    check_address(services.data(), str(st.get_option("server.address") or ""))
    if not st.get_option("server.headless") and _has_screen():
        port = st.get_option("server.port")
        timer = threading.Timer(_SECONDS, webbrowser.open, [f"http://127.0.0.1:{port}{base_path()}"])
        timer.daemon = True
        timer.start()
    yield


def _has_screen() -> bool:
    """Without one, a browser in the terminal would take the place of the server."""
    return not sys.platform.startswith("linux") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
