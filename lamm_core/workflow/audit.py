"""The trail of what was done: every workflow function that changes something writes its line in its own transaction."""

from typing import Any

from sqlalchemy import Connection

from lamm_core.storage import audit
from lamm_core.trail import AuditAction
from lamm_core.workflow.workspace import Workspace, utc_now


def note(
    connection: Connection, workspace: Workspace, action: AuditAction, project_id: int | None = None, **details: Any
) -> None:
    """Write down that the acting user did something; stored together with what they did, or not at all.

    Args:
        project_id: the project it concerns, if it concerns one.
        details: what more there is to say, as JSON has it; never an item's text and never a secret.
    """
    audit.add_event(connection, utc_now(), workspace.actor, action, project_id, details)
