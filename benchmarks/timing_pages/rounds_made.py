"""Rounds of a made-up project: what they found in each language, their models, and what these made of check items."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.check_record import CHECK_RECORD, CheckRecord
from lamm_core.model.intervals import wilson
from lamm_core.records import Metric, Project, RoundState
from lamm_core.workflow.workspace import Workspace
from timing_pages.history import Entries
from timing_pages.size import Size
from timing_pages.texts import CLASSES, SHARES, Items

TARGET = 0.9
_BEST, _WORST, _HALF = 0.92, 0.45, 4_000  # accuracy in the end, at first, and labels after which half is gained
_WORSE_EACH = 0.02  # a language is so much worse than the one before it
_LOOKS = 2.5  # bounds that hold over all rounds are so many standard errors wide


def accuracy(language: int, labels: int) -> float:
    """The accuracy of a language after so many labels in all, 0 to 1."""
    return _WORST + (_BEST - _WORSE_EACH * language - _WORST) * labels / (labels + _HALF)


def round_rows(project: Project, size: Size, moments: list[datetime], acts_seen: NDArray[np.int64]) -> Iterator[Any]:
    """A row for each finished round, to be inserted.

    Args:
        moments: when each has finished.
        acts_seen: `(r,)` id of the newest act that each saw.
    """
    for place, moment in enumerate(moments):
        yield {
            "id": place + 1,
            "project_id": project.id,
            "number": place + 1,
            "attempt": 1,
            "state": RoundState.DONE,
            "stage": "done",
            "progress": 1.0,
            "heartbeat_at": moment,
            "started_at": moment,
            "finished_at": moment,
            "strategy": project.settings.strategy,
            "uncertainty": project.settings.uncertainty,
            "metric": Metric.ACCURACY,
            "labels": place * size.batch,
            "newest_label_id": int(acts_seen[place]) or None,
            **dict.fromkeys(("seconds_embed", "seconds_fit", "seconds_select", "seconds_queue"), 1.0),
        }


def language_rows(items: Items, queue: Entries, size: Size) -> Iterator[Any]:
    """A row for each round and language: the first round has measured nothing yet."""
    pool = np.bincount(items.languages[items.is_pool], minlength=len(SHARES))
    of_check = items.is_check[queue.items]
    rng = np.random.default_rng([size.seed, 4])
    labels, checked = np.zeros(len(SHARES), dtype=int), np.zeros(len(SHARES), dtype=int)
    for number in range(1, size.rounds + 2):
        own = queue.rounds == number
        quota = np.bincount(items.languages[queue.items[own & ~of_check]], minlength=len(SHARES))
        for place, language in enumerate(SHARES):
            yield {
                "round_id": number,
                "language": language,
                "target": TARGET,
                "weight": 1 / len(SHARES),
                "quota": int(quota[place]),
                "pool": int(pool[place]),
                "labels": int(labels[place]),
                "score": 1.0,
                **_measured(int(checked[place]), accuracy(place, int(labels.sum())), rng),
            }
        labels += quota
        checked += np.bincount(items.languages[queue.items[own & of_check]], minlength=len(SHARES))


def _measured(checked: int, share: float, rng: np.random.Generator) -> dict[str, Any]:
    if not checked:
        names = ("estimate", "effective", "low", "high", "proven_low", "proven_high")
        return {"correct": 0, "checked": 0, **dict.fromkeys(names)}
    correct = int(rng.binomial(checked, share))
    (low, high), (below, above) = wilson(correct / checked, checked), wilson(correct / checked, checked, _LOOKS)
    figures = {"estimate": correct / checked, "effective": float(checked), "low": low, "high": high}
    return {"correct": correct, "checked": checked, **figures, "proven_low": below, "proven_high": above}


def model_rows(project: Project, size: Size, moments: list[datetime]) -> Iterator[Any]:
    """A row for each model: one for each round but the first, which had no labels."""
    for number, moment in enumerate(moments[1:], 1):
        yield {
            "project_id": project.id,
            "round_id": number + 1,
            "number": number,
            "file": model_file(project, number + 1),
            "encoder": project.settings.encoder,
            "labels": number * size.batch,
            "data_key": f"{number:064}",
            "settings": {"preparation": "plain"},
            "seed": size.seed,
            "seconds": 1.0,
            "created_at": moment,
        }


def model_file(project: Project, number: int) -> str:
    """Under which name a round's model would be kept."""
    return f"{project.id}/round-{number:04}-1.skops"


def save_newest_record(workspace: Workspace, project: Project, items: Items, queue: Entries, size: Size) -> None:
    """What the newest model made of the check items: the one record that pages read."""
    checked = np.sort(queue.items[queue.is_closed & items.is_check[queue.items] & (queue.copies == 0)])
    rng = np.random.default_rng([size.seed, 5])
    true = items.classes[checked]
    is_right = rng.random(len(checked)) < np.array(
        [accuracy(language, size.labels) for language in items.languages[checked]]
    )
    predicted = np.where(is_right, true, rng.integers(len(CLASSES), size=len(checked)))
    names, languages = np.array(CLASSES), np.array(list(SHARES))
    influence = np.zeros((len(SHARES), len(checked)))
    for place in range(len(SHARES)):
        own = items.languages[checked] == place
        if own.any():
            influence[place, own] = (is_right[own] - is_right[own].mean()) / own.sum()
    record = CheckRecord(
        metric=np.array(Metric.ACCURACY.value),
        ids=(checked + 1).astype(np.int64),
        languages=languages[items.languages[checked]],
        predicted=names[predicted],
        true=names[true],
        confidence=rng.uniform(1 / len(CLASSES), 1, len(checked)),
        chance=np.full(len(checked), np.nan),
        figures=languages,
        errors=np.sqrt((influence**2).sum(axis=1)),
        influence=influence,
    )
    record.save(workspace.model_file(model_file(project, size.rounds + 1)).with_suffix(CHECK_RECORD))
