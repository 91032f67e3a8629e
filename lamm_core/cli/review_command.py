"""`lamm review`: what needs a look."""

from typing import Annotated

import typer

from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import console, open_data
from lamm_core.reviewing import Reason, ReviewFilter


def command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    kind: Annotated[
        Reason | None,
        typer.Option(metavar="KIND", help=f"Only texts for this reason: {', '.join(Reason)}."),
    ] = None,
    language: Annotated[str | None, typer.Option(metavar="EN", help="Only texts in this language.")] = None,
    class_name: Annotated[str | None, typer.Option("--class", metavar="NAME", help="Only texts of this class.")] = None,
    annotator: Annotated[str | None, typer.Option(metavar="NAME", help="Only texts that they answered.")] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many texts at most.")] = 25,
    as_json: AsJson = False,
) -> None:
    """List what needs a look: flagged and commented texts, labels that differ, likely errors, answers to questions.

    The newest stands first, of likely errors the likeliest. Without --kind, texts that wait for an annotator are left
    out. Decide about them on the page Review.
    """
    from lamm_core.workflow.projects import get_project
    from lamm_core.workflow.review import count_reasons, needing_review

    wanted = ReviewFilter(kind, language, class_name, annotator)
    with open_data(context) as workspace:
        stored = get_project(workspace, project)
        found, counts = needing_review(workspace, stored, wanted, limit), count_reasons(workspace, stored)

    from lamm_core.cli.review_text import review_record, review_table

    if as_json:
        print_json(review_record(stored.name, found, counts))
    elif found.entries:
        console().print(review_table(stored.name, found))
    else:
        typer.echo("Nothing needs a look.")
