"""`lamm backtest`: strategies replayed on a project's own labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.cli.benchmark_output import check_writable, show_results, write_results
from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import open_data, split_list

if TYPE_CHECKING:
    from lamm_core.comparison import Compared


def command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    strategies: Annotated[
        str,
        typer.Option(
            metavar="A,B,...",
            help="Strategies to compare with the project's own: random, lc, ea, lamm, or parts joined by +.",
        ),
    ] = "random,ea,lc,lamm",
    seeds: Annotated[int, typer.Option(min=3, metavar="N", help="Replays of each strategy.")] = 10,
    preparation: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What is done to embeddings; without it, what the project does."),
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a report with curves, one HTML file, as well.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay strategies on the labels of a project, to see where another strategy would have led.

    The page Compare shows the result as well.
    """
    from lamm_core.workflow.comparing import begin_comparison
    from lamm_core.workflow.projects import get_project

    if html_file is not None:
        check_writable(html_file)
    with open_data(context) as workspace:
        target = get_project(workspace, project)

        # Only now, since they take seconds to import: a wrong name is answered at once.
        from lamm_core.cli.progress import counting
        from lamm_core.comparing import perform_comparison

        comparison = begin_comparison(workspace, target, split_list([strategies]), seeds, preparation)
        with counting("Embedding", "texts") as embedded, counting("Replaying", "replays") as replayed:
            results, found = perform_comparison(workspace, target, comparison, embedded=embedded, replayed=replayed)
    if as_json:
        print_json({"project": target.name, **found.as_json()})
    else:
        show_results(results)
        _say(found)
    if html_file is not None:
        write_results(results, "html", html_file)


def _say(found: Compared) -> None:
    from lamm_core.comparison_words import notes, verdict

    typer.echo("")
    for each in found.differences:
        typer.echo(verdict(found, each))
    typer.echo("")
    for note in notes(found):
        typer.echo(note)
