"""Labels together with the round, the strategy and the model that brought them about."""

from typing import Any

from sqlalchemy import Connection, and_, func, select

from lamm_core.records import Action, ItemState, Purpose
from lamm_core.storage.agreement import of_several
from lamm_core.storage.reviews import is_replaced, is_standing, stands
from lamm_core.storage.tables import (
    annotator,
    batch_item,
    item,
    label,
    model_version,
    project_class,
    round_,
    round_language,
)
from lamm_core.storage.team_tables import review

COLUMNS = (
    "id",
    "language",
    "text",
    "class",
    "split",
    "annotator",
    "labelled_at",
    "seconds",
    "source",
    "deciding",
    "round",
    "strategy",
    "weight",
    "uncertainty",
    "model",
    "comment",
    "flagged",
    "suggested",
    "final_class",
    "decision",
    "reviewer",
)


def labels_with_provenance(connection: Connection, project_id: int, newest: int | None = None) -> list[tuple[Any, ...]]:
    """Rows in the order of COLUMNS and after them the item's number, one for each label that stands, oldest first.

    Args:
        newest: only so many of the newest; None takes all.
    """
    standing = and_(label.c.project_id == project_id, label.c.action == Action.LABEL, stands())
    if newest is not None:  # found first, so that nothing is looked up of all the others
        ids = connection.execute(select(label.c.id).where(standing).order_by(label.c.id.desc()).limit(newest))
        standing = label.c.id.in_(ids.scalars().all())
    entry = batch_item.alias("entry")
    newest_entry = select(func.max(entry.c.id)).where(entry.c.item_id == item.c.id).scalar_subquery()
    suggested, final = project_class.alias("suggested"), project_class.alias("final")
    reviewer, later = annotator.alias("reviewer"), review.alias("later")
    newest_review = select(func.max(later.c.id)).where(later.c.item_id == item.c.id).scalar_subquery()
    query = (
        select(
            item.c.external_id,
            item.c.language,
            item.c.text,
            project_class.c.name,
            item.c.purpose,
            annotator.c.name,
            label.c.created_at,
            label.c.seconds,
            label.c.source,
            (item.c.label_id == label.c.id).label("deciding"),
            round_.c.number,
            round_.c.strategy,
            round_language.c.weight,
            batch_item.c.score,
            model_version.c.number.label("model"),
            label.c.comment,
            label.c.flagged,
            suggested.c.name.label("suggested"),
            final.c.name.label("final_class"),
            review.c.decision,
            reviewer.c.name.label("reviewer"),
            item.c.id,
        )
        .select_from(label)
        .join(item, item.c.id == label.c.item_id)
        .join(project_class, project_class.c.id == label.c.class_id)
        .outerjoin(annotator, annotator.c.id == label.c.annotator_id)
        .outerjoin(suggested, suggested.c.id == label.c.suggested_class_id)
        .outerjoin(final, final.c.id == item.c.class_id)
        .outerjoin(review, and_(review.c.id == newest_review, is_standing()))
        .outerjoin(reviewer, reviewer.c.id == review.c.annotator_id)
        .outerjoin(batch_item, batch_item.c.id == newest_entry)
        .outerjoin(round_, round_.c.id == batch_item.c.round_id)
        .outerjoin(
            round_language,
            and_(round_language.c.round_id == round_.c.id, round_language.c.language == item.c.language),
        )
        .outerjoin(model_version, model_version.c.round_id == round_.c.id)
        .where(standing)
        .order_by(label.c.id.desc())
    )
    return [tuple(row) for row in connection.execute(query)][::-1]


def count_labels(connection: Connection, project_id: int) -> int:
    """How many labels stand in a project: all that were given, but those that a further act has replaced."""
    given = select(func.count()).where(label.c.project_id == project_id, label.c.action == Action.LABEL)
    replaced = select(func.count()).where(is_replaced(project_id), label.c.action == Action.LABEL)
    return int(connection.execute(given).scalar_one()) - int(connection.execute(replaced).scalar_one())


def shared_classes(connection: Connection, project_id: int) -> dict[int, tuple[int, str]]:
    """Labelled items that several people answered: id to the label that decides the class, and that class.

    Gold items are left out.
    """
    query = (
        select(item.c.id, item.c.label_id, project_class.c.name)
        .join(project_class, project_class.c.id == item.c.class_id)
        .where(
            item.c.project_id == project_id,
            item.c.purpose != Purpose.GOLD,
            item.c.state == ItemState.LABELLED,
            item.c.id.in_(of_several(project_id)),
        )
    )
    return {row.id: (row.label_id, row.name) for row in connection.execute(query)}
