"""Open the browser when the server starts: Streamlit itself does not for an app that has addresses beside its pages."""

import os
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from pages.components.addresses import base_path

# The server is about to answer; until it does, its socket keeps the browser waiting.
_SECONDS = 0.3


@asynccontextmanager
async def browser_opened(_app: st.App) -> AsyncIterator[None]:
    """As long as the server lives: opens the browser once at its start, unless it was asked not to."""
    if not st.get_option("server.headless") and _has_screen():
        port = st.get_option("server.port")
        timer = threading.Timer(_SECONDS, webbrowser.open, [f"http://127.0.0.1:{port}{base_path()}"])
        timer.daemon = True
        timer.start()
    yield


def _has_screen() -> bool:
    """Without one, a browser in the terminal would take the place of the server."""
    return not sys.platform.startswith("linux") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
