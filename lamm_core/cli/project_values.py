"""What the options of `lamm project` mean: targets, class targets, classes and languages of a file, guidelines."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from lamm_core.cli.project_options import CLASS_TARGET_PATTERN
from lamm_core.errors import MissingColumn, UnreadableFile

_DEFAULT_TARGET = 0.9
_TAKE_AWAY = "none"


def parse_targets(
    values: list[str], languages: Sequence[str], before: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Target of each language from options such as "0.9" and "fr=0.85"; the named ones go first.

    Args:
        values: the options as they were given.
        languages: the project's languages.
        before: targets that hold where no option says otherwise; 0.9 for languages without one.

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
    rest = dict.fromkeys(languages, general[0]) if general else before or {}
    _check_no_repeats(languages)
    return {language: named.get(language, rest.get(language, _DEFAULT_TARGET)) for language in languages}


def parse_class_targets(
    values: list[str],
    languages: Sequence[str],
    classes: Sequence[str],
    before: Mapping[tuple[str, str], float] | None = None,
) -> dict[tuple[str, str], float]:
    """Class targets from options such as "en:pen=0.8"; "en:pen=none" takes one away that was there before.

    Raises:
        typer.BadParameter: a value is not of that form, names a language or a class that the project lacks, takes
            away what is not there, or is about the same class as another one.
    """
    found = dict(before or {})
    seen: set[tuple[str, str]] = set()
    for value in values:
        pair, number = _split_class_target(value, languages, classes)
        if pair in seen:
            raise typer.BadParameter(f"the class {pair[1]!r} has two targets in {pair[0]!r}.")
        seen.add(pair)
        if number == _TAKE_AWAY:
            if found.pop(pair, None) is None:
                raise typer.BadParameter(f"the class {pair[1]!r} has no target in {pair[0]!r} to take away.")
        else:
            found[pair] = _number(number, CLASS_TARGET_PATTERN)
    return found


def _split_class_target(value: str, languages: Sequence[str], classes: Sequence[str]) -> tuple[tuple[str, str], str]:
    """Language and class, and what is set; the first colon and the last equals sign part them, others are names'."""
    language, colon, rest = value.partition(":")
    name, equals, number = rest.rpartition("=")
    if not colon or not equals:
        raise typer.BadParameter(f"{value!r} is no class target; write {CLASS_TARGET_PATTERN}.")
    language, name = language.strip(), name.strip()
    if language not in languages:
        raise typer.BadParameter(f"{language!r} is not among the languages: {', '.join(languages)}.")
    if name not in classes:
        raise typer.BadParameter(f"{name!r} is not among the classes: {', '.join(classes)}.")
    return (language, name), number.strip()


def _check_no_repeats(languages: Sequence[str]) -> None:
    """A target has one language as its key, so that a repeated language would go unnoticed later on."""
    repeated = sorted({each for each in languages if languages.count(each) > 1})
    if repeated:
        raise typer.BadParameter(f"languages given twice: {', '.join(repeated)}.")


def _number(value: str, pattern: str = "en=0.9") -> float:
    try:
        return float(value)
    except ValueError:
        alone = "0.9, or " if pattern == "en=0.9" else ""
        raise typer.BadParameter(f"{value!r} is no target; write {alone}{pattern}.") from None


def classes_and_languages(classes: list[str], languages: list[str], file: Path | None) -> tuple[list[str], list[str]]:
    """What was given, completed from the file where there is one.

    Raises:
        typer.BadParameter: something is missing, and there is no file.
        MissingColumn: the file lacks the column that is needed.
    """
    if file is not None:
        return _from_file(classes, languages, file)
    if not classes or not languages:
        raise typer.BadParameter("give --classes and --languages, or a file that has both with --from.")
    return classes, languages


def _from_file(classes: list[str], languages: list[str], file: Path) -> tuple[list[str], list[str]]:
    """What is not given already, from the file: classes by name, languages by how often they occur."""
    from lamm_core.exchange.reading import open_table
    from lamm_core.workflow.surveying import preview, survey

    table = open_table(file)
    mapping = preview(table).mapping
    if not classes and mapping.class_name is None:
        raise MissingColumn(f"{file.name!r} has no column that looks like the class.")
    if not languages and mapping.language is None:
        raise MissingColumn(f"{file.name!r} has no column that looks like the language.")
    found = survey(table, mapping)
    return classes or list(found.classes), languages or [*found.languages, *found.strange]


def read_guidelines(file: Path | None) -> str:
    """Text of a file in UTF-8; nothing without one.

    Raises:
        UnreadableFile: the file cannot be read, or is not UTF-8.
    """
    if file is None:
        return ""
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{file.name!r} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from error
    except OSError as error:
        raise UnreadableFile(f"The guidelines {str(file)!r} cannot be read: {error.strerror}.") from error
