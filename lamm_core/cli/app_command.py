"""`lamm app`: the screens in the browser."""

import errno
import os
import runpy
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from lamm_core.cli.exit_codes import ExitCode
from lamm_core.cli.shell import complain, home_of, open_data
from lamm_core.settings import PUBLIC_URL_VARIABLE, Settings, load_settings

APP_FILE = Path(__file__).parents[2] / "app.py"
_ADDRESS = "127.0.0.1"
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound


def command(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, metavar="N", help="Port on this machine.")] = 8501,
    address: Annotated[
        str,
        typer.Option(
            metavar="HOST",
            help="Network address to serve: 127.0.0.1 for this computer only, 0.0.0.0 for all; others need accounts.",
        ),
    ] = _ADDRESS,
    public_url: Annotated[
        str | None,
        typer.Option(
            envvar=PUBLIC_URL_VARIABLE,
            metavar="URL",
            help="Under which address people open it, where that is another one, such as behind a proxy.",
        ),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", metavar="", help="Only serve, and leave the browser alone.")
    ] = False,
    no_sample: Annotated[
        bool, typer.Option("--no-sample", metavar="", help="Do not make the sample project where it is missing.")
    ] = False,
) -> None:
    """Open LAMM in the browser, for annotators and managers."""
    _check_app_file()
    _check_port(address, port)
    settings = replace(load_settings(home_of(context)), public_url=(public_url or "").rstrip("/"))
    _prepare(context, settings, address, with_sample=not no_sample)
    arguments = [*_streamlit_arguments(address, port, headless=no_browser), *_host_arguments(address, settings)]
    typer.echo(f"LAMM opens at {settings.public_url or f'http://{address}:{port}'}; end it with Ctrl-C.")
    sys.stdout.flush()
    sys.stderr.flush()
    _serve(arguments, settings)


def _serve(arguments: list[str], settings: Settings) -> None:
    """Become the server: what it needs of LAMM is loaded already, and signals reach it."""
    os.environ.update(settings.environment())
    sys.argv = ["streamlit", *arguments]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def _streamlit_arguments(address: str, port: int, *, headless: bool) -> list[str]:
    options = {
        "server.address": address,
        "server.port": str(port),
        "server.headless": "true" if headless else "false",
        # It would ask for an e-mail address and wait.
        "server.showEmailPrompt": "false",
        "browser.gatherUsageStats": "false",
        # Ours says all that is needed.
        "logger.hideWelcomeMessage": "true",
    }
    return ["run", str(APP_FILE), *(f"--{name}={value}" for name, value in options.items())]


def _host_arguments(address: str, settings: Settings) -> list[str]:
    """Under which names browsers may reach the app; any, where nobody says under which ones a network does.

    Other sites cannot use a name of theirs for this computer then either: what counts is a session, which belongs to a
    name.
    """
    names = ["localhost", _ADDRESS, "[::1]", address]
    public = urlsplit(settings.public_url).hostname
    if public:
        names.append(public)
    elif address in _EVERYWHERE:
        names = ["*"]
    return [f"--server.allowedHosts={each}" for each in dict.fromkeys(names) if each not in _EVERYWHERE]


def _check_app_file() -> None:
    if not APP_FILE.is_file():
        complain(f"The app is not installed here: there is no file {str(APP_FILE)!r}.")
        raise typer.Exit(ExitCode.UNAVAILABLE)


def _check_port(address: str, port: int) -> None:
    """End unless the port is free; streamlit itself might take another one without a word."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            # Otherwise a port whose last server has just ended counts as busy for a minute.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            busy = error.errno == errno.EADDRINUSE
            reason = "is in use already" if busy else f"cannot be used ({error.strerror})"
            complain(f"Port {port} {reason}; choose another one with --port.")
            raise typer.Exit(ExitCode.BUSY if busy else ExitCode.UNAVAILABLE) from error


def _prepare(context: typer.Context, settings: Settings, address: str, *, with_sample: bool) -> None:
    from lamm_core.workflow.sample import ensure_sample_project
    from lamm_core.workflow.serving import check_address

    with open_data(context) as workspace:
        check_address(replace(workspace, settings=settings), address)
        if with_sample:
            ensure_sample_project(workspace)
