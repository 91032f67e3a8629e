"""The trail of what was done: every workflow function that changes something writes its line in its own transaction."""

from typing import Any

from sqlalchemy import Connection

from lamm_core.actors import Role
from lamm_core.records import Project
from lamm_core.storage import audit
from lamm_core.trail import AuditAction, AuditEvent, TrailFilter
from lamm_core.workflow.rights import needs, needs_admin
from lamm_core.workflow.workspace import Workspace, utc_now

# More lines than this are no reading; who needs all of them asks for one stretch of time after the other.
MOST_LINES = 1_000_000


def note(
    connection: Connection, workspace: Workspace, action: AuditAction, project_id: int | None = None, **details: Any
) -> None:
    """Write down that the acting user did something; stored together with what they did, or not at all.

    Args:
        project_id: the project it concerns, if it concerns one.
        details: what more there is to say, as JSON has it; never an item's text and never a secret.
    """
    audit.add_event(connection, utc_now(), workspace.actor, action, project_id, details)


@needs(Role.MANAGER)
def project_trail(workspace: Workspace, project: Project, wanted: TrailFilter, most: int = 200) -> list[AuditEvent]:
    """The newest lines that concern a project, newest first."""
    with workspace.database.read() as connection:
        return audit.list_events(connection, project.id, wanted, most)


@needs_admin
def whole_trail(workspace: Workspace, wanted: TrailFilter, most: int = 200) -> list[AuditEvent]:
    """The newest lines of all projects, and of what concerns none such as sign-ins, newest first."""
    with workspace.database.read() as connection:
        return audit.list_events(connection, None, wanted, most)
