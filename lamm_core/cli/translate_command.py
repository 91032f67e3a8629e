"""`lamm translate`: labelled texts into the project's other languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import INTERRUPTED, command_line, complain, open_data

if TYPE_CHECKING:
    from lamm_core.records import Project
    from lamm_core.workflow.translating import TranslationEstimate, TranslationResult
    from lamm_core.workflow.workspace import Workspace


def command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    estimate: Annotated[
        bool, typer.Option("--estimate", metavar="", help="Only say how much there is to translate, and what it costs.")
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", metavar="", help="Remove all translations of the project instead.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", metavar="", help="Do not ask before paying or removing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Translate the labelled texts of a project into its other languages, for training."""
    from lamm_core.workflow.projects import get_project

    if estimate and remove:
        raise typer.BadParameter("--estimate and --remove exclude each other.")
    with open_data(context) as workspace:
        target = get_project(workspace, project)
        if remove:
            removed = _remove(workspace, target, yes)
            _tell(f"Removed {removed:,} translations.", {"project": target.name, "removed": removed}, as_json)
            return

        from lamm_core.workflow.translating import translation_estimate

        found = translation_estimate(workspace, target)
        _show_estimate(found, notes=as_json)
        is_left = bool(found.texts or found.reused)
        result = _translate(workspace, target, found.cost, yes) if is_left and not estimate else None
    record = {"project": target.name, **_estimate_record(found), "done": None if result is None else vars(result)}
    _tell(result.summary if result else None, record, as_json)
    if result and not target.settings.use_translations:
        complain("Translations are switched off in the settings, so that no round is trained on them.")


def _tell(said: str | None, record: dict[str, object], as_json: bool) -> None:
    if as_json:
        print_json(record)
    elif said:
        typer.echo(said)


def _show_estimate(found: TranslationEstimate, *, notes: bool) -> None:
    """Say what there is to do, on the error stream where it is a note beside the JSON."""
    from lamm_core.language_names import language_name

    for source, target in found.unsupported:
        complain(f"{found.translator} does not translate from {language_name(source)} to {language_name(target)}.")
    if not found.texts and not found.reused:
        typer.echo("Nothing is left to translate.", err=notes)
        return
    typer.echo(f"To translate with {found.translator}: {found.summary}.", err=notes)
    for each in found.languages:
        line = f"  into {language_name(each.language)}: {each.texts:,} texts, {each.characters:,} characters"
        typer.echo(line, err=notes)


def _estimate_record(found: TranslationEstimate) -> dict[str, object]:
    return {
        "translator": found.translator,
        "items": found.items,
        "texts": found.texts,
        "characters": found.characters,
        "cost": found.cost,
        "reused": found.reused,
        "languages": [vars(each) for each in found.languages],
        "unsupported": found.unsupported,
    }


def _translate(workspace: Workspace, project: Project, cost: float, yes: bool) -> TranslationResult:
    from lamm_core.cli.progress import counting
    from lamm_core.workflow.translating import translate_labels

    if cost > 0 and not yes:
        typer.confirm(f"Pay about ${cost:,.2f}?", abort=True, err=True)
    done, total = 0, 0
    try:
        with counting("Translating", "texts") as report:

            def note(now: int, of: int) -> None:
                nonlocal done, total
                done, total = now, of
                report(now, of)

            return translate_labels(workspace, project, note)
    except KeyboardInterrupt as error:
        complain(
            f"Interrupted when {done:,} of {total:,} texts were translated; they are kept, and "
            f"{command_line('lamm', 'translate', project.name)!r} goes on from there."
        )
        raise typer.Exit(INTERRUPTED) from error


def _remove(workspace: Workspace, project: Project, yes: bool) -> int:
    from lamm_core.workflow.translating import remove_translations, translation_counts

    stored = translation_counts(workspace, project).stored
    if stored and not yes:
        typer.confirm(f"Remove {stored:,} translations of {project.name!r}?", abort=True, err=True)
    return remove_translations(workspace, project)
