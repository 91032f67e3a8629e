"""The workspace, once a server process, and what the sidebar's choices mean."""

import getpass

import streamlit as st

from lamm_core.errors import UnknownProject
from lamm_core.records import Project
from lamm_core.workflow import projects
from lamm_core.workflow.workspace import Workspace, open_workspace


@st.cache_resource(show_spinner=False, on_release=Workspace.close)
def workspace() -> Workspace:
    """The one workspace of this server process, shared by all sessions."""
    return open_workspace()


def project_names() -> list[str]:
    """Names of all projects, sorted."""
    return projects.project_names(workspace())


def find_project(name: str | None) -> Project | None:
    """The project of that name, as it is now; None where there is none."""
    try:
        return projects.get_project(workspace(), name) if name else None
    except UnknownProject:
        return None


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
