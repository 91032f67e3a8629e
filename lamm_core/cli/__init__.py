"""The command line. Each command imports what it needs when it runs, so that `lamm --help` comes at once."""

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from lamm_core.cli import (
    agreement_command,
    app_command,
    backtest_command,
    backup_commands,
    benchmark_command,
    embed_command,
    export_command,
    import_command,
    predict_command,
    report_command,
    review_command,
    round_command,
    status_command,
    trail_command,
    translate_command,
    worker_command,
)
from lamm_core.cli.annotator_commands import annotator_app
from lamm_core.cli.duplicates_commands import duplicates_app
from lamm_core.cli.exit_codes import MEANINGS
from lamm_core.cli.jobs_commands import jobs_app
from lamm_core.cli.model_commands import model_app
from lamm_core.cli.project_commands import project_app
from lamm_core.cli.shell import LammGroup
from lamm_core.cli.user_commands import user_app
from lamm_core.settings import HOME_VARIABLE

_EXAMPLES = """\
Examples:

  lamm project create shop --classes pen,marker --languages en,fr
  lamm import shop texts.csv
  lamm round shop
  lamm status shop
  lamm app
"""
_EXIT_CODES = "Exit codes:\n\n" + "\n".join(f"  {code:>3}  {meaning}" for code, meaning in MEANINGS.items()) + "\n"

app = typer.Typer(
    cls=LammGroup,
    name="lamm",
    help="Multilingual annotation with active learning: an accuracy target in every language, not on average.",
    epilog=f"{_EXAMPLES}\n{_EXIT_CODES}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_SET_UP, _WORK, _SCREEN, _RESEARCH = "Set up", "Label and learn", "In the browser", "Compare strategies"
_SERVER = "On a server"

app.command("app", rich_help_panel=_SCREEN)(app_command.command)
app.add_typer(project_app, name="project", rich_help_panel=_SET_UP)
app.add_typer(user_app, name="user", rich_help_panel=_SET_UP)
app.add_typer(annotator_app, name="annotator", rich_help_panel=_SET_UP)
app.command("import", rich_help_panel=_SET_UP)(import_command.command)
app.command("embed", rich_help_panel=_WORK)(embed_command.command)
app.add_typer(duplicates_app, name="duplicates", rich_help_panel=_SET_UP)
app.command("round", rich_help_panel=_WORK)(round_command.command)
app.command("translate", rich_help_panel=_WORK)(translate_command.command)
app.command("status", rich_help_panel=_WORK)(status_command.command)
app.command("agreement", rich_help_panel=_WORK)(agreement_command.command)
app.command("review", rich_help_panel=_WORK)(review_command.command)
app.command("report", rich_help_panel=_WORK)(report_command.command)
app.command("trail", rich_help_panel=_WORK)(trail_command.command)
app.command("export", rich_help_panel=_WORK)(export_command.command)
app.add_typer(model_app, name="model", rich_help_panel=_WORK)
app.command("predict", rich_help_panel=_WORK)(predict_command.command)
app.command("backup", rich_help_panel=_SERVER)(backup_commands.backup_command)
app.command("restore", rich_help_panel=_SERVER)(backup_commands.restore_command)
app.command("worker", rich_help_panel=_SERVER)(worker_command.command)
app.add_typer(jobs_app, name="jobs", rich_help_panel=_SERVER)
app.command("backtest", rich_help_panel=_RESEARCH)(backtest_command.command)
app.command("benchmark", rich_help_panel=_RESEARCH)(benchmark_command.command)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"lamm {version('lamm')}")
        raise typer.Exit


@app.callback()
def _global_options(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            envvar=HOME_VARIABLE,
            metavar="DIR",
            help="Folder of the data; without it, your user data folder.",
        ),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option("--version", metavar="", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    context.obj = home


def main() -> None:
    """Run the `lamm` command."""
    for stream in (sys.stdout, sys.stderr):
        # A text that the terminal cannot show must not end the command half-way.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()
