"""The trail of what was done, as it is written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from lamm_core.actors import Actor
from lamm_core.storage.team_tables import audit_event
from lamm_core.trail import AuditAction


def add_event(
    connection: Connection,
    at: datetime,
    actor: Actor,
    action: AuditAction,
    project_id: int | None,
    details: Mapping[str, Any],
) -> None:
    """Add a line; the database refuses to change or remove it later."""
    connection.execute(
        insert(audit_event).values(
            at=at,
            actor=actor.name,
            user_id=actor.user_id,
            project_id=project_id,
            action=action.value,
            details=dict(details),
        )
    )
