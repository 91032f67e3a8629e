"""What all commands share: how errors end, where output goes, how the data is opened."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from lamm_core.actors import operator_at
from lamm_core.cli.exit_codes import ExitCode, exit_code
from lamm_core.errors import LammError

if TYPE_CHECKING:
    from rich.console import Console

    from lamm_core.workflow.workspace import Workspace

INTERRUPTED = ExitCode.INTERRUPTED
_WIDEST = 10_000
_ORDER = (
    "project",
    "user",
    "annotator",
    "import",
    "duplicates",
    "embed",
    "round",
    "translate",
    "status",
    "agreement",
    "review",
    "report",
    "trail",
    "export",
    "model",
    "predict",
    "app",
    "backup",
    "restore",
    "worker",
    "jobs",
    "backtest",
    "benchmark",
)


class LammGroup(TyperGroup):
    """Commands whose expected errors end in one line and an exit code of their own; a bug keeps its traceback."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for each in _commands_below(self):
            each.help = _flowing(each.help or "")

    def list_commands(self, ctx: Any) -> list[str]:
        """Commands in the order in which they are used; typer would put groups of commands last."""
        return sorted(super().list_commands(ctx), key=_ORDER.index)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except LammError as error:
            complain(str(error))
            raise typer.Exit(exit_code(error)) from error
        except KeyboardInterrupt as error:
            complain("Interrupted.")
            raise typer.Exit(INTERRUPTED) from error


def _commands_below(group: TyperGroup) -> Iterator[Any]:
    for each in group.commands.values():
        yield each
        if isinstance(each, TyperGroup):
            yield from _commands_below(each)


def _flowing(text: str) -> str:
    """A help text without the line breaks of its docstring: typer breaks lines anew, but keeps these too."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in inspect.cleandoc(text).split("\n\n"))


def complain(message: str) -> None:
    """One line on the error stream."""
    typer.echo(f"lamm: {' '.join(message.split())}", err=True)


def console(*, errors: bool = False) -> Console:
    """Where tables and progress go. Into a pipe or a file, lines are as wide as they need to be."""
    from rich.console import Console

    # Names and texts are the user's: brackets and colons in them are no markup.
    made = Console(stderr=errors, markup=False, emoji=False, highlight=False)
    if not made.is_terminal:
        made.width = _WIDEST
    return made


@contextmanager
def open_data(context: typer.Context) -> Iterator[Workspace]:
    """The data of this installation in the hands of whoever runs the command, closed again at the end."""
    from lamm_core.workflow.workspace import open_workspace

    workspace = open_workspace(home_of(context))
    try:
        yield workspace.acting_as(operator_at("command line"))
    finally:
        workspace.close()


def home_of(context: typer.Context) -> Path | None:
    """The data folder that was asked for; None for the default."""
    home: Path | None = context.obj
    return home


def command_line(*words: str) -> str:
    """A command for the user to copy, quoted where it has to be."""
    return shlex.join(words)


def split_list(values: list[str]) -> list[str]:
    """The parts of comma-separated options, in order, without spaces around them."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()]
