"""`lamm annotator`: who labels, in which languages, how fast, and how far others and gold items say the same."""

from typing import Annotated

import typer

from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import console, open_data, split_list

annotator_app = typer.Typer(
    help="List annotators, see what they did, and say which languages they know.", no_args_is_help=True
)


@annotator_app.command("list")
def list_command(
    context: typer.Context,
    project: Annotated[
        str | None, typer.Option(metavar="NAME", help="Say too how they answered the gold items of this project.")
    ] = None,
    as_json: AsJson = False,
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
        print_json(annotators_record(found, results))
    elif found:
        console().print(annotators_table(found, results))
    else:
        typer.echo("Nobody has labelled yet.")


@annotator_app.command("figures")
def figures_command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    as_json: AsJson = False,
) -> None:
    """Show what each annotator did, how fast, and how far it is what the others and gold items say.

    In brackets stand 95 % intervals. What the others say is what most of them say; where they are split evenly, a text
    does not count. An hour is one of active time.
    """
    from lamm_core.workflow.annotator_figures import annotator_figures
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        found = get_project(workspace, project)
        figures = annotator_figures(workspace, found)

    from lamm_core.cli.annotator_text import figures_record, figures_table

    if as_json:
        print_json(figures_record(found.name, figures))
    elif figures:
        console().print(figures_table(found.name, figures))
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
    as_json: AsJson = False,
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
    if as_json:
        print_json({"annotator": name.strip(), "languages": known})
    else:
        typer.echo(f"{name.strip()} is asked about {', '.join(known) or 'all languages'}.")
