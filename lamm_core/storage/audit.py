"""The trail of what was done: what is written of it, and what labels tell of themselves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, func, insert, or_, select

from lamm_core.actors import Actor
from lamm_core.records import Action
from lamm_core.storage.labels import OF_PEOPLE
from lamm_core.storage.tables import annotator, item, label, project, project_class
from lamm_core.storage.team_tables import audit_event
from lamm_core.trail import OF_LABELS, AuditAction, AuditEvent, TrailFilter

# A label after the annotator's first one on a text is an edit.
_LABELS_OF = {
    AuditAction.LABEL: and_(label.c.action == Action.LABEL, label.c.revision == 1),
    AuditAction.EDIT: and_(label.c.action == Action.LABEL, label.c.revision > 1),
    AuditAction.SKIP: label.c.action == Action.SKIP,
    AuditAction.UNDO: label.c.action == Action.UNDO,
}


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


def list_events(connection: Connection, project_id: int | None, wanted: TrailFilter, most: int) -> list[AuditEvent]:
    """The newest lines that are wanted, newest first.

    Args:
        project_id: only lines that concern this project; None for all.
        most: how many at most.
    """
    found = _written(connection, project_id, wanted, most) + _of_labels(connection, project_id, wanted, most)
    return sorted(found, key=lambda each: each.at, reverse=True)[:most]


def _written(connection: Connection, project_id: int | None, wanted: TrailFilter, most: int) -> list[AuditEvent]:
    query = select(audit_event, project.c.name.label("project_name")).outerjoin(
        project, project.c.id == audit_event.c.project_id
    )
    if project_id is not None:
        query = query.where(audit_event.c.project_id == project_id)
    if wanted.actions is not None:
        query = query.where(audit_event.c.action.in_([each.value for each in wanted.actions]))
    query = _narrowed(query, wanted, audit_event.c.at, audit_event.c.actor)
    rows = connection.execute(query.order_by(audit_event.c.at.desc(), audit_event.c.id.desc()).limit(most))
    return [AuditEvent(row.at, row.actor, AuditAction(row.action), row.project_name or "", row.details) for row in rows]


def _of_labels(connection: Connection, project_id: int | None, wanted: TrailFilter, most: int) -> list[AuditEvent]:
    kinds = [_LABELS_OF[each] for each in OF_LABELS if wanted.wants(each)]
    if not kinds:
        return []
    newest = _newest_labels(project_id, wanted, kinds, most)
    query = (
        select(
            label.c.created_at,
            label.c.action,
            label.c.revision,
            annotator.c.name.label("annotator_name"),
            project.c.name.label("project_name"),
            item.c.external_id,
            project_class.c.name.label("class_name"),
        )
        .select_from(newest)
        .join(label, label.c.id == newest.c.id)
        .join(annotator, annotator.c.id == label.c.annotator_id)
        .join(project, project.c.id == label.c.project_id)
        .join(item, item.c.id == label.c.item_id)
        .outerjoin(project_class, project_class.c.id == label.c.class_id)
        .order_by(label.c.id.desc())
    )
    return [_label_event(row) for row in connection.execute(query)]


def _newest_labels(
    project_id: int | None, wanted: TrailFilter, kinds: list[ColumnElement[bool]], most: int
) -> Subquery:
    """Ids of the newest acts that are wanted: found first, so that nothing is looked up of all the others."""
    query = select(label.c.id).where(OF_PEOPLE, or_(*kinds))
    if project_id is None:
        # By number and not by time: labels are numbered as they come, and the number has an index.
        query = query.order_by(label.c.id.desc())
    else:
        query = query.where(label.c.project_id == project_id).order_by(label.c.created_at.desc(), label.c.id.desc())
    if wanted.actor:
        named = _narrowed(select(annotator.c.id), TrailFilter(wanted.actor), None, annotator.c.name)
        query = query.where(label.c.annotator_id.in_(named))
    of_time = TrailFilter(since=wanted.since, until=wanted.until)
    return _narrowed(query, of_time, label.c.created_at, None).limit(most).subquery("newest")


def _label_event(row: Any) -> AuditEvent:
    is_edit = row.action == Action.LABEL and row.revision > 1
    details = {"item": row.external_id, "revision": row.revision}
    if row.class_name is not None:
        details["class"] = row.class_name
    action = AuditAction.EDIT if is_edit else AuditAction(row.action)
    return AuditEvent(row.created_at, row.annotator_name, action, row.project_name, details)


def _narrowed(query: Select[Any], wanted: TrailFilter, at: Any, actor: Any) -> Select[Any]:
    if wanted.since is not None:
        query = query.where(at >= wanted.since)
    if wanted.until is not None:
        query = query.where(at < wanted.until)
    if wanted.actor:
        query = query.where(func.lower(actor).contains(wanted.actor.lower(), autoescape=True))
    return query
