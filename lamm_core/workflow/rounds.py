"""One round: embed what is new, prepare, fit, evaluate, select (which weighs and allocates), save."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from lamm_core.actors import Role
from lamm_core.errors import InvalidInput, LammError, NotEnoughLabels, StorageUnavailable
from lamm_core.model.classifier import Classifier
from lamm_core.model.estimators import Estimator, try_estimator
from lamm_core.records import Project, Round
from lamm_core.storage import rounds
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.check_figures import measure_check_set, read_check_records
from lamm_core.workflow.drifting import watch_drift
from lamm_core.workflow.heartbeat import Heartbeat, Report
from lamm_core.workflow.label_errors import suspected_labels
from lamm_core.workflow.own_pool import OwnPool
from lamm_core.workflow.pool_source import PoolSource
from lamm_core.workflow.preparing import PreparedVectors, forget_other_preparations
from lamm_core.workflow.rights import needs
from lamm_core.workflow.round_data import RoundData
from lamm_core.workflow.round_result import RoundResult, Seconds, save_result
from lamm_core.workflow.running import begin_round
from lamm_core.workflow.workspace import Workspace, utc_now


@needs(Role.MANAGER)
def run_round(
    workspace: Workspace, project: Project, report: Report | None = None, estimator: Estimator | None = None
) -> Round:
    """Run the next round in this process, from the labels so far to the next batch.

    Args:
        report: called with (stage, progress 0 to 1) as the round goes on.
        estimator: what to fit a copy of instead of logistic regression; it is tried before the round begins.

    Returns:
        The finished round.

    Raises:
        RoundRunning: a round of this project is running already.
        RoundSuperseded: this round was declared dead by another process; nothing of it is saved.
        EncoderUnavailable, StorageUnavailable: the project's encoder cannot be loaded, or the data folder not be
            used; the round has failed and can be run again.
        EstimatorUnusable: the estimator cannot be used; or not with these labels, and the round has failed.
        InvalidInput: there is an estimator, and rounds of this project also begin by themselves, which cannot have it.
    """
    if estimator is not None:
        if project.settings.automatic_rounds:
            raise InvalidInput(
                _(
                    "Rounds of {name!r} begin by themselves, without your estimator; switch that off first "
                    "(automatic_rounds).",
                    name=project.name,
                )
            )
        try_estimator(estimator, project.settings.classes, saved=True)
    return perform_round(workspace, project, begin_round(workspace, project), report, estimator)


@needs(Role.MANAGER)
def perform_round(
    workspace: Workspace,
    project: Project,
    round_: Round,
    report: Report | None = None,
    estimator: Estimator | None = None,
    pool: PoolSource | None = None,
) -> Round:
    """Do the work of a round that was begun. Whatever goes wrong, the old model and the old batches stay.

    Args:
        pool: where the next batch is chosen from; None for the project's own items.
    """
    try:
        with Heartbeat(workspace, round_, report) as pulse:
            _work(workspace, project, round_, pulse, estimator, OwnPool() if pool is None else pool)
    except BaseException as error:
        with workspace.database.write() as connection:
            rounds.fail(connection, round_.id, round_.attempt, _reason(error), utc_now())
        raise
    with workspace.database.read() as connection:
        return rounds.get_round(connection, round_.id)


def _reason(error: BaseException) -> str:
    """What a manager reads about a round that did not finish."""
    if isinstance(error, LammError):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return marked("It was interrupted.")
    return f"{type(error).__name__}: {error}"


def _work(
    workspace: Workspace,
    project: Project,
    round_: Round,
    pulse: Heartbeat,
    estimator: Estimator | None,
    pool: PoolSource,
) -> None:
    try:
        result = _one_round(workspace, project, round_, pulse, estimator, pool)
        save_result(workspace, project, round_, result)
        if result.classifier is not None:  # else the last model still serves, and needs its own
            forget_other_preparations(workspace, project, result.texts.preparation)
    except OSError as error:  # embeddings and models are files; a full disk is no fault of the program
        raise StorageUnavailable(_("The data folder cannot be used: {reason}.", reason=error)) from error


def _one_round(
    workspace: Workspace,
    project: Project,
    round_: Round,
    pulse: Heartbeat,
    estimator: Estimator | None,
    pool: PoolSource,
) -> RoundResult:
    """The round as the paper has it. Seconds are kept step by step."""
    seconds = Seconds()
    with _timed(seconds, "embed"):
        texts = pool.texts(workspace, project, pulse)
        data, vectors = texts.data, texts.vectors

    pulse.stage(marked("fitting the model"), 0.6)
    with _timed(seconds, "fit"):
        classifier = _fit(data, vectors, project.settings.seed, estimator)

    pulse.stage(marked("measuring accuracy"), 0.7)
    earlier = read_check_records(workspace, project)
    figures = measure_check_set(project, data, vectors, classifier, earlier)
    drift = watch_drift(workspace, project, data)

    pulse.stage(marked("choosing the next batch"), 0.8)
    with _timed(seconds, "select"):
        batch = pool.next_batch(workspace, project, round_, texts, classifier, figures, pulse)

    pulse.stage(marked("looking for wrong labels"), 0.85)
    suspects = suspected_labels(project, data, vectors, classifier)

    pulse.stage(marked("saving"), 0.9)
    return RoundResult(texts, classifier, figures, batch, seconds, suspects, drift)


def _fit(data: RoundData, vectors: PreparedVectors, seed: int, estimator: Estimator | None) -> Classifier | None:
    """The model, or None while the labels do not allow one."""
    labelled = np.flatnonzero(data.labelled)
    if not len(labelled):
        return None
    rows = np.concatenate([labelled, data.originals])
    trained_on = np.concatenate([vectors.pool[labelled], vectors.translations])
    weights = np.repeat([1.0, data.translation_weight], [len(labelled), len(data.translations)])
    try:
        return Classifier.fit(trained_on, data.pool.classes[rows].tolist(), seed, weights, estimator)
    except NotEnoughLabels:
        return None


@contextmanager
def _timed(seconds: Seconds, step: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - started
