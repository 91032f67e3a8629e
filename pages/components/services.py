"""The workspace in the hands of whoever reads the page, and what the sidebar's choices mean.

What the whole server shares is kept by Python's own cache: Streamlit's can be emptied by any open page.
"""

import getpass
from collections.abc import Callable
from dataclasses import replace
from functools import cache

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


@cache
def data() -> Workspace:
    """The one workspace of this server process, shared by all sessions. It acts for nobody who reads a page."""
    return open_workspace()


@cache
def _actors() -> RecentActors:
    return RecentActors()


def actor() -> Actor:
    """Whoever reads the page, as their browser's session says; where there are no accounts, the operator."""
    found = _actors().find(data(), _token())
    return replace(found, name=st.session_state.get(NAME) or _computer_user()) if found.is_operator else found


def workspace() -> Workspace:
    """The data in the hands of whoever reads the page, which every call of a page is made with."""
    return data().acting_as(actor())


def workspace_later() -> Callable[[], Workspace]:
    """For what runs after the page, such as making a file to download: with the rights that the reader has then."""
    base, actors, token, reader = data(), _actors(), _token(), actor()

    def now() -> Workspace:
        found = actors.find(base, token)
        return base.acting_as(reader if found.is_operator else found)

    return now


def _token() -> str | None:
    # The door has looked at it more closely: behind TLS a plain cookie did not get this far.
    return session_token(st.context.cookies, secure=False)


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
    return projects.ensure_annotator(workspace(), name) if mine is None else mine


def user_name() -> str:
    """Name for labels of people who give no other, where nobody signs in: as once said, or the computer's user."""
    return local_name(data()) or _computer_user()


def is_named() -> bool:
    """Whether somebody has said their name, where nobody signs in."""
    return local_name(data()) is not None


def say_name(name: str) -> None:
    """Remember the name of the one who uses this installation without accounts."""
    set_local_name(data(), name)


@cache
def _computer_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no entry in the user database, as in some containers
        return "annotator"
