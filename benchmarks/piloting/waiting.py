"""Wait for the rounds, which run beside the pilot, and stop when one fails."""

import time
from collections.abc import Callable

from lamm_core.records import Project, Round, RoundState
from lamm_core.workflow.status import ProjectStatus, project_status
from lamm_core.workflow.workspace import Workspace
from piloting.errors import PilotStopped

_PATIENCE = 300.0  # seconds; a round that has nothing to embed takes a few
_POLL = 0.1


def wait_for_round(workspace: Workspace, project: Project, patience: float = _PATIENCE) -> None:
    """Return when the newest round is done.

    Raises:
        PilotStopped: it failed, or was not done within that many seconds.
    """
    _wait(workspace, project, _is_done, patience, "The round was not done")


def wait_for_item(workspace: Workspace, project: Project) -> None:
    """Return when an item can be claimed.

    Raises:
        PilotStopped: a round failed, or there was no item for too long.
    """
    _wait(workspace, project, _has_free_item, _PATIENCE, "Nothing came to be labelled")


def _is_done(status: ProjectStatus) -> bool:
    return status.latest is not None and status.latest.state is RoundState.DONE


def _has_free_item(status: ProjectStatus) -> bool:
    return status.progress.open > status.progress.held


def _wait(
    workspace: Workspace, project: Project, ready: Callable[[ProjectStatus], bool], patience: float, complaint: str
) -> None:
    give_up = time.monotonic() + patience
    while not ready(status := project_status(workspace, project)):
        _stop_if_failed(status.latest)
        if time.monotonic() > give_up:
            raise PilotStopped(f"{complaint} within {patience:.0f} seconds.")
        time.sleep(_POLL)


def _stop_if_failed(latest: Round | None) -> None:
    if latest is None:
        raise PilotStopped("No round was started.")
    if latest.state is RoundState.FAILED:
        raise PilotStopped(f"Round {latest.number} failed: {latest.error}")
