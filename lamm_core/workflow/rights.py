"""Who may call what. Every workflow function that takes a workspace bears one of these decorators.

The workspace carries the acting user, so no call can be made without one. A function that is called by another one is
checked again, which costs a lookup in a dictionary and leaves no way around. What a project does by itself, such as a
round that follows from a label, runs as the operator (`Workspace.by_itself`).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from lamm_core.actors import Role
from lamm_core.errors import NotAllowed
from lamm_core.records import Project
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.workspace import Workspace

P = ParamSpec("P")
R = TypeVar("R")
_InProject = Callable[Concatenate[Workspace, Project, P], R]

# What a decorated function asks for: a role in the project, or one of these.
ADMIN, SIGNED_IN, ANYBODY, OWN = "admin", "signed in", "anybody", "own"
_RIGHT = "__right__"

# What somebody is told who has not this role in a project.
ROLE_WORDS = {
    Role.ANNOTATOR: marked("This is for the annotators of the project."),
    Role.MANAGER: marked("This is for the managers of the project."),
    Role.ADMIN: marked("This is for the admins of the project."),
}


def needs(role: Role) -> Callable[[_InProject[P, R]], _InProject[P, R]]:
    """For functions of (workspace, project, ...): the acting user has at least this role in the project."""

    def decorate(
        call: Callable[Concatenate[Workspace, Project, P], R],
    ) -> Callable[Concatenate[Workspace, Project, P], R]:
        @wraps(call)
        def checked(workspace: Workspace, project: Project, /, *args: P.args, **kwargs: P.kwargs) -> R:
            check_role(workspace, project, role)
            return call(workspace, project, *args, **kwargs)

        return _marked_with(checked, role)

    return decorate


def needs_self(
    call: Callable[Concatenate[Workspace, Project, int, P], R],
) -> Callable[Concatenate[Workspace, Project, int, P], R]:
    """For functions of (workspace, project, annotator_id, ...): an annotator of the project, for themselves."""

    @wraps(call)
    def checked(workspace: Workspace, project: Project, annotator_id: int, /, *args: P.args, **kwargs: P.kwargs) -> R:
        check_role(workspace, project, Role.ANNOTATOR)
        if not workspace.actor.is_annotator(annotator_id):
            raise NotAllowed(_("Nobody labels under the name of somebody else."))
        return call(workspace, project, annotator_id, *args, **kwargs)

    return _marked_with(checked, OWN)


def needs_admin(call: Callable[Concatenate[Workspace, P], R]) -> Callable[Concatenate[Workspace, P], R]:
    """For functions of (workspace, ...): an admin of the installation."""

    @wraps(call)
    def checked(workspace: Workspace, /, *args: P.args, **kwargs: P.kwargs) -> R:
        _check_signed_in(workspace)
        if not workspace.actor.leads:
            raise NotAllowed(_("This is for the admins of LAMM."))
        return call(workspace, *args, **kwargs)

    return _marked_with(checked, ADMIN)


def needs_sign_in(call: Callable[Concatenate[Workspace, P], R]) -> Callable[Concatenate[Workspace, P], R]:
    """For functions of (workspace, ...) that show each user their own: anybody who is signed in."""

    @wraps(call)
    def checked(workspace: Workspace, /, *args: P.args, **kwargs: P.kwargs) -> R:
        _check_signed_in(workspace)
        return call(workspace, *args, **kwargs)

    return _marked_with(checked, SIGNED_IN)


def open_to_anybody(call: Callable[P, R]) -> Callable[P, R]:
    """For the few functions that nobody needs an account for, such as signing in."""
    return _marked_with(call, ANYBODY)


def right_of(call: Callable[..., Any]) -> str | None:
    """What a workflow function asks for; None where it says nothing."""
    found = getattr(call, _RIGHT, None)
    return None if found is None else str(found)


def check_role(workspace: Workspace, project: Project, role: Role) -> None:
    """Raise NotAllowed unless the acting user has at least this role in the project."""
    _check_signed_in(workspace)
    if not workspace.actor.has(role, project.id):
        raise NotAllowed(_(ROLE_WORDS[role]))


def _check_signed_in(workspace: Workspace) -> None:
    if workspace.actor.is_nobody:
        raise NotAllowed(_("Sign in first."))


def _marked_with(call: Callable[P, R], right: str) -> Callable[P, R]:
    setattr(call, _RIGHT, right)
    return call
