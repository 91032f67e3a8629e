"""What needs a look, and what a reviewer decides about it.

Labels are never touched: a decision stands beside them, says the class that training and export see from then on, and
can be undone. Gold items are not reviewed: their class is known. Check items are, and stay out of training.
"""

from typing import Any

from sqlalchemy import Connection, Row

from lamm_core.actors import Role
from lamm_core.errors import AlreadyReviewed, InvalidInput, NothingToUndo, UnknownClass, UnknownItem
from lamm_core.records import Action, ItemState, Project
from lamm_core.reviewing import Decision, Opinion, Reason, ReviewFilter, ReviewItem, ReviewList, Seen
from lamm_core.storage import items, projects, queue, remarks, review_list, reviews
from lamm_core.trail import AuditAction
from lamm_core.words import translate as _
from lamm_core.workflow import audit, gold
from lamm_core.workflow.acts import lock_annotator, restore_standing_label
from lamm_core.workflow.remarks import clean_remark
from lamm_core.workflow.rights import needs, needs_self
from lamm_core.workflow.workspace import Workspace, utc_now

PAGE = 25
EVERYTHING = ReviewFilter()


@needs(Role.MANAGER)
def needing_review(
    workspace: Workspace, project: Project, wanted: ReviewFilter = EVERYTHING, limit: int = PAGE, offset: int = 0
) -> ReviewList:
    """What needs a look: the newest first, of likely errors the likeliest.

    Args:
        wanted: which items.
        limit: items of a page, at least 1.
        offset: items on the pages before it, at least 0.
    """
    if limit < 1 or offset < 0:
        raise InvalidInput(_("A page of the list has at least 1 text and none before its beginning."))
    with workspace.database.read() as connection:
        return review_list.read_list(connection, project.id, wanted, limit, offset)


@needs(Role.MANAGER)
def count_reasons(workspace: Workspace, project: Project) -> dict[Reason, int]:
    """How many items need a look for each reason; an item may have several."""
    with workspace.database.read() as connection:
        found = review_list.count_reasons(connection, project.id)
    return {each: found.get(each, 0) for each in Reason}


@needs(Role.MANAGER)
def review_item(workspace: Workspace, project: Project, item_id: int) -> ReviewItem:
    """One item with its labels, what the model holds for likelier, the decision so far and what was written about it.

    Raises:
        UnknownItem: the project has no such item, or it is a gold item.
    """
    with workspace.database.read() as connection:
        found = items.get_items(connection, [item_id]).get(item_id)
        if found is None or found.project_id != project.id or gold.is_gold(found):
            raise _unknown(project, item_id)
        return _read(connection, project, found)


@needs(Role.MANAGER)
def annotators_to_ask(workspace: Workspace, project: Project) -> dict[int, str]:
    """Annotator id to name, of all who ever labelled or skipped in the project, by name."""
    with workspace.database.read() as connection:
        return reviews.people(connection, project.id)


@needs(Role.MANAGER)
@needs_self
def accept(workspace: Workspace, project: Project, reviewer_id: int, item_id: int, seen: Seen) -> ReviewItem:
    """The class that stands is right, or the item was rightly skipped; nobody need look again.

    Args:
        reviewer_id: under whose name the decision is stored.
        seen: what the reviewer had on the screen (`ReviewItem.seen`).

    Raises:
        UnknownItem: the project has no such item, or it is a gold item.
        AlreadyReviewed: somebody decided about the item or answered it since.
        InvalidInput: nobody has answered it.
    """
    with workspace.database.write() as connection:
        found = _looked_at(connection, project, item_id, seen)
        if not reviews.opinions(connection, found):
            raise InvalidInput(_("Nobody has answered this text yet."))
        return _decide(connection, workspace, project, reviewer_id, found, Decision.ACCEPT, class_id=found.class_id)


@needs(Role.MANAGER)
@needs_self
def change(
    workspace: Workspace, project: Project, reviewer_id: int, item_id: int, seen: Seen, class_name: str
) -> ReviewItem:
    """Another class stands from now on, for training and export; the labels stay as they were given.

    Raises:
        UnknownItem, AlreadyReviewed: see `accept`.
        UnknownClass: the project has no such class.
        InvalidInput: the item has no label, as when it was skipped.
    """
    with workspace.database.write() as connection:
        found = _looked_at(connection, project, item_id, seen)
        class_ids = projects.class_ids(connection, project.id)
        if class_name not in class_ids:
            raise UnknownClass(
                _("The project {name!r} has no class {class_name!r}.", name=project.name, class_name=class_name)
            )
        if found.state != ItemState.LABELLED:
            raise InvalidInput(_("Nobody has given this text a class yet; send it back instead."))
        class_id = class_ids[class_name]
        return _decide(connection, workspace, project, reviewer_id, found, Decision.CHANGE, class_id=class_id)


@needs(Role.MANAGER)
@needs_self
def send_back(
    workspace: Workspace, project: Project, reviewer_id: int, item_id: int, seen: Seen, asked_id: int, remark: str = ""
) -> ReviewItem:
    """Ask an annotator about an item once more: it comes before all others in their queue, with what was written.

    Their answer puts it before the reviewers again. Until then the label that it has goes on counting.

    Args:
        asked_id: the annotator who is asked.
        remark: what they are to mind, up to 2,000 characters; joins the thread of the item.

    Raises:
        UnknownItem, AlreadyReviewed: see `accept`.
        UnknownAnnotator: there is no such annotator.
        InvalidInput: the remark is too long or holds a NUL character, or no round has chosen a batch yet.
    """
    clean = clean_remark(remark)
    with workspace.database.write() as connection:
        # In the order of an annotator's own acts, so that neither waits for the other in a circle.
        lock_annotator(connection, asked_id)
        found = _looked_at(connection, project, item_id, seen)
        if clean:
            remarks.add_remark(connection, project.id, item_id, reviewer_id, clean, utc_now())
        return _decide(connection, workspace, project, reviewer_id, found, Decision.SEND_BACK, asked_id=asked_id)


@needs(Role.MANAGER)
@needs_self
def undo_decision(workspace: Workspace, project: Project, reviewer_id: int, item_id: int, seen: Seen) -> ReviewItem:
    """Take the newest decision about an item back: its labels say its class again, and it needs a look again.

    Raises:
        UnknownItem, AlreadyReviewed: see `accept`.
        NothingToUndo: no decision stands.
    """
    with workspace.database.write() as connection:
        found = _looked_at(connection, project, item_id, seen)
        newest = reviews.newest_review(connection, item_id)
        if newest is None or not newest.stands:
            raise NothingToUndo(_("There is no decision about this text to undo."))
        return _decide(connection, workspace, project, reviewer_id, found, Decision.UNDO)


def _looked_at(connection: Connection, project: Project, item_id: int, seen: Seen) -> Row[Any]:
    """The item, locked, as long as it still is what the reviewer saw."""
    found = items.find_item(connection, project.id, item_id)
    if found is None or gold.is_gold(found):
        raise _unknown(project, item_id)
    newest = reviews.newest_review(connection, item_id)
    if newest is not None and newest.id != seen.review_id:
        raise AlreadyReviewed(_("{name} has decided about this text meanwhile; look again.", name=newest.reviewer))
    if reviews.newest_act(connection, item_id) != seen.label_id:
        raise AlreadyReviewed(_("This text was answered again meanwhile; look again."))
    return found


def _decide(
    connection: Connection,
    workspace: Workspace,
    project: Project,
    reviewer_id: int,
    found: Row[Any],
    decision: Decision,
    class_id: int | None = None,
    asked_id: int | None = None,
) -> ReviewItem:
    """Store a decision and let it take effect."""
    now = utc_now()
    reviews.add_review(
        connection,
        project.id,
        found.id,
        reviewer_id,
        decision,
        now,
        class_id=class_id,
        newest_label_id=reviews.newest_act(connection, found.id),
        asked_annotator_id=asked_id,
    )
    queue.withdraw_asked(connection, found.id, now)
    if asked_id is not None and not queue.ask_again(connection, project.id, found.id, asked_id):
        raise InvalidInput(_("Texts can be sent back once a round has chosen a batch."))
    if class_id is not None:
        items.set_item(connection, found.id, ItemState.LABELLED, class_id, found.label_id)
    else:
        restore_standing_label(connection, found)
    after = _read(connection, project, items.get_items(connection, [found.id])[found.id])
    details = {"item_id": found.id, "decision": decision.value, "class": after.class_name}
    audit.note(connection, workspace, AuditAction.REVIEW, project.id, **details)
    return after


def _read(connection: Connection, project: Project, found: Row[Any]) -> ReviewItem:
    names = {class_id: name for name, class_id in projects.class_ids(connection, project.id).items()}
    review = reviews.newest_review(connection, found.id)
    likelier, score = reviews.suspicion(connection, found.id) or (None, None)
    return ReviewItem(
        item_id=found.id,
        external_id=found.external_id,
        language=found.language,
        text=found.text,
        state=ItemState(found.state),
        class_name=names.get(found.class_id),
        opinions=reviews.opinions(connection, found),
        likelier=likelier,
        score=score,
        review=review,
        thread=remarks.threads(connection, [found.id]).get(found.id, ()),
        seen=Seen(reviews.newest_act(connection, found.id), review.id if review else None),
    )


def first_to_ask(found: ReviewItem) -> Opinion | None:
    """Who is asked again unless somebody else is named: whose label decides the class, else the newest to answer."""
    of_people = [each for each in found.opinions if each.annotator_id is not None]
    deciding = [each for each in of_people if each.deciding and each.action is Action.LABEL]
    return next(iter(deciding or of_people[::-1]), None)


def _unknown(project: Project, item_id: int) -> UnknownItem:
    return UnknownItem(_("The project {name!r} has no item {id}.", name=project.name, id=str(item_id)))
