"""`lamm import`: texts into a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import INTERRUPTED, command_line, complain, open_data
from lamm_core.errors import UnreadableFile
from lamm_core.records import Project, Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamm_core.exchange.columns import ColumnMapping
    from lamm_core.exchange.reading import TableFile
    from lamm_core.exchange.rows import WholeFile
    from lamm_core.workflow.importing import ImportResult
    from lamm_core.workflow.surveying import ImportChoices
    from lamm_core.workflow.workspace import Workspace

_ROWS_SHOWN = 10
_WATCHING = "Watch a folder"


def command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="File or folder with the texts; none with --watch.", show_default=False),
    ] = None,
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAME", help="Format of the file; without it, it is told by its name and beginning."
        ),
    ] = None,
    text_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the text.")] = None,
    language_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the language.")] = None,
    class_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the class.")] = None,
    id_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of your own id.")] = None,
    split_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column that says pool, check or gold for each row.")
    ] = None,
    annotator_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of who gave the class.")
    ] = None,
    time_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of when, as ISO 8601.")] = None,
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
    no_guess: Annotated[
        bool,
        typer.Option(
            "--no-guess", metavar="", help="Reject rows without a language, instead of guessing it from the text."
        ),
    ] = False,
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
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the rejected rows, with the reasons, to a .csv file; mend and import it."
        ),
    ] = None,
    watch: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Import each file that appears in a folder, once it is complete, until ended by Ctrl-C or SIGTERM.",
            rich_help_panel=_WATCHING,
        ),
    ] = None,
    every: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=0.1, help="How often to look.", rich_help_panel=_WATCHING),
    ] = 10.0,
    once: Annotated[
        bool,
        typer.Option(
            "--once",
            metavar="",
            help="End when the files that are there were imported; exit code 5 if one could not be.",
            rich_help_panel=_WATCHING,
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring texts into a project, and labels with them; columns are found by their usual names.

    Of a folder that is watched each content is imported once, in the order of the files' names, and embedded. Rejected
    rows lie in FOLDER/.lamm. With --json a watch writes one object a line for each file.
    """
    from lamm_core.exchange.rows import WholeFile
    from lamm_core.workflow.surveying import ImportChoices

    _check_source(file, watch, rejected_to, once=once)
    _check_whole_file_options(purpose, split_column, language, language_column)
    columns = {
        "text": text_column,
        "language": language_column,
        "class_name": class_column,
        "id": id_column,
        "split": split_column,
        "annotator": annotator_column,
        "labelled_at": time_column,
    }
    choices = ImportChoices(
        columns={part: name for part, name in columns.items() if name},
        whole=WholeFile(purpose or Purpose.POOL, language, hide_labels, guess_languages=not no_guess),
        format_name=format_name,
        whole_purpose=purpose is not None,
    )
    with open_data(context) as workspace:
        if watch is not None:
            from lamm_core.cli.watch_folder import watch_folder

            watch_folder(
                workspace, project, watch, choices, every=every, once=once, embed=not no_embed, as_json=as_json
            )
        elif file is not None:
            _import_file(workspace, project, file, choices, rejected_to, embed=not no_embed, as_json=as_json)


def _check_source(file: Path | None, watch: Path | None, rejected_to: Path | None, *, once: bool) -> None:
    if (file is None) == (watch is None):
        raise typer.BadParameter("give a FILE, or a folder to --watch.")
    if once and watch is None:
        raise typer.BadParameter("--once is for a folder to --watch.")
    if rejected_to is not None and watch is not None:
        raise typer.BadParameter("--rejected-to is for a single FILE; of a folder they lie in FOLDER/.lamm.")
    _check_csv(rejected_to)


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


def _import_file(
    workspace: Workspace,
    project: str,
    file: Path,
    choices: ImportChoices,
    rejected_to: Path | None,
    *,
    embed: bool,
    as_json: bool,
) -> None:
    from lamm_core.exchange.reading import open_table
    from lamm_core.workflow.projects import get_project
    from lamm_core.workflow.surveying import preview

    target = get_project(workspace, project)
    table = open_table(file, format_name=choices.format_name)
    beginning = preview(table)
    mapping = choices.mapping(beginning.columns)
    talk = _Talk(silent=as_json)
    if beginning.beginning.encoding is not None:
        talk.say(f"Read as {table.format.title} in {beginning.beginning.encoding}.")
    talk.say(_describe(mapping, choices.whole))
    if mapping.text in beginning.columns and beginning.only_numbers(mapping.text):
        complain(f"The column {mapping.text!r} holds only numbers; is it the text?")
    result = _import(workspace, target, table, mapping, choices.whole)
    talk.report(target, result, rejected_to)
    if rejected_to is not None:
        _write_rejected(result, rejected_to)
    if result.refused == result.rows:
        raise UnreadableFile(f"None of the {result.rows:,} rows of {table.title!r} could be imported.")
    aside = _set_duplicates_aside(workspace, target, talk)
    done = _have_embedded(workspace, target, talk) if embed else {"embedded": None, "job": None}
    if not embed:
        talk.say("The texts are not embedded yet; the next round does it.")
    if as_json:
        record = import_record(target, str(table.file), table.format.name, mapping.columns, result)
        print_json(record | {"set_aside": aside} | done)


def _import(
    workspace: Workspace, project: Project, table: TableFile, mapping: ColumnMapping, whole: WholeFile
) -> ImportResult:
    from lamm_core.cli.progress import staged
    from lamm_core.workflow.importing import import_file

    try:
        with staged(lines_elsewhere=False) as report:
            return import_file(workspace, project, table, mapping, whole, report)
    except KeyboardInterrupt as error:
        complain("Interrupted; nothing was imported.")
        raise typer.Exit(INTERRUPTED) from error


def _describe(mapping: ColumnMapping, whole: WholeFile) -> str:
    columns = mapping.columns
    said = {part: columns.pop(part, None) for part in ("text", "language", "class_name", "id", "split")}
    if said["language"] is None:
        said["language"] = f"{whole.language} in all rows" if whole.language else "guessed"
    parts = [f"{part.removesuffix('_name')}: {column or 'none'}" for part, column in (said | columns).items()]
    return f"Columns: {'; '.join(parts)}."


class _Talk:
    """Sentences for a person; silent where a program listens."""

    def __init__(self, silent: bool) -> None:
        self._silent = silent

    def say(self, sentence: str) -> None:
        """One line."""
        if not self._silent:
            typer.echo(sentence)

    def report(self, project: Project, result: ImportResult, rejected_to: Path | None) -> None:
        """What came of an import, and the first rows that were not taken."""
        self.say(f"Project {project.name!r}: {result.summary}; {result.refused:,} rows rejected.")
        if rejected_to is not None:
            self.say(f"The rejected rows are in {rejected_to}.")
        for each in result.rejected[:_ROWS_SHOWN]:
            self.say(f"  {f'row {each.row:,}' if each.row else 'a row'}: {each.reason}")
        more = result.refused - len(result.rejected[:_ROWS_SHOWN])
        if more > 0:
            where = "" if rejected_to else "; write all of them to a file with --rejected-to"
            self.say(f"  and {more:,} more{where}")
        if result.guessed:
            self.say("Look over the guessed languages on the page Project, under Import.")


def import_record(
    project: Project, file: str, format_name: str, columns: Mapping[str, str], result: ImportResult
) -> dict[str, object]:
    """The object that `lamm import --json` writes; `rejected_rows` are those of `rejected` that are kept."""
    return {
        "project": project.name,
        "file": file,
        "format": format_name,
        "columns": columns,
        "rows": result.rows,
        "added": {"pool": result.added_pool, "check": result.added_check, "gold": result.added_gold},
        "labelled": result.labelled,
        "opinions": result.opinions,
        "guessed": result.guessed,
        "already": result.already,
        "rejected": result.refused,
        "rejected_rows": [{"row": each.row or None, "reason": each.reason} for each in result.rejected],
    }


def _write_rejected(result: ImportResult, path: Path) -> None:
    from lamm_core.exchange.writing import write_table
    from lamm_core.workflow.importing import rejected_table

    write_table(rejected_table(result.rejected), path)


def _set_duplicates_aside(workspace: Workspace, project: Project, talk: _Talk) -> int | None:
    """Set near duplicates aside and say how many; None where the project does not want it."""
    from lamm_core.cli.progress import staged
    from lamm_core.workflow.duplicates import set_duplicates_aside

    try:
        with staged(lines_elsewhere=False) as report:
            aside = set_duplicates_aside(workspace, project, report)
    except KeyboardInterrupt as error:
        complain("Interrupted; the texts are imported, and the next round looks for near duplicates.")
        raise typer.Exit(INTERRUPTED) from error
    if aside:
        each = command_line("lamm", "duplicates", "list", project.name)
        talk.say(f"Set aside, since they nearly repeat another text: {aside:,}; see: {each}")
    return aside


def _have_embedded(workspace: Workspace, project: Project, talk: _Talk) -> dict[str, int | None]:
    """Embed what was imported, here or by a worker; `embedded` texts and `job`."""
    from lamm_core.workflow.importing import have_texts_embedded

    if job := have_texts_embedded(workspace, project):
        talk.say(f"A worker embeds the texts (job {job.id}); see: {command_line('lamm', 'jobs', 'list', project.name)}")
        return {"embedded": None, "job": job.id}
    computed = _embed(workspace, project)
    talk.say(f"Embedded {computed:,} texts." if computed else "All texts were embedded already.")
    return {"embedded": computed, "job": None}


def _embed(workspace: Workspace, project: Project) -> int:
    from lamm_core.cli.progress import counting
    from lamm_core.workflow.importing import embed_project

    done, total = 0, 0
    try:
        with counting("Embedding", "texts") as report:

            def note(now: int, of: int) -> None:
                nonlocal done, total
                done, total = now, of
                report(now, of)

            return embed_project(workspace, project, note)
    except KeyboardInterrupt as error:
        complain(
            f"Interrupted when {done:,} of {total:,} texts were embedded; the same command, or "
            f"{command_line('lamm', 'round', project.name)!r}, continues where it stopped."
        )
        raise typer.Exit(INTERRUPTED) from error
