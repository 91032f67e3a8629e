"""Under which addresses browsers reach the app, as the server was told."""

import streamlit as st


def base_path() -> str:
    """What stands before every address of the app, such as `/lamm` behind a proxy; empty for nothing."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def allowed_hosts() -> list[str]:
    """Names under which browsers may reach the app."""
    return list(st.get_option("server.allowedHosts") or ["*"])
