"""Gold items: newcomers answer texts whose class is known, and the manager sees how many they get right.

They look like all other texts, but count for nothing else: no model learns from them or is measured with them, and no
round waits for them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from lamm_core.actors import Role
from lamm_core.model.agreement import Figure
from lamm_core.model.intervals import wilson
from lamm_core.records import Action, Lease, Project, Purpose
from lamm_core.storage import annotators, gold, projects
from lamm_core.words import marked
from lamm_core.workflow.rights import needs
from lamm_core.workflow.workspace import Workspace

# What a table of results says of itself, by whether annotators are told the known class.
GOLD_WORDS = {
    False: marked("Texts with a known class, and how many of them got it; what was skipped is left out."),
    True: marked(
        "Texts with a known class, and how many of them got it at the first answer; what was skipped is left out."
    ),
}


@dataclass(frozen=True)
class GoldResult:
    """How an annotator answered the gold items of one language.

    Attributes:
        annotator: name of the annotator.
        language: the language.
        answered: gold items with a label of the annotator that stands; those skipped are not among them.
        right: those of them to which the annotator gave the known class.
        share: right of answered, 0 to 1.
        low, high: 95 % interval of the share.
    """

    annotator: str
    language: str
    answered: int
    right: int
    share: float
    low: float
    high: float


def claim(
    connection: Connection,
    project: Project,
    annotator_id: int,
    count: int,
    languages: Sequence[str] | None,
    until: datetime,
) -> list[Lease]:
    """Up to `count` gold items that the annotator is still to answer; none for who has answered enough of them.

    Every annotator has an order of their own, which stays the same.

    Args:
        languages: only items in these languages, and so many of these; None takes all.
    """
    chosen = _next_items(connection, project, annotator_id, languages)[:count]
    return gold.leases(connection, project.id, annotator_id, chosen, until) if chosen else []


def is_due(connection: Connection, project: Project, annotator_id: int, languages: Sequence[str] | None) -> bool:
    """Whether the annotator is still to answer a gold item."""
    return bool(_next_items(connection, project, annotator_id, languages))


def is_next(connection: Connection, project: Project, annotator_id: int, item_id: int) -> bool:
    """Whether a gold item is one of those that the annotator is still to answer, in the languages that they know."""
    known = annotators.languages_of(connection, annotator_id)
    return item_id in _next_items(connection, project, annotator_id, known or None)


def _next_items(
    connection: Connection, project: Project, annotator_id: int, languages: Sequence[str] | None
) -> list[int]:
    if not project.settings.gold_count:
        return []
    left = gold.open_items(connection, project.id, annotator_id, languages)
    if not left:
        return []
    missing = project.settings.gold_count - gold.count_answered(connection, project.id, annotator_id, languages)
    return sorted(left, key=lambda item_id: _place(annotator_id, item_id))[: max(0, missing)]


def _place(annotator_id: int, item_id: int) -> bytes:
    """Where an item stands in the order of an annotator: nobody can tell the next one from what others had."""
    return hashlib.blake2b(f"{annotator_id} {item_id}".encode(), digest_size=8).digest()


def is_gold(item: Row[Any]) -> bool:
    """Whether an item is a gold one."""
    return bool(item.purpose == Purpose.GOLD)


def known_class(connection: Connection, project: Project, item: Row[Any], action: Action) -> str | None:
    """The class that the annotator is told after an act: a gold item's after a label, where feedback is wanted."""
    if not (project.settings.gold_feedback and is_gold(item) and action is Action.LABEL):
        return None
    ids = projects.class_ids(connection, project.id)
    return next(name for name, class_id in ids.items() if class_id == item.class_id)


@needs(Role.MANAGER)
def gold_results(workspace: Workspace, project: Project) -> list[GoldResult]:
    """How annotators answered the gold items, by name and then in the order of the project's languages."""
    with workspace.database.read() as connection:
        return read_results(connection, project)


def read_results(connection: Connection, project: Project) -> list[GoldResult]:
    """The same, where a transaction is open already.

    Where annotators are told the known class, their first answer to each item counts: a later one says only that they
    have read it. Otherwise the one that stands does.
    """
    rows = gold.count_right(connection, project.id, first=project.settings.gold_feedback)
    results = [
        GoldResult(row.name, row.language, row.answered, row.correct, share, *wilson(share, row.answered))
        for row in rows
        for share in (row.correct / row.answered,)
    ]
    place = {language: number for number, language in enumerate(project.languages)}
    return sorted(results, key=lambda each: (each.annotator.lower(), each.annotator, place[each.language]))


def gold_figure(results: Sequence[GoldResult]) -> Figure | None:
    """Several results as one share, 0 to 1, with Wilson's interval; None where nothing was answered."""
    answered, right = sum(each.answered for each in results), sum(each.right for each in results)
    return Figure(answered, right / answered, *wilson(right / answered, answered)) if answered else None
