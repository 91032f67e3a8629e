"""`lamm export`: labels out."""

from pathlib import Path
from typing import Annotated

import typer

from lamm_core.cli.shell import open_data


def command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write: .csv, .jsonl or .parquet.")],
    translations: Annotated[
        bool,
        typer.Option(
            "--translations", metavar="", help="Add the translations of labelled texts, marked as what they are."
        ),
    ] = False,
) -> None:
    """Write the labels of a project to a file, each with where it came from."""
    from lamm_core.workflow.exporting import export_labels
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        count = export_labels(workspace, get_project(workspace, project), file, translations)
    what = "labels and translations" if translations else "labels"
    typer.echo(f"Wrote {count:,} {what} to {file}.")
