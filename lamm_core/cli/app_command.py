"""`lamm app`: the screens in the browser."""

import errno
import os
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from lamm_core.cli.shell import complain, home_of, open_data
from lamm_core.settings import load_settings

APP_FILE = Path(__file__).parents[2] / "app.py"
_ADDRESS = "127.0.0.1"


def command(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, metavar="N", help="Port on this machine.")] = 8501,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", metavar="", help="Only serve, and leave the browser alone.")
    ] = False,
    no_sample: Annotated[
        bool, typer.Option("--no-sample", metavar="", help="Do not make the sample project where it is missing.")
    ] = False,
) -> None:
    """Open LAMM in the browser, for annotators and managers."""
    _check_app_file()
    _check_port(port)
    if not no_sample:
        _make_sample(context)
    arguments = [sys.executable, "-m", "streamlit", *_streamlit_arguments(port, headless=no_browser)]
    typer.echo(f"LAMM opens at http://{_ADDRESS}:{port}; end it with Ctrl-C.")
    sys.stdout.flush()
    sys.stderr.flush()
    # The server takes the place of this process, so that signals reach it.
    os.execve(sys.executable, arguments, load_settings(home_of(context)).environment())  # noqa: S606 - our own interpreter


def _streamlit_arguments(port: int, *, headless: bool) -> list[str]:
    options = {
        "server.address": _ADDRESS,
        "server.port": str(port),
        "server.headless": "true" if headless else "false",
        # It would ask for an e-mail address and wait.
        "server.showEmailPrompt": "false",
        "browser.gatherUsageStats": "false",
        # Ours says all that is needed.
        "logger.hideWelcomeMessage": "true",
    }
    return ["run", str(APP_FILE), *(f"--{name}={value}" for name, value in options.items())]


def _check_app_file() -> None:
    if not APP_FILE.is_file():
        complain(f"The app is not installed here: there is no file {str(APP_FILE)!r}.")
        raise typer.Exit(1)


def _check_port(port: int) -> None:
    """End unless the port is free; streamlit itself might take another one without a word."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            # Otherwise a port whose last server has just ended counts as busy for a minute.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_ADDRESS, port))
        except OSError as error:
            busy = error.errno == errno.EADDRINUSE
            reason = "is in use already" if busy else f"cannot be used ({error.strerror})"
            complain(f"Port {port} {reason}; choose another one with --port.")
            raise typer.Exit(1) from error


def _make_sample(context: typer.Context) -> None:
    from lamm_core.workflow.sample import ensure_sample_project

    with open_data(context) as workspace:
        ensure_sample_project(workspace)
