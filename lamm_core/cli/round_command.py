"""`lamm round`: one round, in the foreground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.cli.shell import INTERRUPTED, command_line, complain, console, open_data

if TYPE_CHECKING:
    from lamm_core.records import Round
    from lamm_core.workflow.status import ProjectStatus


def command(
    context: typer.Context, project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")]
) -> None:
    """Run one round: embed, fit, measure, and choose the next batch."""
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        target = get_project(workspace, project)

        # Only now, since they take seconds to import: a wrong name is answered at once.
        from lamm_core.cli.progress import staged
        from lamm_core.cli.status_text import round_table
        from lamm_core.workflow.headline import headline
        from lamm_core.workflow.rounds import run_round
        from lamm_core.workflow.status import project_status

        try:
            with staged() as report:
                done = run_round(workspace, target, report)
        except KeyboardInterrupt as error:
            complain(f"Interrupted; run the round again with: {command_line('lamm', 'round', target.name)}")
            raise typer.Exit(INTERRUPTED) from error
        status = project_status(workspace, target)
    console().print(round_table(status))
    typer.echo(_outcome(done, status))
    typer.echo(headline(status))


def _outcome(done: Round, status: ProjectStatus) -> str:
    chosen = sum(each.quota for each in status.languages)
    fitted = status.model is not None and status.model.round_id == done.id
    learnt = (
        f"learnt from {done.labels:,} labels"
        if fitted
        else f"fitted no model ({done.labels:,} labels are too few, or all of one class)"
    )
    if chosen:
        return f"Round {done.number} {learnt} and chose {chosen:,} texts to label next."
    if not status.pool:
        return f"Round {done.number} {learnt} and found no texts; bring some in with: lamm import"
    return f"Round {done.number} {learnt} and chose no texts: {_why_none(status)}."


def _why_none(status: ProjectStatus) -> str:
    waiting = status.progress.open
    return f"{waiting:,} wait in the batch already" if waiting else "none are left in the pool"
