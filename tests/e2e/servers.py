"""A server of the app in a process of its own, with data of its own, that always ends."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import psutil
from spoilt_server import STANDS
from support.workers import until

from lamm_core.actors import OPERATOR
from lamm_core.settings import DATABASE_VARIABLE, HOME_VARIABLE, Settings
from lamm_core.storage.database import Database
from lamm_core.workflow.workspace import Workspace

ROOT = Path(__file__).parents[2]
SPOILT = Path(__file__).with_name("spoilt_server.py")


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def workspace_at(home: Path, url: str | None = None) -> Workspace:
    """The data of a server, seen from the test; on SQLite where no other database is named."""
    settings = Settings(home, url or f"sqlite:///{home / 'lamm.db'}")
    return Workspace(settings, Database(settings.database_url), OPERATOR)


class Server:
    """One installation of the app: a data folder, a port, and at most one process."""

    def __init__(self, home: Path, url: str | None = None) -> None:
        self.home = home
        self.port = free_port()
        self.workspace = workspace_at(home, url)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.home / "server.log").read_text("utf-8", "replace")

    def launch(self, spoilt: str | None = None, options: Mapping[str, str] | None = None) -> "Server":
        """Start the process, without waiting for it.

        Args:
            spoilt: what is to go wrong in it, one of those in `spoilt_server`; None for nothing.
            options: further options of Streamlit's configuration.
        """
        program = ["-m", "streamlit"] if spoilt is None else [str(SPOILT), spoilt]
        command = [sys.executable, *program, "run", "app.py", "--server.port", str(self.port)]
        command += [f"--{name}={value}" for name, value in (options or {}).items()]
        with (self.home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        return self

    def wait(self) -> "Server":
        """Wait until the server answers."""
        until(self._answers, 60)
        return self

    def start(self, spoilt: str | None = None, options: Mapping[str, str] | None = None) -> "Server":
        """Start the process and wait until it answers. See `launch`."""
        return self.launch(spoilt, options).wait()

    def wait_until_it_stands(self) -> None:
        """Wait until the spoilt thing has stopped, where it stops at a moment of its work."""
        until(lambda: STANDS in self.log, 30)

    def kill(self) -> None:
        """End the process at once, as a crash would (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)
            self._process = None

    def stall(self) -> None:
        """Stop the process where it stands: its connections stay open, and nothing answers."""
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a stalled process go on."""
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def close(self) -> None:
        """End the server, and the round that it may have started, which would outlive it."""
        self.kill()
        self.workspace.close()
        rounds = [each for each in psutil.process_iter() if _home_of(each) == str(self.home)]
        for process in rounds:
            process.kill()
        psutil.wait_procs(rounds, 30)

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise AssertionError(f"the server has ended:\n{self.log}")
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            HOME_VARIABLE: str(self.home),
            DATABASE_VARIABLE: self.workspace.settings.database_url,
        }


def _home_of(process: psutil.Process) -> str | None:
    """Data folder that a process of this user works on."""
    try:
        return process.environ().get(HOME_VARIABLE)
    except (psutil.Error, OSError):
        return None
