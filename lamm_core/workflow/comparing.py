"""Compare strategies on a project's own labels: begin it, have it done by a worker or a process, follow it, end it."""

import contextlib
import logging
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import psutil
from sqlalchemy import Connection

from lamm_core.actors import Role
from lamm_core.comparison import Comparison, ComparisonState
from lamm_core.enough_labels import Comparable, comparable
from lamm_core.errors import ComparisonCancelled, ComparisonRunning, InvalidInput, StorageUnavailable
from lamm_core.job import JobKind
from lamm_core.model.preparation.names import parse_preparation, preparation_name
from lamm_core.records import ItemState, Project, Purpose
from lamm_core.selection.strategies import find_strategy
from lamm_core.storage import comparisons, items
from lamm_core.trail import AuditAction
from lamm_core.words import marked, retold
from lamm_core.words import translate as _
from lamm_core.workflow.audit import note
from lamm_core.workflow.jobs import JobView, cancel_open, hand_over, open_job
from lamm_core.workflow.processes import start_logged
from lamm_core.workflow.rights import needs
from lamm_core.workflow.running import is_alive
from lamm_core.workflow.workspace import Workspace, utc_now

SEEDS = 10
YARDSTICKS = ("random", "ea", "lc", "lamm")
DIED = marked("The comparison stopped without finishing; comparison.log in the data folder may say why.")
_NOT_STARTED = marked("The process that compares could not be started: {reason}.")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ComparisonStatus:
    """Where the comparisons of a project stand.

    Attributes:
        latest: the newest one, whatever became of it; None before the first.
        done: the newest one that has a result.
        comparable: what of the project can be compared now.
        job: the job that waits for a worker to compare, or that a worker does; None where there is none.
    """

    latest: Comparison | None
    done: Comparison | None
    comparable: Comparable
    job: JobView | None

    @property
    def is_under_way(self) -> bool:
        """Whether a comparison runs, or waits for a worker."""
        return self.job is not None or self.is_running

    @property
    def is_running(self) -> bool:
        """Whether a comparison runs."""
        return self.latest is not None and self.latest.state is ComparisonState.RUNNING


def usual_strategies(project: Project) -> tuple[str, ...]:
    """The project's own strategy, and those it is usually compared with."""
    return strategies_to_compare(project, YARDSTICKS)


def strategies_to_compare(project: Project, names: Sequence[str]) -> tuple[str, ...]:
    """Canonical names, each once, the project's own strategy always first.

    Raises:
        UnknownStrategy: a name is not registered, nor a combination.
        InvalidInput: a strategy needs a model for each language, which a project does not have.
    """
    found = [find_strategy(name) for name in (project.settings.strategy, *names)]
    for strategy in found:
        if strategy.separate_models:
            raise InvalidInput(
                _("The strategy {name!r} needs a model for each language; a project has one.", name=strategy.name)
            )
    return tuple(dict.fromkeys(strategy.name for strategy in found))


@needs(Role.MANAGER)
def comparison_status(workspace: Workspace, project: Project) -> ComparisonStatus:
    """Where the comparisons stand; one whose process died is marked failed first, so that it can be run again."""
    with workspace.database.read() as connection:
        latest = comparisons.latest_comparison(connection, project.id)
        done = comparisons.latest_comparison(connection, project.id, ComparisonState.DONE)
        found = _what_can_be_compared(connection, project)
    if latest is not None and latest.state is ComparisonState.RUNNING and not is_alive(latest):
        with workspace.database.write() as connection:
            latest = _latest_without_the_dead(connection, project.id)
    return ComparisonStatus(latest, done, found, open_job(workspace, project, JobKind.BACKTEST))


@needs(Role.MANAGER)
def begin_comparison(
    workspace: Workspace,
    project: Project,
    strategies: Sequence[str],
    seeds: int = SEEDS,
    preparation: str | None = None,
) -> Comparison:
    """Open a comparison for whoever performs it.

    Args:
        strategies: names; the project's own is compared in any case.
        seeds: replays of each.
        preparation: what is done to embeddings, as for `parse_preparation`; None takes the project's own.

    Raises:
        ComparisonRunning: one is running already.
        TooFewLabels: the labels are too few to tell.
        UnknownStrategy, UnknownPreparation, InvalidInput: a strategy or the preparation cannot be replayed.
    """
    names = _at_least_two(project, strategies)
    prepared_as = preparation_name(parse_preparation(preparation or project.settings.preparation))
    with workspace.database.write() as connection:
        _what_can_be_compared(connection, project).require_enough()
        latest = _latest_without_the_dead(connection, project.id)
        if latest is not None and latest.state is ComparisonState.RUNNING:
            raise ComparisonRunning(
                _(
                    "Strategies are being compared for {name!r} already ({stage}).",
                    name=project.name,
                    stage=retold(latest.stage),
                )
            )
        new = comparisons.start_comparison(connection, project.id, names, seeds, prepared_as, utc_now())
        note(connection, workspace, AuditAction.COMPARISON, project.id, change="started", strategies=list(names))
        return _existing(comparisons.find_comparison(connection, new))


@needs(Role.MANAGER)
def start_comparison(workspace: Workspace, project: Project, strategies: Sequence[str]) -> Comparison | None:
    """Have strategies compared by a worker, or in a process of its own where there is none; returns at once.

    Returns:
        The comparison; None where it waits for a worker, which begins it.

    Raises:
        ComparisonRunning, TooFewLabels, UnknownStrategy, InvalidInput: see `begin_comparison`.
        StorageUnavailable: the log cannot be written or the process not be started; the comparison has failed.
    """
    names = _at_least_two(project, strategies)
    with workspace.database.read() as connection:
        _what_can_be_compared(connection, project).require_enough()
    if hand_over(workspace, project, JobKind.BACKTEST, {"strategies": list(names)}) is not None:
        return None
    begun = begin_comparison(workspace, project, names)
    module = "lamm_core.cli.comparison_process"
    try:
        process = start_logged(workspace.settings, module, begun.id, log="comparison.log")
    except OSError as error:
        stored = _NOT_STARTED.format(reason=error)
        with workspace.database.write() as connection:
            comparisons.close(connection, begun.id, ComparisonState.FAILED, stored, utc_now())
        raise StorageUnavailable(_(_NOT_STARTED, reason=error)) from error
    # Written down at once, so that its death is noticed even before its first heartbeat.
    with contextlib.suppress(ComparisonCancelled, StorageUnavailable), workspace.database.write() as connection:
        comparisons.beat(connection, begun.id, utc_now(), host=socket.gethostname(), process_id=process.pid)
    _log.info("comparison %s of project %s runs as process %s", begun.id, project.id, process.pid)
    return begun


@needs(Role.MANAGER)
def cancel_comparison(workspace: Workspace, project: Project) -> bool:
    """End the comparison that is running or waits for a worker; returns whether there was one.

    It is marked first, so that nothing of it is saved. Then its process is asked to end, where it runs on this
    machine; elsewhere it notices by itself within seconds.
    """
    with workspace.database.write() as connection:
        was_job = cancel_open(connection, workspace, project, JobKind.BACKTEST)
        latest = comparisons.latest_comparison(connection, project.id, lock=True)
        if latest is None or latest.state is not ComparisonState.RUNNING:
            return was_job
        comparisons.close(connection, latest.id, ComparisonState.CANCELLED, None, utc_now())
        note(connection, workspace, AuditAction.COMPARISON, project.id, change="cancelled")
    if latest.process_id is not None and latest.host == socket.gethostname() and is_alive(latest):
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(latest.process_id).terminate()
    return True


def _at_least_two(project: Project, strategies: Sequence[str]) -> tuple[str, ...]:
    names = strategies_to_compare(project, strategies)
    if len(names) < 2:
        raise InvalidInput(_("A comparison needs a strategy besides {name!r}, the project's own.", name=names[0]))
    return names


def _what_can_be_compared(connection: Connection, project: Project) -> Comparable:
    counts = items.count_items(connection, project.id)

    def labelled(purpose: Purpose) -> dict[str, int]:
        return {language: counts.get((purpose, language, ItemState.LABELLED), 0) for language in project.languages}

    return comparable(labelled(Purpose.POOL), labelled(Purpose.CHECK))


def _latest_without_the_dead(connection: Connection, project_id: int) -> Comparison | None:
    """The newest comparison, marked failed if it died; looked at again under lock, as it may have beaten meanwhile."""
    latest = comparisons.latest_comparison(connection, project_id, lock=True)
    if latest is None or latest.state is not ComparisonState.RUNNING or is_alive(latest):
        return latest
    comparisons.close(connection, latest.id, ComparisonState.FAILED, DIED, utc_now())
    return comparisons.find_comparison(connection, latest.id)


def _existing(found: Comparison | None) -> Comparison:
    if found is None:
        raise ComparisonCancelled(_("The comparison is gone."))
    return found
