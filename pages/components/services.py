"""The workspace in the hands of whoever reads the page, and what the sidebar's choices mean."""

import getpass
from dataclasses import replace

import streamlit as st

from lamm_core.actors import Actor, Role
from lamm_core.errors import UnknownProject
from lamm_core.records import Project
from lamm_core.web.recent_actors import RecentActors
from lamm_core.web.session_cookie import session_token
from lamm_core.workflow import projects
from lamm_core.workflow.serving import local_name, set_local_name
from lamm_core.workflow.workspace import Workspace, open_workspace

# Key of the name that the sidebar asks for where nobody signs in; it stands in the address too.
NAME = "annotator"


@st.cache_resource(show_spinner=False, on_release=Workspace.close)
def data() -> Workspace:
    """The one workspace of this server process, shared by all sessions. It acts for nobody who reads a page."""
    return open_workspace()


@st.cache_resource(show_spinner=False)
def _actors() -> RecentActors:
    return RecentActors()


def actor() -> Actor:
    """Whoever reads the page, as their browser's session says; where there are no accounts, the operator."""
    found = _actors().find(data(), session_token(st.context.cookies))
    return replace(found, name=st.session_state.get(NAME) or _computer_user()) if found.is_operator else found


def workspace() -> Workspace:
    """The data in the hands of whoever reads the page, which every call of a page is made with."""
    return data().acting_as(actor())


def may(role: Role, project: Project) -> bool:
    """Whether the reader may do in a project what that role may; for what is shown, since every call is checked."""
    return actor().has(role, project.id)


def project_names() -> list[str]:
    """Names of all projects that the reader has to do with, sorted."""
    return projects.project_names(workspace())


def find_project(name: str | None) -> Project | None:
    """The project of that name, as it is now; None where there is none."""
    try:
        return projects.get_project(workspace(), name) if name else None
    except UnknownProject:
        return None


def annotator_id(name: str) -> int:
    """Id of the annotator that the reader labels as: of that name, who is added if new, where nobody signs in."""
    mine = actor().annotator_id
    return _annotator_id(name) if mine is None else mine


@st.cache_data(show_spinner=False)
def _annotator_id(name: str) -> int:
    return projects.ensure_annotator(data(), name)


def user_name() -> str:
    """Name for labels of people who give no other, where nobody signs in: as once said, or the computer's user."""
    return local_name(data()) or _computer_user()


def is_named() -> bool:
    """Whether somebody has said their name, where nobody signs in."""
    return local_name(data()) is not None


def say_name(name: str) -> None:
    """Remember the name of the one who uses this installation without accounts."""
    set_local_name(data(), name)


@st.cache_data(show_spinner=False)
def _computer_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no entry in the user database, as in some containers
        return "annotator"
