"""States that a project can be in: each is made once, and every test that wants it opens a copy."""

import shutil
from collections.abc import Callable
from pathlib import Path

from lamm_core.workflow.workspace import Workspace, open_workspace

State = Callable[[Workspace], None]
Make = Callable[[State], None]


class States:
    """Functions that bring a new workspace into a state, and the data folders that came of it.

    What a function makes must not go out of date within minutes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[State, Path] = {}

    def put(self, state: State, home: Path) -> None:
        """Bring the data folder of a new installation into a state."""
        if state not in self._made:
            made = shutil.copytree(home, self._folder / state.__name__)
            workspace = open_workspace(made)
            state(workspace)
            workspace.close()
            self._made[state] = made
        shutil.copytree(self._made[state], home, dirs_exist_ok=True)
