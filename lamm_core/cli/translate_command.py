"""`lamm translate`: labelled texts into the project's other languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.cli.shell import INTERRUPTED, command_line, complain, open_data

if TYPE_CHECKING:
    from lamm_core.records import Project
    from lamm_core.workflow.translating import TranslationEstimate
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
) -> None:
    """Translate the labelled texts of a project into its other languages, for training."""
    from lamm_core.workflow.projects import get_project

    if estimate and remove:
        raise typer.BadParameter("--estimate and --remove exclude each other.")
    with open_data(context) as workspace:
        target = get_project(workspace, project)
        if remove:
            _remove(workspace, target, yes)
        elif (found := _show_estimate(workspace, target)) and not estimate:
            _translate(workspace, target, found.cost, yes)


def _show_estimate(workspace: Workspace, project: Project) -> TranslationEstimate | None:
    """Say what there is to do; returns it, or None when there is nothing."""
    from lamm_core.language_names import language_name
    from lamm_core.workflow.translating import translation_estimate

    found = translation_estimate(workspace, project)
    for source, target in found.unsupported:
        complain(f"{found.translator} does not translate from {language_name(source)} to {language_name(target)}.")
    if not found.texts and not found.reused:
        typer.echo("Nothing is left to translate.")
        return None
    typer.echo(f"To translate with {found.translator}: {found.summary}.")
    for each in found.languages:
        typer.echo(f"  into {language_name(each.language)}: {each.texts:,} texts, {each.characters:,} characters")
    return found


def _translate(workspace: Workspace, project: Project, cost: float, yes: bool) -> None:
    from lamm_core.cli.progress import counting
    from lamm_core.workflow.translating import translate_labels

    if cost > 0 and not yes:
        typer.confirm(f"Pay about ${cost:,.2f}?", abort=True)
    done, total = 0, 0
    try:
        with counting("Translating", "texts") as report:

            def note(now: int, of: int) -> None:
                nonlocal done, total
                done, total = now, of
                report(now, of)

            result = translate_labels(workspace, project, note)
    except KeyboardInterrupt as error:
        complain(
            f"Interrupted when {done:,} of {total:,} texts were translated; they are kept, and "
            f"{command_line('lamm', 'translate', project.name)!r} goes on from there."
        )
        raise typer.Exit(INTERRUPTED) from error
    typer.echo(result.summary)
    if not project.settings.use_translations:
        typer.echo("Translations are switched off in the settings, so that no round is trained on them.")


def _remove(workspace: Workspace, project: Project, yes: bool) -> None:
    from lamm_core.workflow.translating import remove_translations, translation_counts

    stored = translation_counts(workspace, project).stored
    if stored and not yes:
        typer.confirm(f"Remove {stored:,} translations of {project.name!r}?", abort=True)
    typer.echo(f"Removed {remove_translations(workspace, project):,} translations.")
