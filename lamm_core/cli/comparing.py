"""The work of a comparison: replays on a project's own labels, whoever asked for them."""

from collections.abc import Callable

from lamm_core.comparison import Compared, Comparison
from lamm_core.experiments.backtest import BacktestResult, run_backtest, task_embeddings
from lamm_core.experiments.compared import compare
from lamm_core.experiments.own_labels import read_own_labels
from lamm_core.records import Project
from lamm_core.workflow.comparison_pulse import ComparisonPulse
from lamm_core.workflow.workspace import Workspace

Progress = Callable[[int, int], None]


def perform_comparison(
    workspace: Workspace,
    project: Project,
    comparison: Comparison,
    workers: int | None = None,
    embedded: Progress | None = None,
    replayed: Progress | None = None,
) -> tuple[list[BacktestResult], Compared]:
    """Do the work of a comparison that was begun, and store what came of it.

    Args:
        workers: number of processes; None takes one a core.
        embedded, replayed: called with (done, to do).

    Raises:
        TooFewLabels, NotEnoughLabels, EncoderUnavailable, UnknownPreparation: see the message; it has failed.
        ComparisonCancelled: it was cancelled meanwhile; nothing is saved.
    """
    with ComparisonPulse(workspace, comparison) as pulse:
        with workspace.database.read() as connection:
            own = read_own_labels(connection, project)
        store = workspace.embedding_store(project.settings.encoder)
        results = run_backtest(
            own.data,
            task_embeddings(own.data, store, _both(pulse.embedding, embedded)),
            comparison.strategies,
            range(comparison.seeds),
            target=own.targets,
            uncertainty=project.settings.uncertainty,
            preparation=comparison.preparation,
            encoder=project.settings.encoder,
            workers=workers,
            progress=_both(pulse.replaying, replayed),
            keep_right=True,
        )
        found = compare(results, own)
        pulse.finish(found)
    return results, found


def _both(one: Progress, other: Progress | None) -> Progress:
    def report(done: int, total: int) -> None:
        one(done, total)
        if other is not None:
            other(done, total)

    return report
