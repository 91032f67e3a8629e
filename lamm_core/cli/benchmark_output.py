"""What `lamm benchmark` and `lamm backtest` print and write."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import typer

from lamm_core.cli.json_output import print_json
from lamm_core.cli.shell import console
from lamm_core.errors import StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamm_core.experiments.backtest import BacktestResult


def show_results(results: Sequence[BacktestResult]) -> None:
    """Print the tables of each task, and what was run."""
    from rich.text import Text

    from lamm_core.experiments.facts import facts
    from lamm_core.experiments.shown_table import shown_tables
    from lamm_core.experiments.terminal_table import terminal_tables

    screen = console()
    for shown in shown_tables(results):
        for table in terminal_tables(shown):
            screen.print(table)
            screen.print()
        screen.print(Text("\n".join(shown.notes)))
        screen.print()
    screen.print(Text("\n".join(f"{name}: {value}" for name, value in facts(results).items())))


def print_results(results: Sequence[BacktestResult]) -> None:
    """Print the list that a file of the kind `json` holds."""
    from lamm_core.experiments.record import as_record

    print_json([as_record(each, results) for each in results])


def write_results(results: Sequence[BacktestResult], kind: str, file: Path) -> None:
    """Write a file of one kind.

    Raises:
        StorageUnavailable: it cannot be written.
    """
    from lamm_core.experiments.files import write_file

    try:
        write_file(results, kind, file)
    except OSError as error:
        raise StorageUnavailable(f"{str(file)!r} cannot be written: {error.strerror or error}.") from error
    typer.echo(f"Wrote {len(results)} results to {file}.", err=True)


def check_writable(file: Path) -> None:
    """Raise StorageUnavailable unless a file can be written there: before the work, not after it."""
    folder = file.absolute().parent
    make_folder(folder)
    if file.is_dir():
        raise StorageUnavailable(f"{str(file)!r} is a folder; it cannot be written as a file.")
    try:
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StorageUnavailable(f"Nothing can be written in the folder {str(folder)!r}: {error.strerror}.") from error


def make_folder(folder: Path) -> None:
    """Make a folder where it is missing.

    Raises:
        StorageUnavailable: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageUnavailable(f"The folder {str(folder)!r} cannot be made: {error.strerror}.") from error
