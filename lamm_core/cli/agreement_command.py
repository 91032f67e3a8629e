"""`lamm agreement`: how far annotators agree."""

from typing import Annotated

import typer

from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import console, open_data


def command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    as_json: AsJson = False,
) -> None:
    """Show how far annotators agree: in each language, on each class, each pair, and each annotator with the others.

    Alpha and kappa are 1 where all agree and 0 where they do as by chance; from 0.8 on they count as good, from 0.667
    on as fair. In brackets stand 95 % intervals. Gold items and labels that were taken back are left out.
    """
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        found = get_project(workspace, project)

        from lamm_core.cli.agreement_text import agreement_record, agreement_tables
        from lamm_core.workflow.agreement import project_agreement

        whole, *languages = project_agreement(workspace, found)
    if as_json:
        print_json(agreement_record(found.name, whole, languages))
    elif whole.annotators:
        for each in agreement_tables(found.name, whole, languages):
            console().print(each)
    else:
        typer.echo("Nobody has labelled yet.")
