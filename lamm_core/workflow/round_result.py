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
from lamm_core.model.preparation.names import parse_preparation, preparation_name
from lamm_core.records import ItemState, Project, Round, RoundLanguage
from lamm_core.selection import Selection
from lamm_core.selection.first_batch import find_first_batch
from lamm_core.selection.strategies import find_strategy
from lamm_core.storage import items, models, queue, rounds
from lamm_core.workflow.round_data import RoundData
from lamm_core.workflow.workspace import Workspace, utc_now

Seconds = dict[str, float]
# Beside each model: what it was fitted on, as rows of item id, label id, class, and the language that the item's text
# was translated to; empty for the text itself.
_TRAINING_LABELS = ".labels.csv"


@dataclass(frozen=True, eq=False)
class RoundResult:
    """A round's outcome before it is saved.

    Attributes:
        data: what it worked on.
        classifier: the new model; None while the labels do not allow one.
        accuracy: per language, on the check set.
        selection: the next batch; None when the queue is full or the pool is empty. Its indices count among the
            selectable items of `data`.
        seconds: wall-clock seconds of each step.
    """

    data: RoundData
    classifier: Classifier | None
    accuracy: Mapping[str, LanguageAccuracy]
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
        strategy=_chosen_by(project, result),
        uncertainty=project.settings.uncertainty,
        labels=int(result.data.labelled.sum()),
        newest_label_id=result.data.newest_label_id,
        seconds_embed=result.seconds["embed"],
        seconds_fit=result.seconds["fit"],
        seconds_select=result.seconds["select"],
        seconds_queue=time.perf_counter() - started,
    )


def _chosen_by(project: Project, result: RoundResult) -> str:
    """Name of what chose the batch: the strategy, or before there is a model its way to choose a first batch."""
    strategy = find_strategy(project.settings.strategy)
    return strategy.name if result.classifier is not None else find_first_batch(strategy.first_batch).name


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
    strategy = find_strategy(project.settings.strategy)
    scores = None if result.classifier is None or strategy.random_scores else result.selection.scores[keep].tolist()
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
        "settings": {"preparation": _preparation(project), **CLASSIFIER_SETTINGS, **_translation_settings(result.data)},
        "seed": project.settings.seed,
        "seconds": result.seconds["fit"],
        "created_at": utc_now(),
    }


def _preparation(project: Project) -> str:
    return preparation_name(parse_preparation(project.settings.preparation))


def _translation_settings(data: RoundData) -> dict[str, float]:
    if not len(data.translations):
        return {}
    return {"translations": len(data.translations), "translation_weight": data.translation_weight}


def _data_key(data: RoundData) -> str:
    """Digest of all that the model was fitted on: pool texts in order, the classes of labelled ones, translations."""
    digest = hashlib.blake2b(digest_size=32)
    for key, class_name, labelled in zip(data.pool.keys, data.pool.classes, data.labelled, strict=True):
        digest.update(key)
        digest.update(f"{class_name}\n".encode() if labelled else b"\n")
    for key, original in zip(data.translations.keys, data.originals, strict=True):
        digest.update(key + f"{original} {data.translation_weight}\n".encode())
    return digest.hexdigest()


def _write_training_labels(data: RoundData, path: Path) -> None:
    """What the model was fitted on, so that the very same model can be fitted again."""
    labelled = np.flatnonzero(data.labelled)
    pool, rows = data.pool, np.concatenate([labelled, data.originals])
    translated_to = [""] * len(labelled) + data.translations.languages.tolist()
    with written_aside(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["item_id", "label_id", "class", "translated_to"])
        writer.writerows(zip(pool.ids[rows], pool.label_ids[rows], pool.classes[rows], translated_to, strict=True))
