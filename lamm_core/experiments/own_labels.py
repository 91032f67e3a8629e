"""A project's own labels as the data of a replay.

The pool is what has been labelled, so a replay can choose among these texts only: it is no sample of the project's
pool, since the project's own strategy has chosen them.
"""

import math
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from lamm_core.enough_labels import Comparable, comparable
from lamm_core.experiments.tasks import BenchmarkTask, TaskData
from lamm_core.records import ItemState, Project, Purpose
from lamm_core.storage import items
from lamm_core.storage.items import ItemTable

MOST_FIRST_LABELS = 100
FEWEST_ROUNDS = 8
MOST_ROUNDS = 20


@dataclass(frozen=True, eq=False)
class OwnLabels:
    """What of a project strategies are replayed on.

    Attributes:
        data: labelled pool items, and the check items, which serve both as check and as test rows.
        targets: language to the project's target, for the languages that are compared.
        comparable: which languages these are, and why others are not.
    """

    data: TaskData
    targets: dict[str, float]
    comparable: Comparable


def read_own_labels(connection: Connection, project: Project) -> OwnLabels:
    """Read a project's labels as they are now.

    Raises:
        TooFewLabels: there are too few labels, or too few languages with check items, to compare strategies on.
    """
    pool = items.read_items(connection, project.id, Purpose.POOL)
    pool = pool.where((pool.states == ItemState.LABELLED) & ~pool.repeats)
    check = items.read_items(connection, project.id, Purpose.CHECK)
    check = check.where(check.classes != "")
    found = comparable(_counts(pool, project), _counts(check, project))
    found.require_enough()

    pool = pool.where(np.isin(pool.languages, found.languages))
    check = check.where(np.isin(check.languages, found.languages))
    ids = np.concatenate([pool.ids, check.ids])
    texts = dict(items.read_texts(connection, ids.tolist()))
    return OwnLabels(
        data=_as_task_data(project, found, pool, check, [texts[each] for each in ids.tolist()]),
        targets={language: project.settings.targets[language] for language in found.languages},
        comparable=found,
    )


def first_labels(labels: int) -> int:
    """Size of the first, random batch: a quarter of the labels, 100 at most."""
    return min(MOST_FIRST_LABELS, labels // 4)


def labels_to_spend(labels: int) -> int:
    """Where a replay ends: three quarters of the labels. With all of them, every strategy has the same texts."""
    return labels - labels // 4


def batch_size(labels: int, budget: int) -> int:
    """Labels of every later batch: the project's budget, made smaller or larger so that 8 to 20 batches follow.

    Args:
        labels: labelled texts of the pool.
        budget: labels per batch in the project.
    """
    rest = labels_to_spend(labels) - first_labels(labels)
    return min(max(budget, math.ceil(rest / MOST_ROUNDS)), rest // FEWEST_ROUNDS)


def _counts(table: ItemTable, project: Project) -> dict[str, int]:
    return {language: int((table.languages == language).sum()) for language in project.languages}


def _as_task_data(project: Project, found: Comparable, pool: ItemTable, check: ItemTable, texts: list[str]) -> TaskData:
    labels = len(pool)
    task = BenchmarkTask(
        name=project.name,
        file="",
        shares={language: float((pool.languages == language).mean()) for language in found.languages},
        pool_size=None,
        target=max(project.settings.targets.values()),
        labels=labels_to_spend(labels),
        first=first_labels(labels),
        batch=batch_size(labels, project.settings.budget),
    )
    positions = np.arange(labels + len(check))
    return TaskData(
        task=task,
        texts=np.array(texts, dtype=object),
        classes=np.concatenate([pool.classes, check.classes]),
        languages=np.concatenate([pool.languages, check.languages]),
        rows=np.concatenate([pool.ids, check.ids]).astype(np.intp),
        pool=positions[:labels],
        check=positions[labels:],
        test=positions[labels:],
    )
