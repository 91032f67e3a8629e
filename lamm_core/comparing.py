"""The work of a comparison: replays on a project's own labels, whoever asked for them."""

from collections.abc import Callable, Sequence

from lamm_core.actors import Role
from lamm_core.comparison import Compared, Comparison
from lamm_core.experiments.backtest import BacktestResult, run_backtest, task_embeddings
from lamm_core.experiments.compared import compare
from lamm_core.experiments.own_labels import OwnLabels, read_own_labels
from lamm_core.model.estimators import Estimator
from lamm_core.records import Project
from lamm_core.workflow.comparing import strategies_to_compare
from lamm_core.workflow.comparison_pulse import ComparisonPulse
from lamm_core.workflow.rights import check_role
from lamm_core.workflow.workspace import Workspace

Progress = Callable[[int, int], None]
Results = tuple[list[BacktestResult], Compared]


def perform_comparison(
    workspace: Workspace,
    project: Project,
    comparison: Comparison,
    workers: int | None = None,
    embedded: Progress | None = None,
    replayed: Progress | None = None,
) -> Results:
    """Do the work of a comparison that was begun, and store what came of it.

    Args:
        workers: number of processes; None takes one a core.
        embedded, replayed: called with (done, to do).

    Raises:
        TooFewLabels, NotEnoughLabels, EncoderUnavailable, UnknownPreparation: see the message; it has failed.
        ComparisonCancelled: it was cancelled meanwhile; nothing is saved.
    """
    with ComparisonPulse(workspace, comparison) as pulse:
        results, found = _compare(
            workspace,
            project,
            comparison.strategies,
            comparison.seeds,
            comparison.preparation,
            workers,
            _both(pulse.embedding, embedded),
            _both(pulse.replaying, replayed),
        )
        pulse.finish(found)
    return results, found


def compare_with_estimator(
    workspace: Workspace,
    project: Project,
    strategies: Sequence[str],
    seeds: int,
    estimator: Estimator,
    workers: int | None = None,
    replayed: Progress | None = None,
) -> Results:
    """Compare strategies as they would fare with another model.

    Nothing is stored, since the page Compare tells of the usual model.

    Args:
        strategies: names; the project's own is compared in any case.
        seeds: replays of each.
        estimator: what models are copies of; see `run_backtest`.
        workers: number of processes; None takes one a core.
        replayed: called with (done, to do).

    Raises:
        NotAllowed: who acts does not manage the project.
        TooFewLabels, NotEnoughLabels, EncoderUnavailable, EstimatorUnusable: see the message.
        UnknownStrategy, InvalidInput: a strategy cannot be replayed.
    """
    check_role(workspace, project, Role.MANAGER)
    names = strategies_to_compare(project, strategies)
    preparation = project.settings.preparation
    return _compare(workspace, project, names, seeds, preparation, workers, None, replayed, estimator)


def _compare(
    workspace: Workspace,
    project: Project,
    strategies: Sequence[str],
    seeds: int,
    preparation: str,
    workers: int | None,
    embedded: Progress | None,
    replayed: Progress | None,
    estimator: Estimator | None = None,
) -> Results:
    own = _own_labels(workspace, project)
    store = workspace.embedding_store(project.settings.encoder)
    results = run_backtest(
        own.data,
        task_embeddings(own.data, store, embedded),
        strategies,
        range(seeds),
        target=own.targets,
        uncertainty=project.settings.uncertainty,
        preparation=preparation,
        encoder=project.settings.encoder,
        workers=workers,
        progress=replayed,
        keep_right=True,
        estimator=estimator,
    )
    return results, compare(results, own)


def _own_labels(workspace: Workspace, project: Project) -> OwnLabels:
    with workspace.database.read() as connection:
        return read_own_labels(connection, project)


def _both(one: Progress, other: Progress | None) -> Progress:
    def report(done: int, total: int) -> None:
        one(done, total)
        if other is not None:
            other(done, total)

    return report
