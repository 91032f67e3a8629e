"""Begin a round, and notice one that died: two rounds of a project never run at once."""

import socket
from datetime import datetime, timedelta
from typing import Protocol

import psutil
from sqlalchemy import Connection

from lamm_core.actors import Role
from lamm_core.errors import RoundRunning
from lamm_core.records import Project, Round, RoundState
from lamm_core.storage import rounds
from lamm_core.trail import AuditAction
from lamm_core.words import marked, retold
from lamm_core.words import translate as _
from lamm_core.workflow.audit import note
from lamm_core.workflow.rights import needs
from lamm_core.workflow.workspace import Workspace, utc_now

# Work says every two seconds that it is alive. Where its process can be looked at, that decides, and only a very
# long silence counts (a laptop may sleep, a database be busy); where it cannot, a shorter silence must be enough, which
# is still longer than a writer ever waits for the database.
SILENCE = timedelta(seconds=90)
SILENCE_OF_A_LIVING_PROCESS = timedelta(minutes=10)
DIED = marked("The round stopped without finishing; rounds.log in the data folder may say why.")


class Beating(Protocol):
    """A round, a comparison, a job or a worker, as far as it tells whether its process lives."""

    @property
    def heartbeat_at(self) -> datetime:
        """When that process last said that it is alive."""

    @property
    def host(self) -> str | None:
        """Where it runs."""

    @property
    def process_id(self) -> int | None:
        """Which one it is there."""


@needs(Role.MANAGER)
def begin_round(workspace: Workspace, project: Project) -> Round:
    """Open the next round for whoever performs it; a failed one is opened again.

    Raises:
        RoundRunning: a round of this project is running already.
    """
    with workspace.database.write() as connection:
        latest = _latest_without_the_dead(connection, project.id)
        if latest is not None and latest.state is RoundState.RUNNING:
            raise RoundRunning(
                _(
                    "Round {number} of {name!r} is running already ({stage}).",
                    number=latest.number,
                    name=project.name,
                    stage=retold(latest.stage),
                )
            )
        round_id = rounds.start_round(connection, project.id, latest, utc_now())
        begun = rounds.get_round(connection, round_id)
        note(connection, workspace, AuditAction.ROUND, project.id, number=begun.number, attempt=begun.attempt)
        return begun


@needs(Role.ANNOTATOR)
def notice_dead_round(workspace: Workspace, project: Project) -> Round | None:
    """The newest round of a project; one that died is marked failed first, so that it can be run again."""
    with workspace.database.read() as connection:
        latest = rounds.latest_round(connection, project.id)
    if latest is None or latest.state is not RoundState.RUNNING or is_alive(latest):
        return latest
    with workspace.database.write() as connection:
        return _latest_without_the_dead(connection, project.id)


def _latest_without_the_dead(connection: Connection, project_id: int) -> Round | None:
    """The newest round, marked failed if it died; looked at again under lock, since it may have beaten meanwhile."""
    latest = rounds.latest_round(connection, project_id, lock=True)
    if latest is None or latest.state is not RoundState.RUNNING or is_alive(latest):
        return latest
    rounds.fail(connection, latest.id, latest.attempt, DIED, utc_now())
    return rounds.get_round(connection, latest.id)


def is_alive(work: Beating, limit: timedelta | None = None) -> bool:
    """Whether the process of running work is still at it, as far as that can be known from here.

    Args:
        limit: silence after which work is dead whose process cannot be looked at; None for `SILENCE`.
    """
    silence = utc_now() - work.heartbeat_at
    if work.process_id is None or work.host != socket.gethostname():
        return silence < (limit or SILENCE)
    return silence < SILENCE_OF_A_LIVING_PROCESS and _runs(work.process_id, work.heartbeat_at)


def _runs(process_id: int, since: datetime) -> bool:
    """Whether the process lives, and is not another one that was given the same number later."""
    try:
        process = psutil.Process(process_id)
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= since.timestamp() + 1
    except psutil.NoSuchProcess:
        return False
