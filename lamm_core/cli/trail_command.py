"""`lamm trail`: who did what when."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import console, open_data
from lamm_core.trail import AuditAction, TrailFilter

_DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def command(
    context: typer.Context,
    project: Annotated[str | None, typer.Argument(metavar="PROJECT", help="Only what concerns this project.")] = None,
    who: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what they did; a part of the name will do.")
    ] = None,
    action: Annotated[
        list[AuditAction] | None,
        typer.Option(metavar="ACTION", help=f"Only such lines, of {', '.join(AuditAction)}; may be repeated."),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=_DAYS, metavar="TIME", help="From this moment on, in UTC: 2026-05-01 or 2026-05-01T09:30."
        ),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=_DAYS, metavar="TIME", help="Before this moment, likewise.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, max=1_000_000, metavar="N", help="The newest N lines.")] = 50,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a .csv, .jsonl or .parquet file instead.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show who did what when, newest first: sign-ins, labels, edits, imports, exports, settings, rounds, reviews."""
    from lamm_core.exchange.writing import write_table
    from lamm_core.workflow.audit import project_trail, whole_trail
    from lamm_core.workflow.projects import get_project
    from lamm_core.workflow.trail_table import trail_table

    wanted = TrailFilter(who, tuple(action) if action else None, _utc(since), _utc(until))
    with open_data(context) as workspace:
        if project is None:
            events = whole_trail(workspace, wanted, most)
        else:
            events = project_trail(workspace, get_project(workspace, project), wanted, most)
    table = trail_table(events)
    if out is not None:
        write_table(table, out)
        if as_json:
            print_json({"file": out, "lines": len(table)})
        else:
            typer.echo(f"{len(table):,} lines written to {out}.")
    elif as_json:
        print_json([vars(each) | {"project": each.project or None} for each in events])
    else:
        from lamm_core.cli.tables import new_table

        shown = new_table()
        for column in ("When (UTC)", "Who", "What", "Project", "Details"):
            shown.add_column(column)
        for event, details in zip(events, table["details"], strict=True):
            shown.add_row(f"{event.at:%Y-%m-%d %H:%M:%S}", event.actor, event.action, event.project, str(details))
        console().print(shown)


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
