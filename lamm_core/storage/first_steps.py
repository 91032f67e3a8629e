"""What of a newcomer's first steps can be read from the data. Each question ends at the first rows that answer it."""

from collections.abc import Sequence

from sqlalchemy import Connection, Select, func, select

from lamm_core.records import Action, Source
from lamm_core.storage.tables import item, label, model_version
from lamm_core.storage.team_tables import audit_event
from lamm_core.trail import AuditAction


def labels_of_people(connection: Connection, project_ids: Sequence[int], most: int) -> int:
    """How many labels people gave in these projects; no more than `most` are counted."""
    given = (
        select(label.c.id)
        .where(
            label.c.project_id.in_(project_ids),
            label.c.annotator_id.is_not(None),
            label.c.action == Action.LABEL,
            label.c.source == Source.HUMAN,
        )
        .limit(most)
    )
    return int(connection.execute(select(func.count()).select_from(given.subquery())).scalar_one())


def have_texts(connection: Connection, project_ids: Sequence[int]) -> bool:
    """Whether one of these projects has a text."""
    return _is_any(connection, select(item.c.id).where(item.c.project_id.in_(project_ids)))


def have_models(connection: Connection, project_ids: Sequence[int]) -> bool:
    """Whether a model was fitted in one of these projects."""
    return _is_any(connection, select(model_version.c.id).where(model_version.c.project_id.in_(project_ids)))


def were_exported(connection: Connection, project_ids: Sequence[int]) -> bool:
    """Whether somebody took labels out of one of these projects."""
    exports = select(audit_event.c.id).where(
        audit_event.c.project_id.in_(project_ids), audit_event.c.action == AuditAction.EXPORTED.value
    )
    return _is_any(connection, exports)


def _is_any(connection: Connection, query: Select[tuple[int]]) -> bool:
    return connection.execute(query.limit(1)).first() is not None
