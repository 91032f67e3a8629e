"""Acts that run in processes of their own. Everything here must be importable by name."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil

from lamm_core.actors import OPERATOR
from lamm_core.errors import RoundRunning
from lamm_core.job import JobKind, JobState, WorkerRecord
from lamm_core.records import Project
from lamm_core.settings import Settings
from lamm_core.storage import jobs
from lamm_core.storage.database import Database
from lamm_core.storage.migrate import migrate
from lamm_core.workflow import labelling, projects
from lamm_core.workflow.running import begin_round
from lamm_core.workflow.workspace import Workspace, utc_now

WORKERS = 4
_barrier: Any = None


def use_barrier(barrier: Any) -> None:
    """Called once in each worker process, so that all of them can start an act at the same moment."""
    global _barrier
    _barrier = barrier


def opened(settings: Settings) -> Workspace:
    """The workspace of these settings, without migrating it."""
    return Workspace(settings, Database(settings.database_url), OPERATOR)


def migrate_together(settings: Settings) -> None:
    """Migrate at the same moment as the other workers."""
    database = Database(settings.database_url)
    _barrier.wait(60)
    migrate(database)
    database.close()


def claim_together(settings: Settings, project: Project, names: list[str], count: int = 1) -> list[tuple[str, int]]:
    """One claim for each name, in threads of this process; returns (name, item id) for each lease."""
    workspace = opened(settings)
    ids = {name: projects.ensure_annotator(workspace, name) for name in names}
    _barrier.wait(60)

    def act(name: str) -> list[tuple[str, int]]:
        return [(name, lease.item_id) for lease in labelling.claim(workspace, project, ids[name], count)]

    with ThreadPoolExecutor(len(names)) as threads:
        found = [pair for pairs in threads.map(act, names) for pair in pairs]
    workspace.close()
    return found


def label_all_together(settings: Settings, project: Project, name: str) -> list[int]:
    """Claim and label until nothing is left; returns the items labelled."""
    workspace = opened(settings)
    annotator_id = projects.ensure_annotator(workspace, name)
    done: list[int] = []
    _barrier.wait(60)
    while leases := labelling.claim(workspace, project, annotator_id, 2):
        for lease in leases:
            labelling.submit(workspace, project, annotator_id, lease.item_id, "pen", lease.revision)
            done.append(lease.item_id)
    workspace.close()
    return done


def take_jobs_together(settings: Settings, names: list[str]) -> list[tuple[int, int]]:
    """Take jobs until none is left, for each name in a thread of this process; returns (job id, attempt) of each."""
    workspace = opened(settings)
    _barrier.wait(60)

    def act(name: str) -> list[tuple[int, int]]:
        record = WorkerRecord(name, tuple(JobKind), "here", 1, utc_now(), utc_now())
        found = []
        while True:
            with workspace.database.write() as connection:
                job = jobs.claim(connection, record.kinds, record, utc_now())
            if job is None:
                return found
            found.append((job.id, job.attempt))
            with workspace.database.write() as connection:
                assert jobs.close(connection, job, JobState.DONE, None, utc_now())

    with ThreadPoolExecutor(len(names)) as threads:
        found = [pair for pairs in threads.map(act, names) for pair in pairs]
    workspace.close()
    return found


def begin_together(settings: Settings, project: Project) -> int:
    """Try to begin a round at the same moment as the other workers; returns how many were begun."""
    workspace = opened(settings)
    _barrier.wait(60)
    try:
        begin_round(workspace, project)
    except RoundRunning:
        return 0
    finally:
        workspace.close()
    return 1


def until(condition: Callable[[], Any], seconds: float = 90) -> Any:
    """Ask until the answer is true, and return it; fails when it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"still not so after {seconds} seconds")


def is_there(process_id: int | None) -> bool:
    """Whether a process of that number lives."""
    try:
        return process_id is not None and psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def settings_for(home: Path, url: str | None) -> Settings:
    """Settings of a test's workspace."""
    return Settings(home, url or f"sqlite:///{home / 'lamm.db'}")


# Programs for processes that a test kills: started by `python -c`, told where by the environment.

LABEL_AND_TELL = """
import sys
from lamm_core.workflow import labelling, projects
from lamm_core.workflow.workspace import open_workspace
workspace = open_workspace()
project = projects.get_project(workspace, "small")
annotator = projects.ensure_annotator(workspace, sys.argv[1])
while leases := labelling.claim(workspace, project, annotator, 2, languages=sys.argv[2:]):
    for lease in leases:
        labelling.submit(workspace, project, annotator, lease.item_id, "pen", lease.revision)
        print(lease.item_id, flush=True)
"""

LABEL_AND_STOP = """
import sys, time
from lamm_core.storage import queue
from lamm_core.workflow import automatic, labelling, projects
from lamm_core.workflow.workspace import open_workspace
workspace = open_workspace()
project = projects.get_project(workspace, "small")
annotator = projects.ensure_annotator(workspace, sys.argv[1])

def stop(*_):
    print(sys.argv[3], flush=True)
    time.sleep(600)

if sys.argv[3] == "before the commit":
    queue.close_own = stop
else:
    automatic.start_round_if_due = stop
act = labelling.Act(int(sys.argv[2]), labelling.Action.LABEL, 1, "pen", comment="Is it?", flagged=True)
labelling.record(workspace, project, annotator, act)
"""

WORK = """
import signal, sys
from datetime import timedelta
from lamm_core.workflow.settling import Rules
from lamm_core.workflow.working import Worker
from lamm_core.workflow.workspace import open_workspace
worker = Worker(open_workspace(), rules=Rules(pauses=(timedelta(0), timedelta(0))))
signal.signal(signal.SIGTERM, lambda *_: worker.end())
worker.run(once="once" in sys.argv)
"""
