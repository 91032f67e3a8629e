"""What a round found and decided, and how all of it is saved in one transaction."""

import csv
import hashlib
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from lamm_core.files import written_aside
from lamm_core.model.classifier import CLASSIFIER_SETTINGS, Classifier
from lamm_core.model.evaluation import LanguageAccuracy
from lamm_core.records import ItemState, Project, Round, RoundLanguage
from lamm_core.selection import Selection
from lamm_core.selection.strategies import find_strategy
from lamm_core.storage import items, models, queue, rounds
from lamm_core.workflow.round_data import RoundData
from lamm_core.workflow.workspace import Workspace, utc_now

Seconds = dict[str, float]
# Beside each model: which labels it was fitted on, as rows of item id, label id and class.
_TRAINING_LABELS = ".labels.csv"


@dataclass(frozen=True, eq=False)
class RoundResult:
    """A round's outcome before it is saved.

    Attributes:
        data: what it worked on.
        classifier: the new model; None while the labels do not allow one.
        accuracy: per language, on the check set.
        strategy: the strategy that chose.
        selection: the next batch; None when the queue is full or the pool is empty. Its indices count among the
            selectable items of `data`.
        seconds: wall-clock seconds of each step.
    """

    data: RoundData
    classifier: Classifier | None
    accuracy: Mapping[str, LanguageAccuracy]
    strategy: str
    selection: Selection | None
    seconds: Seconds


def save_result(workspace: Workspace, project: Project, round_: Round, result: RoundResult) -> None:
    """Save a round, whole or not at all. The model's file is written first, under a name that nothing else has.

    Raises:
        RoundSuperseded: the round was declared dead in the meantime; nothing is saved.
    """
    file = f"{project.id}/round-{round_.number:04}-{round_.attempt}.skops"
    path = workspace.settings.models / file
    if result.classifier is not None:
        result.classifier.save(path)
        _write_training_labels(result.data, path.with_suffix(_TRAINING_LABELS))
    try:
        with workspace.database.write() as connection:
            _save_rows(connection, project, round_, result, file)
    except BaseException:
        path.unlink(missing_ok=True)
        path.with_suffix(_TRAINING_LABELS).unlink(missing_ok=True)
        raise


def _save_rows(connection: Connection, project: Project, round_: Round, result: RoundResult, file: str) -> None:
    started = time.perf_counter()
    # First of all: whoever was given up in the meantime stops here, and nobody can give the round up from here on.
    rounds.beat(connection, round_.id, round_.attempt, utc_now())
    if result.classifier is not None:
        models.add_model(connection, _model_values(connection, project, round_, result, file))
    queued = _queue_batch(connection, project, round_, result)
    rounds.add_languages(connection, round_.id, _languages(project, result, queued))
    rounds.finish(
        connection,
        round_.id,
        round_.attempt,
        utc_now(),
        strategy=result.strategy,
        uncertainty=project.settings.uncertainty,
        labels=int(result.data.labelled.sum()),
        newest_label_id=result.data.newest_label_id,
        seconds_embed=result.seconds["embed"],
        seconds_fit=result.seconds["fit"],
        seconds_select=result.seconds["select"],
        seconds_queue=time.perf_counter() - started,
    )


def _queue_batch(connection: Connection, project: Project, round_: Round, result: RoundResult) -> Counter[str]:
    """Queue the chosen items that are still free; returns how many of each language."""
    if result.selection is None:
        return Counter()
    pool = result.data.pool
    chosen = np.flatnonzero(result.data.selectable)[result.selection.indices]
    # Somebody may have labelled one of them since the round began, outside any batch.
    free = items.still_unlabelled(connection, pool.ids[chosen].tolist())
    keep = np.array([item_id in free for item_id in pool.ids[chosen].tolist()], dtype=bool)
    item_ids, languages = pool.ids[chosen][keep].tolist(), pool.languages[chosen][keep].tolist()
    by_chance = find_strategy(result.strategy).random_scores
    scores = None if by_chance else result.selection.scores[keep].tolist()
    queue.add_batch(connection, project.id, round_.id, item_ids, languages, scores)
    items.set_states(connection, item_ids, ItemState.QUEUED)
    return Counter(languages)


def _languages(project: Project, result: RoundResult, queued: Counter[str]) -> list[RoundLanguage]:
    pool = result.data.pool
    weights = result.selection.weights if result.selection else {}
    none = LanguageAccuracy(0, 0)
    return [
        RoundLanguage(
            language=language,
            target=target,
            correct=result.accuracy.get(language, none).correct,
            checked=result.accuracy.get(language, none).checked,
            weight=weights.get(language),
            quota=queued[language],
            pool=int((pool.languages == language).sum()),
            labels=int(((pool.languages == language) & result.data.labelled).sum()),
        )
        for language, target in project.settings.targets.items()
    ]


def _model_values(
    connection: Connection, project: Project, round_: Round, result: RoundResult, file: str
) -> dict[str, Any]:
    return {
        "project_id": project.id,
        "round_id": round_.id,
        "number": models.next_number(connection, project.id),
        "file": file,
        "encoder": project.settings.encoder,
        "labels": int(result.data.labelled.sum()),
        "data_key": _data_key(result.data),
        "settings": {"preparation": "plain", **CLASSIFIER_SETTINGS},
        "seed": project.settings.seed,
        "seconds": result.seconds["fit"],
        "created_at": utc_now(),
    }


def _data_key(data: RoundData) -> str:
    """Digest of everything the model was fitted on: pool texts in order, labelled ones with their classes."""
    digest = hashlib.blake2b(digest_size=32)
    for key, class_name, labelled in zip(data.pool.keys, data.pool.classes, data.labelled, strict=True):
        digest.update(key)
        digest.update(f"{class_name}\n".encode() if labelled else b"\n")
    return digest.hexdigest()


def _write_training_labels(data: RoundData, path: Path) -> None:
    """Ids and classes of the labels that the model was fitted on, so that the very same model can be fitted again."""
    labelled = data.labelled
    rows = zip(data.pool.ids[labelled], data.pool.label_ids[labelled], data.pool.classes[labelled], strict=True)
    with written_aside(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["item_id", "label_id", "class"])
        writer.writerows(rows)
