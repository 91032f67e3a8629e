"""What a round found and decided, and how all of it is saved in one transaction."""

import csv
import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from lamm_core.actors import Role
from lamm_core.files import written_aside
from lamm_core.model.check_record import CHECK_RECORD
from lamm_core.model.classifier import Classifier
from lamm_core.model.measuring import UNMEASURED, Measurement
from lamm_core.model.preparation.names import parse_preparation, preparation_name
from lamm_core.records import ItemState, NewItem, Project, Round, RoundClass, RoundDrift, RoundLanguage
from lamm_core.selection.first_batch import find_first_batch
from lamm_core.selection.strategies import find_strategy
from lamm_core.storage import items, models, projects, queue, rounds
from lamm_core.storage.drift import add_drift
from lamm_core.storage.suspects import Suspect, replace_suspects
from lamm_core.workflow.check_figures import CheckFigures
from lamm_core.workflow.check_sets import mix, plan_check_items
from lamm_core.workflow.coming_in import bring_in
from lamm_core.workflow.model_versions import PREPARATION_FOLDER
from lamm_core.workflow.pool_source import Batch, RoundTexts
from lamm_core.workflow.rights import needs
from lamm_core.workflow.round_data import RoundData
from lamm_core.workflow.suggestions import draw_overlap, draw_withheld
from lamm_core.workflow.workspace import Workspace, utc_now

Seconds = dict[str, float]
# Beside each model: what it was fitted on, as rows of item id, label id, class, and the language that the item's text
# was translated to; empty for the text itself.
_TRAINING_LABELS = ".labels.csv"
# A copy that waits for a second annotator is given up when so many further rounds have chosen theirs: a team of one
# would otherwise collect them for ever.
_ROUNDS_FOR_COPIES = 2


@dataclass(frozen=True, eq=False)
class RoundResult:
    """A round's outcome before it is saved.

    Attributes:
        texts: what it worked on.
        classifier: the new model; None while the labels do not allow one.
        figures: what the check set says of the model.
        batch: the next batch.
        seconds: wall-clock seconds of each step.
        suspects: labels that are likely errors.
        drift: how texts differ from the check sets.
    """

    texts: RoundTexts
    classifier: Classifier | None
    figures: CheckFigures
    batch: Batch
    seconds: Seconds
    suspects: list[Suspect] = field(default_factory=list)
    drift: list[RoundDrift] = field(default_factory=list)

    @property
    def data(self) -> RoundData:
        """The items of the project."""
        return self.texts.data


@needs(Role.MANAGER)
def save_result(workspace: Workspace, project: Project, round_: Round, result: RoundResult) -> None:
    """Save a round, whole or not at all. The model's file is written first, under a name that nothing else has.

    Raises:
        RoundSuperseded: the round was declared dead in the meantime; nothing is saved.
    """
    file = f"{project.id}/round-{round_.number:04}-{round_.attempt}.skops"
    path = workspace.model_file(file)
    try:
        if result.classifier is not None:
            result.classifier.save(path)
            _write_training_labels(result.data, path.with_suffix(_TRAINING_LABELS))
        if result.figures.record is not None:
            result.figures.record.save(path.with_suffix(CHECK_RECORD))
        with workspace.database.write() as connection:
            _save_rows(connection, project, round_, result, file)
    except BaseException:
        for ending in (path.suffix, _TRAINING_LABELS, CHECK_RECORD):
            path.with_suffix(ending).unlink(missing_ok=True)
        raise


def _save_rows(connection: Connection, project: Project, round_: Round, result: RoundResult, file: str) -> None:
    started = time.perf_counter()
    # First of all: whoever was given up in the meantime stops here, and nobody can give the round up from here on.
    rounds.beat(connection, round_.id, round_.attempt, utc_now())
    if result.classifier is not None:
        models.add_model(connection, _model_values(connection, project, round_, result, result.classifier, file))
    queue.withdraw_copies(connection, project.id, round_.number - _ROUNDS_FOR_COPIES, utc_now())
    queued = _queue_batch(connection, project, round_, result)
    class_ids = projects.class_ids(connection, project.id)
    rounds.add_languages(connection, round_.id, _languages(project, result, queued))
    rounds.add_classes(connection, round_.id, _classes(project, result), class_ids)
    replace_suspects(connection, project.id, round_.id, result.suspects, class_ids)
    add_drift(connection, round_.id, result.drift)
    rounds.finish(
        connection,
        round_.id,
        round_.attempt,
        utc_now(),
        strategy=_chosen_by(project, result),
        uncertainty=project.settings.uncertainty,
        metric=project.settings.metric,
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


@dataclass(frozen=True)
class _Chosen:
    """An item of the batch; without a score where chance chose it, without a suggestion where there is none."""

    item_id: int
    language: str
    score: float | None = None
    suggestion: str | None = None
    check: bool = False


def _queue_batch(connection: Connection, project: Project, round_: Round, result: RoundResult) -> list[_Chosen]:
    """Queue the chosen items that are still free, and check items among them.

    Returns:
        The items that were chosen and queued; check items are not among them.
    """
    chosen = _chosen_items(connection, project, result)
    # Not the strategy's own chance, so that a batch is the same with check items and without.
    rng = np.random.default_rng([project.settings.seed, round_.number, 1])
    check_items = [
        _Chosen(item_id, language, check=True)
        for item_id, language in plan_check_items(connection, project, result.data, len(chosen), rng)
    ]
    batch = mix(chosen, check_items, rng)
    # Somebody may have labelled one of them since the round began, outside any batch.
    free = items.still_unlabelled(connection, [each.item_id for each in batch])
    batch = [each for each in batch if each.item_id in free]
    queue.add_batch(connection, project.id, round_.id, _entries(connection, project, round_, batch))
    items.set_states(connection, [each.item_id for each in batch], ItemState.QUEUED)
    return [each for each in batch if not each.check]


def _entries(connection: Connection, project: Project, round_: Round, batch: list[_Chosen]) -> list[queue.NewEntry]:
    """How the items of a batch are queued: which of them several annotators label, which come with a suggestion."""
    settings = project.settings
    # Their own chance again, so that neither setting changes what a batch holds.
    rng = np.random.default_rng([settings.seed, round_.number, 2])
    shared = draw_overlap(len(batch), settings.overlap_share, rng)
    of_pool = [place for place, each in enumerate(batch) if not each.check]
    withheld = draw_withheld(of_pool, shared, len(batch) - len(of_pool), rng)
    class_ids = projects.class_ids(connection, project.id) if settings.suggestions else {}
    return [
        queue.NewEntry(
            item_id=each.item_id,
            language=each.language,
            score=each.score,
            copies=settings.overlap_count if place in shared else 1,
            suggested_class_id=class_ids.get(each.suggestion or "") if place not in withheld else None,
        )
        for place, each in enumerate(batch)
    ]


def _chosen_items(connection: Connection, project: Project, result: RoundResult) -> list[_Chosen]:
    """The chosen items in the order of the batch; those that come from outside are stored first."""
    selection, arrivals = result.batch.selection, result.batch.arrivals
    if selection is None:
        return []
    if arrivals:
        ids, languages = _stored(connection, project, arrivals), [each.language for each in arrivals]
    else:
        pool = result.data.pool
        ids, languages = pool.ids[selection.indices].tolist(), pool.languages[selection.indices].tolist()
    scores: list[float | None] = selection.scores.tolist()
    if result.classifier is None or find_strategy(project.settings.strategy).random_scores:
        scores = [None] * len(ids)
    suggested: list[str | None] = [*result.batch.suggested] or [None] * len(ids)
    return [_Chosen(*values) for values in zip(ids, languages, scores, suggested, strict=True)]


def _stored(connection: Connection, project: Project, arrivals: Sequence[NewItem]) -> list[int]:
    """Ids of texts from outside, after those that nobody has imported meanwhile were stored."""
    there, added = bring_in(connection, project, arrivals)
    items.count_anew(connection, project.id)
    ids = there | added
    return [ids[each.external_id] for each in arrivals]


def _languages(project: Project, result: RoundResult, queued: list[_Chosen]) -> list[RoundLanguage]:
    pool = result.data.pool
    weights = result.batch.selection.weights if result.batch.selection else {}
    quota = Counter(each.language for each in queued)
    scores = _mean_scores(queued)
    return [
        RoundLanguage(
            language=language,
            target=target,
            weight=weights.get(language),
            quota=quota[language],
            score=scores.get(language),
            pool=result.texts.sizes.get(language, 0),
            labels=int(((pool.languages == language) & result.data.labelled).sum()),
            **_figures(result.figures.languages.get(language, UNMEASURED)),
        )
        for language, target in project.settings.targets.items()
    ]


def _mean_scores(queued: list[_Chosen]) -> dict[str, float]:
    """Language to the mean score of its chosen items, where they have scores."""
    scores = defaultdict(list)
    for each in queued:
        if each.score is not None:
            scores[each.language].append(each.score)
    return {language: float(np.mean(found)) for language, found in scores.items()}


def _classes(project: Project, result: RoundResult) -> list[RoundClass]:
    targets = project.settings.class_targets
    return [
        RoundClass(language=language, class_name=name, target=targets[language, name], **_figures(figure))
        for (language, name), figure in result.figures.classes.items()
    ]


def _figures(figure: Measurement) -> dict[str, Any]:
    """The columns of a figure; bounds that say nothing are left empty."""
    if figure.estimate is None:
        return {"correct": figure.correct, "checked": figure.checked}
    return asdict(figure)


def _model_values(
    connection: Connection, project: Project, round_: Round, result: RoundResult, classifier: Classifier, file: str
) -> dict[str, Any]:
    return {
        "project_id": project.id,
        "round_id": round_.id,
        "number": models.next_number(connection, project.id),
        "file": file,
        "encoder": project.settings.encoder,
        "labels": int(result.data.labelled.sum()),
        "data_key": _data_key(result.data),
        "settings": {
            "preparation": _preparation(project),
            PREPARATION_FOLDER: result.texts.preparation,
            **classifier.settings,
            **_translation_settings(result.data),
            **_consensus_settings(result.data),
        },
        "seed": project.settings.seed,
        "seconds": result.seconds["fit"],
        "created_at": utc_now(),
        "classes": list(classifier.classes),
    }


def _preparation(project: Project) -> str:
    return preparation_name(parse_preparation(project.settings.preparation))


def _translation_settings(data: RoundData) -> dict[str, float]:
    if not len(data.translations):
        return {}
    return {"translations": len(data.translations), "translation_weight": data.translation_weight}


def _consensus_settings(data: RoundData) -> dict[str, str | int | float]:
    """How the classes of texts with several labels came about, pool and check set together."""
    settled, found = data.settled, dict[str, str | int | float]()
    if settled.agreed:
        confidence = sum(settled.confidence.values()) / len(settled.confidence)
        found |= {"consensus": str(settled.rule), "shared": len(settled.agreed), "shared_confidence": confidence}
    if settled.decided:
        found["decided"] = len(settled.decided)
    return found


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
