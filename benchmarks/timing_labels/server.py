"""A server of the app in a process of its own, on the data of a run, that always ends."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from lamm_core.settings import Settings
from timing_labels.errors import BenchmarkStopped

_ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0  # seconds until the server must answer
_POLL = 0.1


@dataclass(frozen=True)
class Server:
    """A server that answers.

    Attributes:
        port: on the loopback interface.
        process_id: of the one process that serves everybody.
    """

    port: int
    process_id: int

    @property
    def url(self) -> str:
        """Where the app is."""
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """Processor time that the server has used so far, by the program and for it."""
        used = psutil.Process(self.process_id).cpu_times()
        return float(used.user + used.system)


@contextmanager
def serving(settings: Settings) -> Iterator[Server]:
    """Serve the data with `lamm app`, as long as the block lasts.

    Raises:
        BenchmarkStopped: the server ended, or did not answer in time.
    """
    port = free_port()
    command = [sys.executable, "-m", "lamm_core.cli", "app", "--port", str(port), "--no-browser", "--no-sample"]
    with (settings.home / "server.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=_ROOT, env=_environment(settings), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        _wait(process, port, settings.home / "server.log")
        yield Server(port, process.pid)
    finally:
        process.kill()
        process.wait(_PATIENCE)


def _environment(settings: Settings) -> dict[str, str]:
    """The program that is served is the one beside this file, whatever else is installed."""
    others = os.environ.get("PYTHONPATH")
    return settings.environment() | {"PYTHONPATH": os.pathsep.join([str(_ROOT), *([others] if others else [])])}


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up = time.monotonic() + _PATIENCE
    while not answers(port):
        if process.poll() is not None:
            raise BenchmarkStopped(f"The server has ended; {log} says why.")
        if time.monotonic() > give_up:
            raise BenchmarkStopped(f"The server did not answer within {_PATIENCE:.0f} seconds.")
        time.sleep(_POLL)


def answers(port: int) -> bool:
    """Whether a server of the app answers at a port of the loopback interface."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
