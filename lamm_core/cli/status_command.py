"""`lamm status`: where a project stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.cli.exit_codes import ExitCode
from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import console, open_data

if TYPE_CHECKING:
    from lamm_core.workflow.status import ProjectStatus


def command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    check: Annotated[
        bool,
        typer.Option(
            "--check", metavar="", help=f"End in exit code {int(ExitCode.TARGETS_OPEN)} unless all targets are met."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show how each language stands to its target, and what it takes to get there.

    A target counts as met once the interval over all rounds lies above it. Of the labels until then the range is told
    in which 8 of 10 cases end, and the hours and the cost of the middle one. With + come the labels of the last seven
    days.
    """
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        found = get_project(workspace, project)

        from lamm_core.cli.status_record import serving_round, whole_status_record
        from lamm_core.workflow.status import project_status

        status = project_status(workspace, found)
        if as_json:
            print_json(whole_status_record(workspace, status))
        else:
            _show(status, serving_round(workspace, status))
    if check and status.targets_met < len(status.languages):
        raise typer.Exit(ExitCode.TARGETS_OPEN)


def _show(status: ProjectStatus, serving: int | None) -> None:
    from lamm_core.cli.status_text import batch_sentence, round_sentence, status_table
    from lamm_core.workflow.drift_words import drift_advice
    from lamm_core.workflow.growth_words import beyond_model, labelled_before
    from lamm_core.workflow.headline import headline

    console().print(status_table(status))
    drift = (drift_advice(each, status.project.settings) for each in status.languages)
    more = [*filter(None, drift), headline(status), *beyond_model(status.growth), *labelled_before(status.growth)]
    for sentence in (round_sentence(status, serving), batch_sentence(status), *more):
        typer.echo(sentence)
