"""Labels that people were told are stored, held against those that are."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from lamm_core.records import Action, Project
from lamm_core.storage.tables import annotator, item, label, project_class
from lamm_core.workflow.workspace import Workspace


class Given(NamedTuple):
    """A label: who gave which class to which text."""

    annotator: str
    text: str
    class_name: str


@dataclass(frozen=True)
class Faults:
    """Where the database does not hold what people were told.

    Attributes:
        lost: acknowledged and not stored, or with another class.
        doubled: stored more than once for the same person and text.
        shared: texts that two people labelled; each should have been handed to one.
        untold: stored, but never acknowledged: at most what was under way when the run ended.
    """

    lost: tuple[Given, ...]
    doubled: tuple[Given, ...]
    shared: tuple[str, ...]
    untold: tuple[Given, ...]


def find_faults(acknowledged: Iterable[Given], stored: Sequence[Given]) -> Faults:
    """Compare; everybody labels a text once and nobody undoes, so each label stands once in both."""
    told = set(acknowledged)
    times = Counter((each.annotator, each.text) for each in stored)
    people = Counter(text for _, text in times)
    kept = set(stored)
    return Faults(
        lost=tuple(sorted(told - kept)),
        doubled=tuple(sorted(each for each in kept if times[each.annotator, each.text] > 1)),
        shared=tuple(sorted(text for text, count in people.items() if count > 1)),
        untold=tuple(sorted(kept - told)),
    )


def stored_labels(workspace: Workspace, project: Project) -> list[Given]:
    """Every label that a person gave, as the database has it, oldest first."""
    query = (
        select(annotator.c.name, item.c.text, project_class.c.name.label("class_name"))
        .select_from(label)
        .join(annotator, annotator.c.id == label.c.annotator_id)
        .join(item, item.c.id == label.c.item_id)
        .join(project_class, project_class.c.id == label.c.class_id)
        .where(label.c.project_id == project.id, label.c.action == Action.LABEL)
        .order_by(label.c.id)
    )
    with workspace.database.read() as connection:
        return [Given(*row) for row in connection.execute(query)]
