"""`lamm duplicates`: texts that nearly repeat another one of the pool, and which of them are kept all the same."""

from typing import Annotated

import typer

from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import command_line, console, open_data

duplicates_app = typer.Typer(
    help="See which texts are set aside because they nearly repeat another one, and keep those that do not.",
    no_args_is_help=True,
)


@duplicates_app.command("list")
def list_command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many texts at most.")] = 25,
    as_json: AsJson = False,
) -> None:
    """List the texts that are set aside, the newest first, each beside the text that stands for it."""
    from lamm_core.workflow.duplicates import list_duplicates
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        stored = get_project(workspace, project)
        found = list_duplicates(workspace, stored, limit)

    from lamm_core.cli.duplicates_text import duplicates_record, duplicates_table

    if as_json:
        print_json(duplicates_record(stored.name, found))
    elif found.total:
        console().print(duplicates_table(stored.name, found))
        typer.echo(f"Keep one as a text of its own: {command_line('lamm', 'duplicates', 'keep', stored.name, 'ID')}")
    else:
        typer.echo("No text is set aside.")


@duplicates_app.command("keep")
def keep_command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Your ids of texts that are set aside.")],
    as_json: AsJson = False,
) -> None:
    """Keep texts that are set aside as texts of their own, for good."""
    from lamm_core.workflow.duplicates import keep_by_own_ids
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        stored = get_project(workspace, project)
        kept = keep_by_own_ids(workspace, stored, ids)
    if as_json:
        print_json({"project": stored.name, "kept": kept})
    else:
        typer.echo(f"Texts of their own from now on: {kept:,} of {len(ids):,}.")
