"""`lamm jobs`: what is in line for workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import console, open_data

if TYPE_CHECKING:
    from rich.table import Table

    from lamm_core.workflow.jobs import JobView

_LIST = "list"


class _ListsByItself(TyperGroup):
    """`lamm jobs PROJECT` is `lamm jobs list PROJECT`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the name of the usual command where none was given."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [_LIST, *args]
        return super().parse_args(ctx, args)


jobs_app = typer.Typer(
    cls=_ListsByItself, help="See what is in line for workers, cancel it, try it again.", no_args_is_help=False
)


@jobs_app.command(_LIST)
def list_command(
    context: typer.Context,
    project: Annotated[
        str | None, typer.Argument(metavar="PROJECT", help="Name of the project; without it, all projects.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the newest jobs; `lamm jobs` alone does the same."""
    from lamm_core.workflow.jobs import all_jobs, project_jobs
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        found = all_jobs(workspace) if project is None else project_jobs(workspace, get_project(workspace, project))
    if as_json:
        print_json([_record(each) for each in found])
    elif found:
        console().print(_table(found))
    else:
        typer.echo("There are no jobs. Without a worker everything is done by the app itself.")


@jobs_app.command("cancel")
def cancel_command(
    context: typer.Context,
    job: Annotated[int, typer.Argument(metavar="ID", help="Number of the job.")],
    as_json: AsJson = False,
) -> None:
    """Take a job out of the line, or ask one that runs to end."""
    from lamm_core.workflow.jobs import cancel_job, project_of_job

    with open_data(context) as workspace:
        cancelled = cancel_job(workspace, project_of_job(workspace, job), job)
    if as_json:
        print_json(_record(cancelled))
    else:
        typer.echo(f"Job {job} is cancelled; if it was running, it ends within seconds.")


@jobs_app.command("retry")
def retry_command(
    context: typer.Context,
    job: Annotated[int, typer.Argument(metavar="ID", help="Number of the job.")],
    as_json: AsJson = False,
) -> None:
    """Let a job that failed or was cancelled wait again."""
    from lamm_core.workflow.jobs import project_of_job, retry_job

    with open_data(context) as workspace:
        queued = retry_job(workspace, project_of_job(workspace, job), job)
    if as_json:
        print_json(_record(queued))
    else:
        typer.echo(f"Job {job} waits for a worker again.")


def _table(found: list[JobView]) -> Table:
    from lamm_core.cli.tables import new_table
    from lamm_core.workflow.job_words import job_sentence, kind_word, state_word
    from lamm_core.workflow.workspace import utc_now

    table = new_table()
    table.add_column("id", justify="right")
    for heading in ("project", "job", "state", "done", "asked by", "what it says"):
        table.add_column(heading, overflow="fold")
    now = utc_now()
    for each in found:
        job = each.job
        table.add_row(
            str(job.id),
            each.project,
            kind_word(job.kind),
            state_word(job.state),
            f"{job.progress:.0%}",
            job.asked_by,
            job_sentence(each, now),
        )
    return table


def _record(view: JobView) -> dict[str, object]:
    job = view.job
    return {
        "id": job.id,
        "project": view.project,
        "kind": job.kind,
        "state": job.state,
        "asked_by": job.asked_by,
        "failures": job.failures,
        "worker": job.worker,
        "before": view.before,
        "has_worker": view.has_worker,
        "stage": job.stage,
        "progress": job.progress,
        "error": job.error,
        "created_at": job.created_at,
        "not_before": job.not_before,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "cancel_asked_at": job.cancel_asked_at,
    }
