"""A copy of the project as a newcomer has it, and the app that `make app` starts in it."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from lamm_core.settings import DATABASE_VARIABLE, HOME_VARIABLE
from timing_labels.errors import BenchmarkStopped
from timing_labels.server import answers, free_port

_ROOT = Path(__file__).parents[2]
_PATIENCE = 900.0  # seconds in which everything is installed, however busy the machine
_POLL = 0.02


@dataclass(frozen=True)
class Clone:
    """A fresh clone of this project, with data of its own.

    Attributes:
        folder: the clone.
        home: the folder of its data.
    """

    folder: Path
    home: Path

    @contextmanager
    def running(self) -> Iterator[str]:
        """`make app`, as long as the block lasts; gives the address once the app answers there.

        Raises:
            BenchmarkStopped: the command ended, or the app did not answer in time.
        """
        port = free_port()
        log = self.folder.with_suffix(".log")
        command = ["make", "app", f"PORT={port}", "OPTIONS=--no-browser"]
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            _wait(process, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            _end(process)

    def _environment(self) -> dict[str, str]:
        """Nothing of this project's own environment reaches into the clone."""
        foreign = {DATABASE_VARIABLE, "PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS"}
        kept = {name: value for name, value in os.environ.items() if name not in foreign}
        return kept | {HOME_VARIABLE: str(self.home)}


def clone(parent: Path) -> Clone:
    """Clone this project, as it was committed last, into a folder.

    Raises:
        BenchmarkStopped: git cannot clone it.
    """
    folder = parent / "lamm"
    found = subprocess.run(["git", "clone", "--quiet", str(_ROOT), str(folder)], capture_output=True, text=True)
    if found.returncode:
        raise BenchmarkStopped(f"The project cannot be cloned: {found.stderr.strip()}")
    return Clone(folder, parent / "home")


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up = time.monotonic() + _PATIENCE
    while not answers(port):
        if process.poll() is not None:
            raise BenchmarkStopped(f"make app has ended; {log} says why.")
        if time.monotonic() > give_up:
            raise BenchmarkStopped(f"The app did not answer within {_PATIENCE:.0f} seconds.")
        time.sleep(_POLL)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command and all that it started, the server and its rounds included."""
    started = [process.pid, *(each.pid for each in psutil.Process(process.pid).children(recursive=True))]
    for each in map(psutil.Process, filter(psutil.pid_exists, started)):
        each.kill()
    process.wait()
