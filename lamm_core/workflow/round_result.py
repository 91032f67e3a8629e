"""What a round found and decided, and how all of it is saved in one transaction."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection

from lamm_core.model.classifier import CLASSIFIER_SETTINGS, Classifier
from lamm_core.model.evaluation import LanguageAccuracy, measured
from lamm_core.records import ItemState, Project, Round, RoundLanguage
from lamm_core.selection import Selection, language_weights
from lamm_core.storage import items, models, queue, rounds
from lamm_core.workflow.round_data import RoundData
from lamm_core.workflow.workspace import Workspace, utc_now

Seconds = dict[str, float]


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
    if result.classifier is not None:
        result.classifier.save(workspace.settings.models / file)
    started = time.perf_counter()
    with workspace.database.write() as connection:
        if result.classifier is not None:
            models.add_model(connection, _model_values(connection, project, round_, result, file))
        rounds.add_languages(connection, round_.id, _languages(project, result))
        if result.selection is not None:
            _queue_batch(connection, project, round_, result.data, result.selection)
        gaps = language_weights(measured(result.accuracy), project.settings.targets)
        rounds.finish(
            connection,
            round_.id,
            round_.attempt,
            utc_now(),
            strategy=result.strategy,
            uncertainty=project.settings.uncertainty,
            labels=int(result.data.labelled.sum()),
            all_targets_met=not any(gaps.values()),
            seconds_embed=result.seconds["embed"],
            seconds_fit=result.seconds["fit"],
            seconds_select=result.seconds["select"],
            seconds_queue=time.perf_counter() - started,
        )


def _queue_batch(
    connection: Connection, project: Project, round_: Round, data: RoundData, selection: Selection
) -> None:
    chosen = np.flatnonzero(data.selectable)[selection.indices]
    item_ids = data.pool.ids[chosen].tolist()
    # Somebody may have labelled one of them since the round began, outside any batch.
    free = items.still_unlabelled(connection, item_ids)
    keep = [place for place, item_id in enumerate(item_ids) if item_id in free]
    queue.add_batch(
        connection,
        project.id,
        round_.id,
        [item_ids[place] for place in keep],
        data.pool.languages[chosen][keep].tolist(),
        selection.scores[keep].tolist(),
    )
    items.set_states(connection, [item_ids[place] for place in keep], ItemState.QUEUED)


def _languages(project: Project, result: RoundResult) -> list[RoundLanguage]:
    pool = result.data.pool
    selection = result.selection
    none = LanguageAccuracy(0, 0)
    return [
        RoundLanguage(
            language=language,
            target=target,
            correct=result.accuracy.get(language, none).correct,
            checked=result.accuracy.get(language, none).checked,
            weight=selection.weights.get(language) if selection else None,
            quota=selection.quota.get(language, 0) if selection else 0,
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
