"""Projects as they were a moment ago, so that not every label reads all settings of its project."""

import threading
import time
from collections.abc import Callable

from lamm_core.records import Project
from lamm_core.workflow import projects
from lamm_core.workflow.workspace import Workspace

# As long as a change of settings may take until labelling cards know of it.
_SECONDS = 1.0


class RecentProjects:
    """Finds projects by their number; safe to share between threads.

    Args:
        clock: gives the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[int, tuple[float, Project]] = {}

    def find(self, workspace: Workspace, project_id: int) -> Project | None:
        """The project of that number, as it is now or was up to a second ago; None where the actor sees none."""
        if not workspace.actor.sees(project_id):
            return None
        now = self._clock()
        with self._lock:
            until, project = self._found.get(project_id, (now, None))
        if project is not None and now < until:
            return project
        fresh = projects.find_project(workspace, project_id)
        with self._lock:
            if fresh is None:
                self._found.pop(project_id, None)
            else:
                self._found[project_id] = now + _SECONDS, fresh
        return fresh
