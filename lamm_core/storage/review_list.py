"""What needs a look, found and counted by the database: a project may have a hundred thousand labels."""

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    select,
    union_all,
)

from lamm_core.records import Action, Purpose
from lamm_core.reviewing import APART, Decision, Reason, ReviewEntry, ReviewFilter, ReviewList
from lamm_core.storage.growth import Addition, is_labelled_before, newest_addition
from lamm_core.storage.reviews import is_answered, is_replaced, is_suspected, newest_reviews, stands
from lamm_core.storage.tables import annotator, item, label, project_class
from lamm_core.storage.team_tables import label_suspect

_SHOWN = 300  # characters of a text


def read_list(connection: Connection, project_id: int, wanted: ReviewFilter, limit: int, offset: int) -> ReviewList:
    """A page of the list: the newest first, of likely errors the likeliest; see `_chosen` for `Reason.BEFORE_CLASS`.

    Args:
        wanted: which items.
        limit: items of a page.
        offset: items on the pages before it.
    """
    # Those labelled before a class came may be a hundred thousand: they are listed alone, and only if asked for.
    addition = newest_addition(connection, project_id) if wanted.reason is Reason.BEFORE_CLASS else None
    reasons = _reasons(project_id) if addition is None else _labelled_before(project_id, addition).cte("reasons")
    chosen = _chosen(reasons, project_id, wanted, addition).limit(limit).offset(offset).subquery()
    rows = connection.execute(_decorated(chosen)).mappings().all()
    if not rows and offset:  # beyond the end, where no row says how many there are
        return ReviewList((), read_list(connection, project_id, wanted, 1, 0).total)
    return ReviewList(tuple(_entry(row) for row in rows), int(rows[0]["total"]) if rows else 0)


def count_reasons(connection: Connection, project_id: int) -> dict[Reason, int]:
    """Items for each reason; an item may have several."""
    reasons = _reasons(project_id)
    query = (
        select(reasons.c.reason, func.count(reasons.c.item_id.distinct()).label("items"))
        .where(_is_reviewed(reasons, project_id))
        .group_by(reasons.c.reason)
    )
    found = {Reason(row.reason): int(row.items) for row in connection.execute(query)}
    addition = newest_addition(connection, project_id)
    if addition is not None:
        before = select(func.count()).select_from(item).where(is_labelled_before(project_id, addition))
        found[Reason.BEFORE_CLASS] = connection.execute(before).scalar_one()
    return found


def _reasons(project_id: int) -> CTE:
    """One row for each item and reason to look at it: item_id, reason, label_id (the act that gave the reason)."""
    reviews = newest_reviews(project_id).cte("newest_reviews")
    decided = reviews.c.decision != Decision.UNDO
    settled = select(reviews.c.item_id).where(decided, ~is_answered(reviews))
    answered = _row(reviews.c.item_id, Reason.ANSWERED, reviews.c.newest_label_id).where(decided, is_answered(reviews))
    waiting = _row(reviews.c.item_id, Reason.SENT_BACK, reviews.c.newest_label_id).where(
        reviews.c.decision == Decision.SEND_BACK, ~is_answered(reviews)
    )
    open_reasons = (
        _noted(project_id, Reason.FLAGGED, label.c.flagged),
        _noted(project_id, Reason.COMMENTED, label.c.comment.is_not(None)),
        _differing(project_id),
        _suspected(project_id),
    )
    unsettled = [each.where(each.selected_columns.item_id.not_in(settled)) for each in open_reasons]
    return union_all(answered, waiting, *unsettled).cte("reasons")


def _row(item_id: ColumnElement[Any], reason: Reason, label_id: ColumnElement[Any]) -> Select[Any]:
    return select(item_id.label("item_id"), literal(reason.value).label("reason"), label_id.label("label_id"))


def _noted(project_id: int, reason: Reason, noted: ColumnElement[bool]) -> Select[Any]:
    """Acts that stand with a flag or a comment."""
    return _row(label.c.item_id, reason, label.c.id).where(
        label.c.project_id == project_id, noted, label.c.action.in_([Action.LABEL, Action.SKIP]), stands()
    )


def _differing(project_id: int) -> Select[Any]:
    """Items with standing labels of different classes."""
    given, act = label.alias("given"), label.alias("act")
    # Only items with two acts or more can have two classes: few, and found in one pass over an index.
    several = select(act.c.item_id).where(act.c.project_id == project_id)
    several = several.group_by(act.c.item_id).having(func.count() > 1)
    replaced = select(label.c.id).where(is_replaced(project_id))
    found = (
        select(given.c.item_id, func.max(given.c.id).label("label_id"))
        .where(given.c.project_id == project_id, given.c.action == Action.LABEL)
        .where(given.c.item_id.in_(several), given.c.id.not_in(replaced))
        .group_by(given.c.item_id)
        .having(func.min(given.c.class_id) != func.max(given.c.class_id))
        .cte("differing")
    )
    return _row(found.c.item_id, Reason.DISAGREEMENT, found.c.label_id)


def _suspected(project_id: int) -> Select[Any]:
    """Labels that the model suspects and that still decide the class of their items."""
    return (
        _row(label_suspect.c.item_id, Reason.LIKELY_ERROR, label_suspect.c.label_id)
        .join(item, is_suspected())
        .where(label_suspect.c.project_id == project_id)
    )


def _labelled_before(project_id: int, addition: Addition) -> Select[Any]:
    """Items labelled before the newest classes came; an older decision about them settles nothing."""
    return _row(item.c.id, Reason.BEFORE_CLASS, item.c.label_id).where(is_labelled_before(project_id, addition))


def _is_reviewed(reasons: CTE, project_id: int) -> ColumnElement[bool]:
    """Gold items are not: their class is known. They are few, and known without a look at the item of each reason."""
    gold = select(item.c.id).where(item.c.project_id == project_id, item.c.purpose == Purpose.GOLD)
    return reasons.c.item_id.not_in(gold)


def _conditions(reasons: CTE, project_id: int, wanted: ReviewFilter) -> list[ColumnElement[bool]]:
    """What is wanted of items. Looked up item by item, since a join would be tempted to read all items."""
    conditions: list[ColumnElement[bool]] = []
    of_item = item.c.id == reasons.c.item_id
    if wanted.language is not None:
        conditions.append(select(item.c.language).where(of_item).scalar_subquery() == wanted.language)
    if wanted.class_name is not None:
        named = select(project_class.c.id).where(
            project_class.c.project_id == project_id, project_class.c.name == wanted.class_name
        )
        conditions.append(select(item.c.class_id).where(of_item).scalar_subquery() == named.scalar_subquery())
    if wanted.annotator is not None:
        by = label.alias("by")
        acted = select(by.c.id).join(annotator, annotator.c.id == by.c.annotator_id)
        conditions.append(exists(acted.where(by.c.item_id == reasons.c.item_id, annotator.c.name == wanted.annotator)))
    return conditions


def _chosen(reasons: CTE, project_id: int, wanted: ReviewFilter, addition: Addition | None) -> Select[Any]:
    """The items of the list in its order, each with its reasons, and the number of all of them as `total`.

    Of those labelled before the newest classes came, the ones for which the model finds such a class likelier are
    first, then those of the check set.
    """
    of_reason = reasons.c.reason.not_in(APART) if wanted.reason is None else reasons.c.reason == wanted.reason
    newest = func.max(reasons.c.label_id)
    query = (
        select(reasons.c.item_id, newest.label("newest"), *_flags(reasons), func.count().over().label("total"))
        .where(_is_reviewed(reasons, project_id), *_conditions(reasons, project_id, wanted))
        .group_by(reasons.c.item_id)
        .having(func.max(case((of_reason, 1), else_=0)) == 1)
    )
    if wanted.reason is Reason.LIKELY_ERROR:
        score = func.min(label_suspect.c.score)
        query = query.join(label_suspect, label_suspect.c.item_id == reasons.c.item_id)
    elif wanted.reason is Reason.BEFORE_CLASS and addition is not None:
        newer = and_(is_suspected(), label_suspect.c.likelier_class_id.in_(list(addition.classes.values())))
        # A chance is at most 1, so that what nothing is known of comes after it.
        score = func.min(func.coalesce(label_suspect.c.score, case((item.c.purpose == Purpose.CHECK, 2.0), else_=3.0)))
        query = query.join(item, item.c.id == reasons.c.item_id).outerjoin(label_suspect, newer)
    else:
        score = func.min(literal(0.0))
    return query.add_columns(score.label("score")).order_by(score, newest.desc(), reasons.c.item_id.desc())


def _decorated(chosen: Subquery) -> Select[Any]:
    """The chosen items with what is shown of them, in the same order."""
    likelier = project_class.alias("likelier")
    return (
        select(
            chosen,
            item.c.external_id,
            item.c.language,
            func.substr(item.c.text, 1, _SHOWN).label("text"),
            project_class.c.name.label("class_name"),
            likelier.c.name.label("likelier"),
        )
        .join(item, item.c.id == chosen.c.item_id)
        .outerjoin(project_class, project_class.c.id == item.c.class_id)
        .outerjoin(label_suspect, is_suspected())
        .outerjoin(likelier, likelier.c.id == label_suspect.c.likelier_class_id)
        .order_by(chosen.c.score, chosen.c.newest.desc(), chosen.c.item_id.desc())
    )


def _flags(reasons: CTE) -> list[ColumnElement[Any]]:
    """One column a reason, named after it: 1 where the item has it."""
    return [func.max(case((reasons.c.reason == each, 1), else_=0)).label(each.value) for each in Reason]


def _entry(row: Any) -> ReviewEntry:
    return ReviewEntry(
        item_id=row["item_id"],
        external_id=row["external_id"],
        language=row["language"],
        text=row["text"],
        class_name=row["class_name"],
        reasons=tuple(each for each in Reason if row[each.value]),
        likelier=row["likelier"],
    )
