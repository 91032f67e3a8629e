"""Begin a round, and notice one that died: two rounds of a project never run at once."""

import socket
from datetime import timedelta

import psutil

from lamm_core.errors import RoundRunning
from lamm_core.records import Project, Round, RoundState
from lamm_core.storage import rounds
from lamm_core.workflow.workspace import Workspace, utc_now

# A round says every two seconds that it is alive; this many without a word mean that it is not.
SILENCE = timedelta(seconds=30)
DIED = "The round stopped without finishing; rounds.log in the data folder may say why."


def begin_round(workspace: Workspace, project: Project) -> Round:
    """Open the next round for whoever performs it; a failed one is opened again.

    Raises:
        RoundRunning: a round of this project is running already.
    """
    with workspace.database.write() as connection:
        latest = rounds.latest_round(connection, project.id)
        if latest is not None and latest.state is RoundState.RUNNING:
            if is_alive(latest):
                raise RoundRunning(f"Round {latest.number} of {project.name!r} is running already ({latest.stage}).")
            rounds.fail(connection, latest.id, latest.attempt, DIED, utc_now())
            latest = rounds.latest_round(connection, project.id)
        round_id = rounds.start_round(connection, project.id, latest, utc_now())
        return rounds.get_round(connection, round_id)


def notice_dead_round(workspace: Workspace, project: Project) -> Round | None:
    """The newest round of a project; one that died is marked failed first, so that it can be run again."""
    with workspace.database.read() as connection:
        latest = rounds.latest_round(connection, project.id)
    if latest is None or latest.state is not RoundState.RUNNING or is_alive(latest):
        return latest
    with workspace.database.write() as connection:
        rounds.fail(connection, latest.id, latest.attempt, DIED, utc_now())
        return rounds.latest_round(connection, project.id)


def is_alive(round_: Round) -> bool:
    """Whether a running round's process still works on it, as far as that can be known from here."""
    if utc_now() - round_.heartbeat_at > SILENCE:
        return False
    if round_.process_id is None or round_.host != socket.gethostname():
        return True
    try:
        return bool(psutil.Process(round_.process_id).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
