"""`lamm status`: where a project stands."""

import json
from typing import Annotated

import typer

from lamm_core.cli.shell import console, open_data


def command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", metavar="", help="One JSON object instead of a table; shares and accuracies are 0 to 1."
        ),
    ] = False,
) -> None:
    """Show how far each language is from its target."""
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        found = get_project(workspace, project)

        from lamm_core.cli.status_text import (
            batch_sentence,
            round_sentence,
            status_record,
            status_table,
        )
        from lamm_core.workflow.headline import headline
        from lamm_core.workflow.status import project_status, round_history

        status = project_status(workspace, found)
        rounds = {each.round.id: each.round.number for each in round_history(workspace, found)}
    serving = rounds.get(status.model.round_id) if status.model else None
    if as_json:
        # Plain ASCII, so that it arrives whole whatever the encoding of the pipe.
        typer.echo(json.dumps(status_record(status, serving), indent=2, allow_nan=False))
        return
    console().print(status_table(status))
    for sentence in (round_sentence(status, serving), batch_sentence(status), headline(status)):
        typer.echo(sentence)
