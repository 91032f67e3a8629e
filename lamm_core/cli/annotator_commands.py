"""`lamm annotator`: who labels, in which languages, and how they answered gold items."""

import json
from typing import Annotated

import typer

from lamm_core.cli.shell import console, open_data, split_list

annotator_app = typer.Typer(help="List annotators, and say which languages they know.", no_args_is_help=True)


@annotator_app.command("list")
def list_command(
    context: typer.Context,
    project: Annotated[
        str | None, typer.Option(metavar="NAME", help="Say too how they answered the gold items of this project.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", metavar="", help="A JSON list instead of a table; shares are 0 to 1.")
    ] = False,
) -> None:
    """List the annotators and the languages they are asked about, and how they answered gold items."""
    from lamm_core.workflow.annotators import languages_of
    from lamm_core.workflow.gold import gold_results
    from lamm_core.workflow.projects import get_project, list_annotators

    with open_data(context) as workspace:
        results = None if project is None else gold_results(workspace, get_project(workspace, project))
        found = {name: languages_of(workspace, each) for each, name in list_annotators(workspace).items()}

    from lamm_core.cli.annotator_text import annotators_record, annotators_table

    if as_json:
        # Plain ASCII, so that it arrives whole whatever the encoding of the pipe.
        typer.echo(json.dumps(annotators_record(found, results), indent=2, allow_nan=False))
    elif found:
        console().print(annotators_table(found, results))
    else:
        typer.echo("Nobody has labelled yet.")


@annotator_app.command("languages")
def languages_command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the annotator, who is added if new.")],
    language: Annotated[
        list[str] | None,
        typer.Option(metavar="EN,FR,...", help="Codes of the languages, in place of those before; may be repeated."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", metavar="", help="Every language, as for a new annotator.")] = False,
) -> None:
    """Say which languages an annotator is asked about, in every project; without an option, show them."""
    from lamm_core.errors import InvalidInput
    from lamm_core.workflow.annotators import languages_of, set_languages
    from lamm_core.workflow.projects import ensure_annotator, find_annotator

    wanted = split_list(language or [])
    if every and wanted:
        raise InvalidInput("Give either --language or --all, not both.")
    with open_data(context) as workspace:
        if every or wanted:
            known = set_languages(workspace, ensure_annotator(workspace, name), wanted)
        else:
            known = languages_of(workspace, find_annotator(workspace, name))
    typer.echo(f"{name.strip()} is asked about {', '.join(known) or 'all languages'}.")
