"""`lamm backup` and `lamm restore`: everything into one file, and back."""

from pathlib import Path
from typing import Annotated

import typer

from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import complain, open_data


def backup_command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write, such as lamm.tar.")],
    with_embeddings: Annotated[
        bool,
        typer.Option("--with-embeddings", metavar="", help="Keep embeddings too, which are otherwise computed anew."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write everything to one file, while people label: projects, labels, accounts, trail and models."""
    from lamm_core.workflow.backup import backup

    with open_data(context) as workspace:
        taken = backup(workspace, file, with_embeddings=with_embeddings)
    if as_json:
        counts = {"rows": taken.rows, "models": taken.models, "embeddings": taken.embeddings}
        print_json({"file": taken.path, "bytes": taken.size, **counts, "missing_models": taken.missing_models})
    else:
        kept = f", {taken.embeddings:,} embeddings" if with_embeddings else ""
        rows = sum(taken.rows.values())
        typer.echo(f"Wrote {rows:,} rows, {taken.models:,} models{kept} ({taken.size:,} bytes) to {file}.")
    if taken.missing_models:
        complain(f"{taken.missing_models:,} model versions have no file any more; their rows are in the backup.")


def restore_command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File that `lamm backup` wrote.")],
    replace: Annotated[
        bool,
        typer.Option("--replace", metavar="", help="Take the place of the data that is there, after a backup of it."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back, into SQLite or PostgreSQL, whichever of them it is from. Everybody signs in again."""
    from lamm_core.workflow.restore import restore

    with open_data(context) as workspace:
        back = restore(workspace, file, replace=replace)
    if as_json:
        print_json(vars(back))
        return
    if back.safety is not None:
        typer.echo(f"What was there before is in {back.safety}.")
    kept = f", {back.embeddings:,} embeddings" if back.embeddings else ""
    rows = sum(back.rows.values())
    typer.echo(f"Restored {rows:,} rows, {back.models:,} models{kept}, as they were at {back.taken_at}.")
