"""Start the next round by itself, when a batch is nearly done: by a worker, or in a process of its own."""

import contextlib
import logging
import socket

from sqlalchemy.exc import DBAPIError

from lamm_core.actors import Role
from lamm_core.errors import LammError, RoundRunning, RoundSuperseded, StorageUnavailable
from lamm_core.job import JobKind
from lamm_core.records import OpenItems, Project, Round, RoundState
from lamm_core.storage import items, labels, queue_counts, rounds
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.batches import is_nearly_done
from lamm_core.workflow.check_sets import wants_check_items
from lamm_core.workflow.jobs import hand_over, unfinished_round_job
from lamm_core.workflow.processes import start_logged
from lamm_core.workflow.rights import needs
from lamm_core.workflow.running import begin_round
from lamm_core.workflow.workspace import Workspace, utc_now

_log = logging.getLogger(__name__)
_NOT_STARTED = marked("The process of the round could not be started: {reason}.")


@needs(Role.ANNOTATOR)
def start_round_if_due(workspace: Workspace, project: Project, open_items: OpenItems | None = None) -> Round | None:
    """Start the next round when the batch is nearly done; returns it, or None when none is due or a worker does it.

    Called after every label, and never raises: a label that is stored must be acknowledged, whatever becomes of the
    round.

    Args:
        open_items: what is open, if the caller has just counted it: in most moments that alone says that none is due.
    """
    if open_items is not None and not is_nearly_done(project.settings.budget, open_items):
        return None
    by_itself = workspace.by_itself()
    try:
        return start_round(by_itself, project) if _is_due(by_itself, project) else None
    except RoundRunning:
        return None
    except (LammError, DBAPIError, OSError):
        _log.exception("the next round of project %s could not be started", project.id)
        return None


@needs(Role.ANNOTATOR)
def is_more_to_ask(workspace: Workspace, project: Project) -> bool:
    """Whether a round would find texts for a further batch: of the pool, or of a check set that is to grow."""
    with workspace.database.read() as connection:
        return items.has_unlabelled(connection, project.id) or wants_check_items(connection, project)


@needs(Role.MANAGER)
def start_round(workspace: Workspace, project: Project) -> Round | None:
    """Hand the next round to a worker, or start it in a process of its own where there is none; returns at once.

    Returns:
        The round; None where it waits for a worker, which begins it.

    Raises:
        RoundRunning: a round of this project is running already, or waits for a worker.
        StorageUnavailable: the log cannot be written or the process not be started; the round has failed.
    """
    if hand_over(workspace, project, JobKind.ROUND) is not None:
        return None
    round_ = begin_round(workspace, project)
    module = "lamm_core.workflow.round_process"
    try:
        process = start_logged(workspace.settings, module, round_.id, round_.attempt, log="rounds.log")
    except OSError as error:
        with workspace.database.write() as connection:
            rounds.fail(connection, round_.id, round_.attempt, _NOT_STARTED.format(reason=error), utc_now())
        raise StorageUnavailable(_(_NOT_STARTED, reason=error)) from error
    _name_process(workspace, round_, process.pid)
    _log.info("round %s of project %s runs as process %s", round_.number, project.id, process.pid)
    return round_


def _name_process(workspace: Workspace, round_: Round, process_id: int) -> None:
    """Write down which process performs the round, so that its death is noticed even before its first heartbeat."""
    with contextlib.suppress(RoundSuperseded, StorageUnavailable), workspace.database.write() as connection:
        rounds.beat(connection, round_.id, round_.attempt, utc_now(), host=socket.gethostname(), process_id=process_id)


def _is_due(workspace: Workspace, project: Project) -> bool:
    """Whether the batch is nearly done, and no round is under way, or failed and waiting for a person."""
    if not project.settings.automatic_rounds:
        return False
    with workspace.database.read() as connection:
        open_items = queue_counts.count_open(connection, project.id, utc_now())
        if not is_nearly_done(project.settings.budget, open_items):
            return False
        latest = rounds.latest_round(connection, project.id)
        if latest is not None and latest.state is not RoundState.DONE:
            return False
        if unfinished_round_job(connection, project.id, latest) is not None:
            return False
        if items.has_unlabelled(connection, project.id):
            return True
        # The pool has nothing more to give: a round asks for check items that are still needed, and one last round,
        # after the last label, learns what the model has not seen. Without a new label it could do neither.
        seen = latest.newest_label_id if latest is not None else None
        if labels.newest_label_id(connection, project.id) == seen:
            return False
        return open_items.open == 0 or wants_check_items(connection, project)
