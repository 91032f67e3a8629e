"""`lamm export`: labels out."""

from pathlib import Path
from typing import Annotated

import typer

from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import open_data


def command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write, or folder where the format is one.")],
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="Format, such as csv, label-studio, argilla, doccano or prodigy; else that of the ending.",
        ),
    ] = None,
    translations: Annotated[
        bool,
        typer.Option(
            "--translations", metavar="", help="Add the translations of labelled texts, marked as what they are."
        ),
    ] = False,
    duplicates: Annotated[
        bool,
        typer.Option(
            "--duplicates", metavar="", help="Add the texts that nearly repeat another one, with what they repeat."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the labels of a project to a file, each with where it came from."""
    from lamm_core.exchange.writing import format_to_write
    from lamm_core.workflow.exporting import export_labels
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        found = get_project(workspace, project)
        count = export_labels(workspace, found, file, translations, format_name, duplicates)
    if as_json:
        name = format_to_write(format_name or file.suffix).name
        said = {"project": project, "file": str(file), "format": name, "rows": count}
        print_json(said | {"translations": translations, "duplicates": duplicates})
        return
    added = [name for name, wanted in (("translations", translations), ("near duplicates", duplicates)) if wanted]
    typer.echo(f"Wrote {count:,} {' and '.join(['labels', *added])} to {file}.")
