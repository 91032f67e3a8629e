"""Under which addresses browsers reach the app, as the server was told."""

from urllib.parse import urlsplit

import streamlit as st

from lamm_core.settings import load_settings


def base_path() -> str:
    """What stands before every address of the app, such as `/lamm` behind a proxy; empty for nothing."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def allow_public_host() -> None:
    """Let browsers reach the app under the name of its public address too, besides those of the configuration."""
    host = urlsplit(load_settings().public_url).hostname
    known = list(st.get_option("server.allowedHosts") or [])
    if host and known and host not in known:
        st.set_option("server.allowedHosts", [*known, host])


def allowed_hosts() -> list[str]:
    """Names under which browsers may reach the app."""
    return list(st.get_option("server.allowedHosts") or ["*"])
