"""`lamm report`: where a project stands, as one HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from lamm_core.cli.benchmark_output import check_writable
from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import open_data, split_list
from lamm_core.errors import InvalidInput, StorageUnavailable

_ENDINGS = (".html", ".htm")


def command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write: .html.")],
    language: Annotated[
        list[str] | None,
        typer.Option(
            "--language",
            metavar="CODE",
            help="Only this language gets a section of its own; may be given several times. Without it, all do.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a report on a project: status, forecast and advice, then each language in detail.

    One HTML file that loads nothing from anywhere: to send, to keep, to print.
    """
    from lamm_core.workflow.projects import get_project

    if file.suffix.lower() not in _ENDINGS:
        raise InvalidInput(f"The report is an HTML file; {file.name!r} must end in .html.")
    with open_data(context) as workspace:
        found = get_project(workspace, project)

        # Only now, since they take seconds to import: a wrong name is answered at once.
        from lamm_core.files import written_aside
        from lamm_core.report.html import check_languages, report_html

        languages = split_list(language or [])
        check_languages(found, languages)
        check_writable(file)
        page = report_html(workspace, found, languages or None)
    try:
        with written_aside(file) as aside:
            aside.write_text(page, "utf-8", newline="\n")
    except OSError as error:
        raise StorageUnavailable(f"{str(file)!r} cannot be written: {error.strerror or error}.") from error
    if as_json:
        print_json({"project": found.name, "file": file, "languages": languages or found.languages})
    else:
        typer.echo(f"Wrote the report on {found.name!r} to {file}.")
