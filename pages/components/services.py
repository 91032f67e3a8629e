"""The workspace, once a server process, and what the sidebar's choices mean."""

import getpass

import streamlit as st

from lamm_core.records import Project
from lamm_core.workflow import projects
from lamm_core.workflow.workspace import Workspace, open_workspace


@st.cache_resource(show_spinner=False, on_release=Workspace.close)
def workspace() -> Workspace:
    """The one workspace of this server process, shared by all sessions."""
    return open_workspace()


def all_projects() -> list[Project]:
    """All projects, by name."""
    return projects.list_projects(workspace())


@st.cache_data(show_spinner=False)
def annotator_id(name: str) -> int:
    """Id of the annotator of that name, who is added if new."""
    return projects.ensure_annotator(workspace(), name)


@st.cache_data(show_spinner=False)
def user_name() -> str:
    """Name of the computer's user, for labels of people who give no other."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no entry in the user database, as in some containers
        return "annotator"


def base_path() -> str:
    """What stands before every address of the app, such as `/lamm` behind a proxy; empty for nothing."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def allowed_hosts() -> list[str]:
    """Names under which browsers may reach the app."""
    return list(st.get_option("server.allowedHosts") or ["*"])
