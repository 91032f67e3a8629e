"""`lamm import`: texts into a project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.cli.shell import INTERRUPTED, command_line, complain, open_data
from lamm_core.errors import InvalidInput, UnreadableFile
from lamm_core.records import Project, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lamm_core.exchange.columns import ColumnMapping
    from lamm_core.exchange.format import RejectedRow
    from lamm_core.workflow.importing import ImportResult
    from lamm_core.workflow.workspace import Workspace

_ROWS_SHOWN = 10


def command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File with the texts: .csv, .tsv, .jsonl or .parquet.")],
    text_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the text.")] = None,
    language_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the language code.")] = None,
    class_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the class.")] = None,
    id_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of your own id.")] = None,
    split_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column that says pool, check or gold for each row.")
    ] = None,
    purpose: Annotated[
        Purpose | None,
        typer.Option(
            "--as",
            metavar="pool|check|gold",
            help="What all rows are for; without it, the split column decides, or else the pool.",
        ),
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Language of all rows; without it, a column says it.")
    ] = None,
    hide_labels: Annotated[
        bool,
        typer.Option(
            "--hide-labels", metavar="", help="Leave out the classes of pool rows, as if nobody had labelled them."
        ),
    ] = False,
    no_embed: Annotated[
        bool, typer.Option("--no-embed", metavar="", help="Leave embedding the texts to the next round.")
    ] = False,
    rejected_to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all rejected rows, with the reasons, to a .csv file.")
    ] = None,
) -> None:
    """Bring texts into a project; columns are found by their usual names."""
    from lamm_core.exchange.reading import read_table
    from lamm_core.workflow.importing import have_texts_embedded, import_table
    from lamm_core.workflow.projects import get_project

    _check_whole_file_options(purpose, split_column, language, language_column)
    _check_csv(rejected_to)
    chosen = {
        "text": text_column,
        "language": language_column,
        "class_name": class_column,
        "id": id_column,
        "split": split_column,
    }
    with open_data(context) as workspace:
        target = get_project(workspace, project)
        table = read_table(file)
        mapping = choose_columns(table.columns, {part: name for part, name in chosen.items() if name})
        # What is said of all rows counts for more than a column that merely has the usual name.
        mapping = replace(
            mapping,
            language=None if language else mapping.language,
            split=None if purpose else mapping.split,
        )
        typer.echo(_describe(mapping, language))
        result = import_table(workspace, target, table, mapping, purpose or Purpose.POOL, language, hide_labels)
        _report(target, result, rejected_to)
        if len(result.rejected) == len(table):
            raise InvalidInput(f"None of the {len(table):,} rows of {file.name!r} could be imported.")
        if no_embed:
            typer.echo("The texts are not embedded yet; the next round does it.")
        elif job := have_texts_embedded(workspace, target):
            typer.echo(f"A worker embeds the texts (job {job.id}); see: {command_line('lamm', 'jobs', target.name)}")
        else:
            _embed(workspace, target)


def choose_columns(columns: Iterable[str], chosen: dict[str, str]) -> ColumnMapping:
    """Columns by the user's choice first, then by their usual names.

    Args:
        columns: columns of the file.
        chosen: part of an item, as `ColumnMapping` names it, to column.

    Raises:
        MissingColumn: no column looks like the text, and none was chosen.
    """
    from lamm_core.exchange.columns import guess_columns

    left = [column for column in columns if column not in chosen.values()]
    # With the text chosen, only the rest is guessed; the name stands in for it.
    guess = guess_columns(["text", *left] if "text" in chosen else left)
    return replace(guess, **chosen)


def _check_whole_file_options(
    purpose: Purpose | None, split_column: str | None, language: str | None, language_column: str | None
) -> None:
    if purpose and split_column:
        raise typer.BadParameter("give --as or --split-column, not both.")
    if language and language_column:
        raise typer.BadParameter("give --language or --language-column, not both.")


def _check_csv(file: Path | None) -> None:
    """Before anything is imported, since it could not be written afterwards."""
    if file is not None and file.suffix.lower() != ".csv":
        raise UnreadableFile(f"{file.name!r} must end in .csv, to take the rejected rows.")


def _describe(mapping: ColumnMapping, language: str | None) -> str:
    parts = {
        "text": mapping.text,
        "language": mapping.language or (f"{language} in all rows" if language else None),
        "class": mapping.class_name,
        "id": mapping.id,
        "split": mapping.split,
    }
    return "Columns: " + "; ".join(f"{part}: {column or 'none'}" for part, column in parts.items()) + "."


def _report(project: Project, result: ImportResult, rejected_to: Path | None) -> None:
    typer.echo(f"Project {project.name!r}: {result.summary}; {len(result.rejected):,} rows rejected.")
    if rejected_to is not None:
        _write_rejected(result.rejected, rejected_to)
        typer.echo(f"The rejected rows are in {rejected_to}.")
    for each in result.rejected[:_ROWS_SHOWN]:
        typer.echo(f"  {f'row {each.row}' if each.row else 'a row'}: {each.reason}")
    more = len(result.rejected) - _ROWS_SHOWN
    if more > 0:
        where = "" if rejected_to else "; write all of them to a file with --rejected-to"
        typer.echo(f"  and {more:,} more{where}")


def _write_rejected(rejected: Sequence[RejectedRow], path: Path) -> None:
    from lamm_core.exchange.writing import write_table
    from lamm_core.workflow.importing import rejected_table

    write_table(rejected_table(rejected), path)


def _embed(workspace: Workspace, project: Project) -> None:
    from lamm_core.cli.progress import counting
    from lamm_core.workflow.importing import embed_project

    done, total = 0, 0
    try:
        with counting("Embedding", "texts") as report:

            def note(now: int, of: int) -> None:
                nonlocal done, total
                done, total = now, of
                report(now, of)

            computed = embed_project(workspace, project, note)
    except KeyboardInterrupt as error:
        complain(
            f"Interrupted when {done:,} of {total:,} texts were embedded; the same command, or "
            f"{command_line('lamm', 'round', project.name)!r}, continues where it stopped."
        )
        raise typer.Exit(INTERRUPTED) from error
    typer.echo(f"Embedded {computed:,} texts." if computed else "All texts were embedded already.")
