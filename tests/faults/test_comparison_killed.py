"""A process that compares is killed without warning: it is noticed, leaves no worker, and can be run again."""

import os
import signal
import subprocess
import sys

import psutil
import pytest
from support import workers, world

from lamm_core.comparison import Comparison, ComparisonState
from lamm_core.records import Project
from lamm_core.workflow import comparing
from lamm_core.workflow.comparing import cancel_comparison, comparison_status, start_comparison
from lamm_core.workflow.workspace import Workspace


def latest(workspace: Workspace, project: Project) -> Comparison:
    found = comparison_status(workspace, project).latest
    assert found is not None
    return found


def replaying(workspace: Workspace, project: Project) -> Comparison | None:
    now = latest(workspace, project)
    assert now.state is ComparisonState.RUNNING, now.error
    return now if "replays" in now.stage else None


def test_a_comparison_that_was_killed_is_noticed_and_can_be_run_again(workspace: Workspace) -> None:
    project = world.make_project(workspace, 200)
    start_comparison(workspace, project, ["random", "ea", "lc"])
    now = workers.until(lambda: replaying(workspace, project))
    process = psutil.Process(now.process_id)
    os.kill(process.pid, signal.SIGSTOP)
    family = process.children(recursive=True)
    os.kill(process.pid, signal.SIGKILL)

    dead = workers.until(lambda: _if_failed(workspace, project))
    assert dead.error == comparing.DIED
    assert dead.result is None
    workers.until(lambda: not any(each.is_running() for each in family))

    start_comparison(workspace, project, ["random"])
    workers.until(lambda: latest(workspace, project).state is not ComparisonState.RUNNING)
    assert latest(workspace, project).error is None
    assert latest(workspace, project).result is not None


@pytest.mark.parametrize("end", ["killed", "cancelled"])
def test_the_workers_of_a_command_end_with_it(sqlite_workspace: Workspace, end: str) -> None:
    """The command takes every core, so that on most machines it has workers."""
    project = world.make_project(sqlite_workspace, 200)
    command = [sys.executable, "-m", "lamm_core.cli", "backtest", "small", "--seeds", "40"]
    started = subprocess.Popen(
        command, env=sqlite_workspace.settings.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    now = workers.until(lambda: _in_the_middle(sqlite_workspace, project))
    assert now.process_id == started.pid
    family = psutil.Process(started.pid).children(recursive=True)
    if end == "killed":
        started.kill()
    else:
        assert cancel_comparison(sqlite_workspace, project)
    assert started.wait(60) == (-signal.SIGKILL if end == "killed" else 1)
    workers.until(lambda: not any(each.is_running() for each in family))
    expected = ComparisonState.FAILED if end == "killed" else ComparisonState.CANCELLED
    assert latest(sqlite_workspace, project).state is expected


def _in_the_middle(workspace: Workspace, project: Project) -> Comparison | None:
    """The comparison once a replay is done, so that there are workers."""
    found = comparison_status(workspace, project).latest
    return found if found is not None and found.progress > 0 else None


def _if_failed(workspace: Workspace, project: Project) -> Comparison | None:
    now = latest(workspace, project)
    return now if now.state is ComparisonState.FAILED else None
