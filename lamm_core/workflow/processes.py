"""Start a process of our own that works on the same data."""

import subprocess
import sys
from typing import IO

from lamm_core.settings import Settings


def start_logged(settings: Settings, module: str, *arguments: object, log: str) -> "subprocess.Popen[bytes]":
    """Start a process that outlives the server or the terminal that started it.

    Args:
        module: what `python -m` runs.
        log: file in the folder of logs that takes what it says.

    Raises:
        OSError: the log cannot be written or the process not be started.
    """
    settings.logs.mkdir(parents=True, exist_ok=True)
    with (settings.logs / log).open("ab") as file:
        return start(settings, module, *arguments, says_to=file)


def start(
    settings: Settings, module: str, *arguments: object, says_to: IO[bytes] | None = None
) -> "subprocess.Popen[bytes]":
    """Start a process that no key of the terminal reaches.

    Args:
        module: what `python -m` runs.
        says_to: takes what it says; None lets it say it where this process does.

    Raises:
        OSError: the process cannot be started.
    """
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", module, *(str(each) for each in arguments)],
        stdin=subprocess.DEVNULL,
        stdout=says_to,
        stderr=says_to,
        env=settings.environment(),
        start_new_session=True,
    )
