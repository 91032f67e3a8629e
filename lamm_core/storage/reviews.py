"""What reviewers decided about items: append-only, the newest row of an item decides."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, insert, select, text

from lamm_core.records import Action
from lamm_core.reviewing import Decision, Opinion, ReviewRow
from lamm_core.storage.tables import annotator, item, label, project_class
from lamm_core.storage.team_tables import label_suspect, review


def add_review(
    connection: Connection,
    project_id: int,
    item_id: int,
    reviewer_id: int,
    decision: Decision,
    now: datetime,
    *,
    class_id: int | None = None,
    newest_label_id: int | None = None,
    asked_annotator_id: int | None = None,
) -> None:
    """Add a decision.

    Args:
        class_id: the class that stands from now on; None for an item sent back, a skip that was accepted, or an undo.
        newest_label_id: the newest act that the reviewer saw.
        asked_annotator_id: who is asked again, for an item sent back.
    """
    connection.execute(
        insert(review).values(
            project_id=project_id,
            item_id=item_id,
            annotator_id=reviewer_id,
            decision=decision,
            class_id=class_id,
            newest_label_id=newest_label_id,
            asked_annotator_id=asked_annotator_id,
            created_at=now,
        )
    )


def newest_reviews(project_id: int) -> Select[Any]:
    """The newest decision of each item of a project that has one."""
    newest = select(func.max(review.c.id)).where(review.c.project_id == project_id).group_by(review.c.item_id)
    return select(review).where(review.c.id.in_(newest))


def is_standing() -> ColumnElement[bool]:
    """Whether a decision, the newest of its item, was not undone and nobody acted on the item since."""
    return and_(review.c.decision != Decision.UNDO, ~is_answered(review))


def is_answered(reviews: Any) -> ColumnElement[bool]:
    """Whether somebody labelled or skipped an item, or took that back, since a decision of this table was made."""
    newer = label.alias("since")
    return exists(
        select(newer.c.id).where(
            newer.c.item_id == reviews.c.item_id, newer.c.id > func.coalesce(reviews.c.newest_label_id, 0)
        )
    )


def standing_decisions(connection: Connection, project_id: int) -> dict[int, int]:
    """Item id to the id of the class that a reviewer decided on, for items where that still stands.

    The newest decision on an item counts. It does not stand where the item was sent back, or where somebody has
    labelled the item since: the reviewer did not see that label.
    """
    newest = select(func.max(review.c.id)).where(review.c.project_id == project_id).group_by(review.c.item_id)
    unseen = select(label.c.id).where(
        label.c.item_id == review.c.item_id,
        label.c.action == Action.LABEL,
        label.c.id > func.coalesce(review.c.newest_label_id, 0),
    )
    query = select(review.c.item_id, review.c.class_id).where(
        review.c.id.in_(newest), review.c.class_id.is_not(None), ~unseen.exists()
    )
    return {row.item_id: row.class_id for row in connection.execute(query)}


def newest_review(connection: Connection, item_id: int) -> ReviewRow | None:
    """The newest decision about an item."""
    reviewer, asked = annotator.alias("reviewer"), annotator.alias("asked")
    query = (
        select(
            review.c.id,
            review.c.decision,
            project_class.c.name.label("class_name"),
            reviewer.c.name.label("reviewer"),
            asked.c.name.label("asked"),
            review.c.created_at.label("decided_at"),
            is_standing().label("stands"),
        )
        .join(reviewer, reviewer.c.id == review.c.annotator_id)
        .outerjoin(asked, asked.c.id == review.c.asked_annotator_id)
        .outerjoin(project_class, project_class.c.id == review.c.class_id)
        .where(review.c.item_id == item_id)
        .order_by(review.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    return ReviewRow(**dict(row) | {"decision": Decision(row["decision"]), "stands": bool(row["stands"])})


def newest_act(connection: Connection, item_id: int) -> int | None:
    """Id of the newest act on an item, undo included."""
    newest: int | None = connection.execute(select(func.max(label.c.id)).where(label.c.item_id == item_id)).scalar_one()
    return newest


def opinions(connection: Connection, found: Row[Any]) -> tuple[Opinion, ...]:
    """The newest label or skip of each annotator on an item, oldest first; what was taken back is left out.

    Args:
        found: the item.
    """
    query = (
        select(
            label.c.id.label("label_id"),
            label.c.annotator_id,
            annotator.c.name.label("annotator"),
            label.c.action,
            project_class.c.name.label("class_name"),
            label.c.created_at.label("given_at"),
            label.c.seconds,
            label.c.comment,
            label.c.flagged,
        )
        .select_from(label)
        .outerjoin(annotator, annotator.c.id == label.c.annotator_id)
        .outerjoin(project_class, project_class.c.id == label.c.class_id)
        .where(label.c.item_id == found.id, label.c.action != Action.UNDO, stands())
        .order_by(label.c.id)
    )
    return tuple(
        Opinion(**dict(row) | {"action": Action(row["action"])}, deciding=row["label_id"] == found.label_id)
        for row in connection.execute(query).mappings()
    )


def stands() -> ColumnElement[bool]:
    """Whether an act is the newest one of its annotator on its item."""
    newer = label.alias("newer")
    return ~exists(
        select(newer.c.id).where(
            newer.c.item_id == label.c.item_id,
            newer.c.annotator_id.is_not_distinct_from(label.c.annotator_id),
            newer.c.revision > label.c.revision,
        )
    )


def is_replaced(project_id: int) -> ColumnElement[bool]:
    """Whether an act of a project is not the newest one of its annotator on its item; found without a look at others.

    Only where somebody acted again there is a revision after the first, and few do.
    """
    further = label.alias("further")
    again = select(further.c.item_id).where(further.c.project_id == project_id, text("further.revision > 1"))
    return and_(label.c.project_id == project_id, label.c.item_id.in_(again), ~stands())


def is_suspected() -> ColumnElement[bool]:
    """Whether what the model suspects is still the label that decides the class of its item."""
    return and_(
        label_suspect.c.project_id == item.c.project_id,
        label_suspect.c.item_id == item.c.id,
        label_suspect.c.label_id == item.c.label_id,
    )


def suspicion(connection: Connection, item_id: int) -> tuple[str, float] | None:
    """The likelier class, and the chance of the one given, where the model suspects the label that decides an item."""
    query = (
        select(project_class.c.name, label_suspect.c.score)
        .select_from(label_suspect)
        .join(item, is_suspected())
        .join(project_class, project_class.c.id == label_suspect.c.likelier_class_id)
        .where(label_suspect.c.item_id == item_id)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.name, float(row.score))


def people(connection: Connection, project_id: int) -> dict[int, str]:
    """Annotator id to name, of all who ever acted in a project, by name."""
    acted = exists(select(label.c.id).where(label.c.project_id == project_id, label.c.annotator_id == annotator.c.id))
    query = select(annotator.c.id, annotator.c.name).where(acted).order_by(annotator.c.name)
    return {row.id: row.name for row in connection.execute(query)}
