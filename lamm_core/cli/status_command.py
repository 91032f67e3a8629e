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
        typer.Option("--json", metavar="", help="One JSON object instead of a table; shares and figures are 0 to 1."),
    ] = False,
) -> None:
    """Show how each language stands to its target, and what it takes to get there.

    A target counts as met once the interval over all rounds lies above it. Of the labels until then the range is told
    in which 8 of 10 cases end, and the hours and the cost of the middle one. With + come the labels of the last seven
    days.
    """
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        found = get_project(workspace, project)

        from lamm_core.cli.status_record import status_record
        from lamm_core.cli.status_text import batch_sentence, round_sentence, status_table
        from lamm_core.workflow.causes import find_causes
        from lamm_core.workflow.headline import headline
        from lamm_core.workflow.status import project_status, round_history

        status = project_status(workspace, found)
        causes = find_causes(workspace, found, status.languages) if as_json else {}
        rounds = {each.round.id: each.round.number for each in round_history(workspace, found)}
    serving = rounds.get(status.model.round_id) if status.model else None
    if as_json:
        # Plain ASCII, so that it arrives whole whatever the encoding of the pipe.
        typer.echo(json.dumps(status_record(status, serving, causes), indent=2, allow_nan=False))
        return
    console().print(status_table(status))
    for sentence in (round_sentence(status, serving), batch_sentence(status), headline(status)):
        typer.echo(sentence)
