"""`lamm model`: the versions of a project's model, and a model as a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import console, open_data

if TYPE_CHECKING:
    from rich.table import Table

    from lamm_core.model.exported.facts import ModelFacts
    from lamm_core.records import ModelVersion

model_app = typer.Typer(help="List the versions of a project's model, and take one out.", no_args_is_help=True)

_Project = Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")]


@model_app.command("export")
def export_command(
    context: typer.Context,
    project: _Project,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder to make.")],
    number: Annotated[
        int | None, typer.Option("--version", min=1, metavar="N", help="Number of the version; without it, the newest.")
    ] = None,
    onnx: Annotated[
        bool, typer.Option("--onnx", metavar="", help="Add the classifier as ONNX, for programs that are not Python.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", metavar="", help="Take the place of a model that lies there.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a project's model into a folder that `lamm predict` and lamm_core.load_model read, with a model card."""
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        found = get_project(workspace, project)

        from lamm_core.workflow.model_export import export_model

        facts = export_model(workspace, found, folder, number, onnx=onnx, replace=replace)
    if as_json:
        print_json({"folder": str(folder)} | facts.as_record())
        return
    typer.echo(f"Wrote version {facts.version} of the model of {facts.project!r} to {folder}.")


@model_app.command("list")
def list_command(context: typer.Context, project: _Project, as_json: AsJson = False) -> None:
    """List the versions of a project's model, newest first."""
    from lamm_core.workflow.model_versions import list_versions
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        versions = list_versions(workspace, get_project(workspace, project))[::-1]
    if as_json:
        print_json([_version_record(each) for each in versions])
    elif versions:
        console().print(_versions_table(versions))
    else:
        typer.echo("There is no model yet; a round fits one once there are labels.")


@model_app.command("show")
def show_command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of a model.")], as_json: AsJson = False
) -> None:
    """Check that a model's folder is whole, and show what it holds."""
    from lamm_core.model.exported.folder import read_model

    facts = read_model(folder).facts
    if as_json:
        print_json(facts.as_record())
        return
    _show(facts)


def _version_record(each: ModelVersion) -> dict[str, object]:
    return {
        "version": each.number,
        "labels": each.labels,
        "fitted_at": each.created_at.isoformat(),
        "encoder": each.encoder,
        "preparation": each.settings.get("preparation"),
        "seed": each.seed,
        "classes": each.classes,
    }


def _versions_table(versions: list[ModelVersion]) -> Table:
    from lamm_core.cli.tables import new_table

    table = new_table()
    for heading in ("version", "labels", "classes"):
        table.add_column(heading, justify="right")
    for heading in ("fitted (UTC)", "encoder", "preparation"):
        table.add_column(heading, overflow="fold")
    for each in versions:
        fitted, preparation = f"{each.created_at:%Y-%m-%d %H:%M}", str(each.settings.get("preparation"))
        classes = "?" if each.classes is None else f"{len(each.classes):,}"
        table.add_row(str(each.number), f"{each.labels:,}", classes, fitted, each.encoder, preparation)
    return table


def _show(facts: ModelFacts) -> None:
    from lamm_core.cli.tables import new_table
    from lamm_core.model.exported.facts import one_line

    table = new_table()
    table.add_column("language")
    for heading in (str(facts.metric), "95% interval", "check labels", "target"):
        table.add_column(heading, justify="right")
    table.add_column("status")
    table.add_column("labels", justify="right")
    for each in facts.languages:
        is_measured = each.figure is not None
        table.add_row(
            one_line(each.language),
            f"{each.figure:.1%}" if is_measured else "",
            f"{each.low:.1%} to {each.high:.1%}" if is_measured else "",
            f"{each.checked:,}",
            f"{each.target:.0%}",
            str(each.status),
            f"{each.labels:,}",
        )
    typer.echo(
        one_line(f"{facts.project}, version {facts.version}, fitted at {facts.fitted_at}, {facts.labels:,} labels")
    )
    typer.echo(one_line(f"Classes: {', '.join(facts.classes)}"))
    if facts.unknown_classes:
        typer.echo(one_line(f"It never answers, for want of a label: {', '.join(facts.unknown_classes)}"))
    typer.echo(one_line(f"Encoder: {facts.encoder}, {facts.dimension} numbers a text"))
    console().print(table)
