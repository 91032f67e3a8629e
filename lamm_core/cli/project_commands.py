"""`lamm project`: create and list projects."""

from pathlib import Path
from typing import Annotated

import typer

from lamm_core.cli.shell import command_line, complain, console, open_data, split_list
from lamm_core.errors import MissingColumn, UnreadableFile
from lamm_core.records import Project, ProjectSettings

_DEFAULTS = ProjectSettings(classes=(), targets={})
_DEFAULT_TARGET = 0.9

project_app = typer.Typer(help="Create and list projects.", no_args_is_help=True)


@project_app.command("create")
def create_command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new project.")],
    classes: Annotated[
        list[str] | None, typer.Option(metavar="A,B,...", help="Classes, in the order of their keys.")
    ] = None,
    languages: Annotated[list[str] | None, typer.Option(metavar="EN,FR,...", help="Codes of the languages.")] = None,
    from_file: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Take classes and languages from a file where they are not given."),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TARGET",
            help="Accuracy to reach, 0 to 1: 0.9 for all languages, fr=0.85 for one; may be repeated. Without it, 0.9.",
        ),
    ] = None,
    guidelines_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Advice for annotators, as plain text in UTF-8.")
    ] = None,
    budget: Annotated[int, typer.Option(metavar="N", help="Labels in a batch.")] = _DEFAULTS.budget,
    strategy: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="How batches are chosen: foresight, lamm, ea, lc, random, or parts joined by +: lamm+margin.",
        ),
    ] = _DEFAULTS.strategy,
    uncertainty: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="How texts are scored: entropy, margin, least-confidence, ratio or gibbs-error."
        ),
    ] = _DEFAULTS.uncertainty,
    encoder: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="builtin:use-multilingual, builtin:e5-small, or a sentence-transformers model."
        ),
    ] = _DEFAULTS.encoder,
    preparation: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What is done to embeddings before a model is fitted: plain, default, or some of "
            "centre,lexical,smooth.",
        ),
    ] = _DEFAULTS.preparation,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Makes rounds repeatable.")] = _DEFAULTS.seed,
    lease_minutes: Annotated[
        int, typer.Option(metavar="N", help="How long an annotator may hold a text.")
    ] = _DEFAULTS.lease_minutes,
    translator: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What translates labelled texts: parallel:FILE, transformers:MODEL, libretranslate:URL or amazon.",
        ),
    ] = _DEFAULTS.translator,
    translation_weight: Annotated[
        float, typer.Option(metavar="W", help="What a translated text counts in training, 0 to 1; a label counts 1.")
    ] = _DEFAULTS.translation_weight,
    no_automatic_rounds: Annotated[
        bool,
        typer.Option(
            "--no-automatic-rounds", metavar="", help="Start rounds by hand only, not when a batch is nearly done."
        ),
    ] = False,
) -> None:
    """Create a project: its classes, its languages and their targets."""
    from lamm_core.workflow.projects import create_project, languages_beyond_encoder

    found = _classes_and_languages(split_list(classes or []), split_list(languages or []), from_file)
    settings = ProjectSettings(
        classes=tuple(found[0]),
        targets=parse_targets(target or [], found[1]),
        guidelines=_read_guidelines(guidelines_file),
        budget=budget,
        strategy=strategy,
        uncertainty=uncertainty,
        encoder=encoder,
        preparation=preparation,
        seed=seed,
        lease_minutes=lease_minutes,
        automatic_rounds=not no_automatic_rounds,
        translator=translator,
        translation_weight=translation_weight,
    )
    with open_data(context) as workspace:
        project = create_project(workspace, name, settings)
    _warn_of_languages(languages_beyond_encoder(settings), encoder)
    typer.echo(
        f"Created project {project.name!r} with {len(settings.classes)} classes in {len(settings.targets)} languages."
    )
    typer.echo(f"Next: {command_line('lamm', 'import', project.name, 'FILE')}")


@project_app.command("list")
def list_command(context: typer.Context) -> None:
    """List the projects."""
    from lamm_core.workflow.projects import list_projects

    with open_data(context) as workspace:
        found = list_projects(workspace)
    if not found:
        typer.echo("There is no project yet; make one with: lamm project create NAME --classes A,B --languages EN,FR")
        return
    _show_projects(found)


def _show_projects(projects: list[Project]) -> None:
    from lamm_core.cli.tables import new_table

    table = new_table()
    table.add_column("project")
    table.add_column("languages")
    table.add_column("classes", justify="right")
    table.add_column("strategy")
    table.add_column("created", no_wrap=True)
    for project in projects:
        table.add_row(
            project.name,
            ", ".join(project.languages),
            str(len(project.settings.classes)),
            project.settings.strategy,
            f"{project.created_at:%Y-%m-%d}",
        )
    console().print(table)


def parse_targets(values: list[str], languages: list[str]) -> dict[str, float]:
    """Target of each language from options such as "0.9" and "fr=0.85"; the named ones go first.

    Raises:
        typer.BadParameter: a value is no number, or names a language that the project lacks or that has one already.
    """
    general: list[float] = []
    named: dict[str, float] = {}
    for value in values:
        language, separator, number = value.rpartition("=")
        if not separator:
            general.append(_number(value))
        elif language not in languages:
            raise typer.BadParameter(f"{language!r} is not among the languages: {', '.join(languages)}.")
        elif language in named:
            raise typer.BadParameter(f"{language!r} has two targets.")
        else:
            named[language] = _number(number)
    if len(general) > 1:
        raise typer.BadParameter("there is more than one target for all languages.")
    rest = general[0] if general else _DEFAULT_TARGET
    _check_no_repeats(languages)
    return {language: named.get(language, rest) for language in languages}


def _check_no_repeats(languages: list[str]) -> None:
    """A target has one language as its key, so that a repeated language would go unnoticed later on."""
    repeated = sorted({each for each in languages if languages.count(each) > 1})
    if repeated:
        raise typer.BadParameter(f"languages given twice: {', '.join(repeated)}.")


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise typer.BadParameter(f"{value!r} is no target; write 0.9, or en=0.9.") from None


def _classes_and_languages(classes: list[str], languages: list[str], file: Path | None) -> tuple[list[str], list[str]]:
    if file is not None:
        return _from_file(classes, languages, file)
    if not classes or not languages:
        raise typer.BadParameter("give --classes and --languages, or a file that has both with --from.")
    return classes, languages


def _from_file(classes: list[str], languages: list[str], file: Path) -> tuple[list[str], list[str]]:
    """What is not given already, from the file: classes by name, languages by how often they occur."""
    from lamm_core.exchange.columns import guess_columns
    from lamm_core.exchange.reading import read_table

    table = read_table(file)
    mapping = guess_columns(table.columns)
    if not classes:
        classes = sorted(table[_needed(mapping.class_name, "class", file)].dropna().unique())
    if not languages:
        languages = list(table[_needed(mapping.language, "language", file)].value_counts().index)
    return classes, languages


def _needed(column: str | None, what: str, file: Path) -> str:
    if column is None:
        raise MissingColumn(f"{file.name!r} has no column that looks like the {what}.")
    return column


def _read_guidelines(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{file.name!r} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from error
    except OSError as error:
        raise UnreadableFile(f"The guidelines {str(file)!r} cannot be read: {error.strerror}.") from error


def _warn_of_languages(codes: list[str], encoder: str) -> None:
    from lamm_core.language_names import language_name

    if codes:
        names = ", ".join(language_name(code) for code in codes)
        complain(f"The encoder {encoder!r} was not trained on: {names}; accuracy there may stay low.")
