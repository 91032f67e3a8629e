"""A process that translates is killed without warning; what was paid for stays, and nothing is paid for twice."""

import os
import signal
from collections.abc import Iterator

import psutil
import pytest
from support import workers, world
from support.libre import LibreServer, libre_server

from lamm_core.records import Project
from lamm_core.workflow import translation_runs
from lamm_core.workflow.translating import translation_counts, translation_estimate
from lamm_core.workflow.workspace import Workspace

LABELS = 60


@pytest.fixture
def server() -> Iterator[LibreServer]:
    with libre_server() as running:
        yield running


def start(workspace: Workspace, project: Project) -> psutil.Process:
    """Start the process, and return it."""
    children = set(psutil.Process().children())
    translation_runs.start_translating(workspace, project)
    (process,) = set(psutil.Process().children()) - children
    return process


def test_a_process_killed_in_the_middle_is_followed_by_one_that_does_the_rest(
    workspace: Workspace, server: LibreServer
) -> None:
    project = world.make_project(workspace, LABELS, translator=server.name)
    whole = translation_estimate(workspace, project)
    assert whole.texts == 2 * LABELS
    server.hold_at = 3

    first = start(workspace, project)
    assert server.held.wait(90)
    assert translation_runs.is_translating(workspace, project)
    os.kill(first.pid, signal.SIGKILL)
    workers.until(lambda: not translation_runs.is_translating(workspace, project))
    server.go_on.set()
    kept = translation_counts(workspace, project).stored
    assert kept == sum(server.answered.values()) > 0
    assert translation_estimate(workspace, project).texts == whole.texts - kept

    start(workspace, project)
    workers.until(lambda: not translation_runs.is_translating(workspace, project))
    assert translation_runs.last_failure(workspace, project) is None
    assert translation_counts(workspace, project).stored == whole.texts
    assert len(server.answered) == whole.texts
    assert set(server.answered.values()) == {1}


def test_a_process_that_fails_leaves_its_reason(workspace: Workspace, server: LibreServer) -> None:
    project = world.make_project(workspace, LABELS, translator=server.name)
    server.refusals = [(403, "No more characters this month")]
    start(workspace, project)
    reason = workers.until(lambda: translation_runs.last_failure(workspace, project))
    assert "No more characters this month" in reason
    assert "0 of 120 texts are translated and kept" in reason
    workers.until(lambda: not translation_runs.is_translating(workspace, project))
    start(workspace, project)
    assert translation_runs.last_failure(workspace, project) is None
    workers.until(lambda: not translation_runs.is_translating(workspace, project))
    assert translation_counts(workspace, project).stored == 2 * LABELS
