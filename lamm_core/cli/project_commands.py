"""`lamm project`: create, show, change and list projects."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.cli import project_options as options
from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.project_values import classes_and_languages, parse_class_targets, parse_targets, read_guidelines
from lamm_core.cli.shell import command_line, complain, console, open_data, split_list
from lamm_core.records import Project, ProjectSettings
from lamm_core.reviewing import Reason

if TYPE_CHECKING:
    from lamm_core.workflow.growth import Growth

_DEFAULTS = ProjectSettings(classes=(), targets={})

project_app = typer.Typer(help="Create, show, change and list projects.", no_args_is_help=True)


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
    target: Annotated[list[str] | None, options.TARGET] = None,
    metric: Annotated[str, options.METRIC] = str(_DEFAULTS.metric),
    class_target: Annotated[list[str] | None, options.CLASS_TARGET] = None,
    guidelines_file: Annotated[Path | None, options.GUIDELINES] = None,
    budget: Annotated[int, options.BUDGET] = _DEFAULTS.budget,
    strategy: Annotated[str, options.STRATEGY] = _DEFAULTS.strategy,
    uncertainty: Annotated[str, options.UNCERTAINTY] = _DEFAULTS.uncertainty,
    encoder: Annotated[str, options.ENCODER] = _DEFAULTS.encoder,
    preparation: Annotated[str, options.PREPARATION] = _DEFAULTS.preparation,
    seed: Annotated[int, options.SEED] = _DEFAULTS.seed,
    lease_minutes: Annotated[int, options.LEASE_MINUTES] = _DEFAULTS.lease_minutes,
    check_share: Annotated[float, options.CHECK_SHARE] = _DEFAULTS.check_share,
    check_part: Annotated[float, options.CHECK_PART] = _DEFAULTS.check_part,
    check_width: Annotated[float, options.CHECK_WIDTH] = _DEFAULTS.check_width,
    price: Annotated[float, options.PRICE] = _DEFAULTS.price_per_label,
    currency: Annotated[str, options.CURRENCY] = _DEFAULTS.currency,
    suggestions: Annotated[bool, options.SUGGESTIONS] = _DEFAULTS.suggestions,
    near_duplicates: Annotated[bool, options.NEAR_DUPLICATES] = _DEFAULTS.near_duplicates,
    overlap_share: Annotated[float, options.OVERLAP_SHARE] = _DEFAULTS.overlap_share,
    overlap_count: Annotated[int, options.OVERLAP_COUNT] = _DEFAULTS.overlap_count,
    consensus: Annotated[str, options.CONSENSUS] = str(_DEFAULTS.consensus),
    gold_count: Annotated[int, options.GOLD_COUNT] = _DEFAULTS.gold_count,
    gold_feedback: Annotated[bool, options.GOLD_FEEDBACK] = _DEFAULTS.gold_feedback,
    translator: Annotated[str, options.TRANSLATOR] = _DEFAULTS.translator,
    translation_weight: Annotated[float, options.TRANSLATION_WEIGHT] = _DEFAULTS.translation_weight,
    no_automatic_rounds: Annotated[
        bool,
        typer.Option(
            "--no-automatic-rounds", metavar="", help="Start rounds by hand only, not when a batch is nearly done."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Create a project: its classes, its languages and their targets, 0.9 each unless you say otherwise.

    Classes and languages are all it needs, or a file that has both. Everything else has a value that suits most
    projects, and can be changed later with `lamm project change`.
    """
    from lamm_core.workflow.projects import create_project

    found = classes_and_languages(split_list(classes or []), split_list(languages or []), from_file)
    settings = ProjectSettings(
        classes=tuple(found[0]),
        targets=parse_targets(target or [], found[1]),
        guidelines=read_guidelines(guidelines_file),
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
        metric=metric,
        class_targets=parse_class_targets(class_target or [], found[1], found[0]),
        check_part=check_part,
        check_share=check_share,
        check_width=check_width,
        price_per_label=price,
        currency=currency,
        suggestions=suggestions,
        near_duplicates=near_duplicates,
        overlap_share=overlap_share,
        overlap_count=overlap_count,
        consensus=consensus,
        gold_count=gold_count,
        gold_feedback=gold_feedback,
    )
    with open_data(context) as workspace:
        project = create_project(workspace, name, settings)
    _warn_of_languages(settings)
    if as_json:
        _print_settings(project)
        return
    typer.echo(
        f"Created project {project.name!r} with {len(settings.classes)} classes in {len(settings.targets)} languages."
    )
    typer.echo(f"Next: {command_line('lamm', 'import', project.name, 'FILE')}")


@project_app.command("change")
def change_command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    classes: Annotated[list[str] | None, typer.Option(metavar="C,D,...", help="Further classes.")] = None,
    remove_class: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A class to take away that nothing was labelled with; may be repeated."),
    ] = None,
    languages: Annotated[
        list[str] | None, typer.Option(metavar="DE,PL,...", help="Further languages; none can be taken away.")
    ] = None,
    target: Annotated[list[str] | None, options.TARGET] = None,
    metric: Annotated[str | None, options.METRIC] = None,
    class_target: Annotated[list[str] | None, options.CHANGED_CLASS_TARGET] = None,
    guidelines_file: Annotated[Path | None, options.GUIDELINES] = None,
    budget: Annotated[int | None, options.BUDGET] = None,
    strategy: Annotated[str | None, options.STRATEGY] = None,
    uncertainty: Annotated[str | None, options.UNCERTAINTY] = None,
    encoder: Annotated[str | None, options.ENCODER] = None,
    preparation: Annotated[str | None, options.PREPARATION] = None,
    seed: Annotated[int | None, options.SEED] = None,
    lease_minutes: Annotated[int | None, options.LEASE_MINUTES] = None,
    check_share: Annotated[float | None, options.CHECK_SHARE] = None,
    check_part: Annotated[float | None, options.CHECK_PART] = None,
    check_width: Annotated[float | None, options.CHECK_WIDTH] = None,
    price: Annotated[float | None, options.PRICE] = None,
    currency: Annotated[str | None, options.CURRENCY] = None,
    suggestions: Annotated[bool | None, options.SUGGESTIONS] = None,
    near_duplicates: Annotated[bool | None, options.NEAR_DUPLICATES] = None,
    overlap_share: Annotated[float | None, options.OVERLAP_SHARE] = None,
    overlap_count: Annotated[int | None, options.OVERLAP_COUNT] = None,
    consensus: Annotated[str | None, options.CONSENSUS] = None,
    gold_count: Annotated[int | None, options.GOLD_COUNT] = None,
    gold_feedback: Annotated[bool | None, options.GOLD_FEEDBACK] = None,
    translator: Annotated[str | None, options.TRANSLATOR] = None,
    translation_weight: Annotated[float | None, options.TRANSLATION_WEIGHT] = None,
    use_translations: Annotated[
        bool | None, typer.Option("--use-translations/--no-use-translations", help="Train on translations, or not.")
    ] = None,
    automatic_rounds: Annotated[
        bool | None,
        typer.Option(
            "--automatic-rounds/--no-automatic-rounds",
            help="Start rounds by themselves when a batch is nearly done, or by hand only.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change settings of a project; what is not given stays. Changes hold from the next round on.

    Where classes or languages are added to a project that has labels, it is told what that means for the model and for
    the labels so far.
    """
    from lamm_core.workflow.growth import Growth, project_growth
    from lamm_core.workflow.projects import change_settings, get_project
    from lamm_core.workflow.projects import remove_class as take_class_away

    simple = {
        "metric": metric,
        "guidelines": None if guidelines_file is None else read_guidelines(guidelines_file),
        "budget": budget,
        "strategy": strategy,
        "uncertainty": uncertainty,
        "encoder": encoder,
        "preparation": preparation,
        "seed": seed,
        "lease_minutes": lease_minutes,
        "check_share": check_share,
        "check_part": check_part,
        "check_width": check_width,
        "price_per_label": price,
        "currency": currency,
        "suggestions": suggestions,
        "near_duplicates": near_duplicates,
        "overlap_share": overlap_share,
        "overlap_count": overlap_count,
        "consensus": consensus,
        "gold_count": gold_count,
        "gold_feedback": gold_feedback,
        "translator": translator,
        "translation_weight": translation_weight,
        "use_translations": use_translations,
        "automatic_rounds": automatic_rounds,
    }
    with open_data(context) as workspace:
        project = get_project(workspace, name)
        before = project.settings
        for each in remove_class or []:
            project = take_class_away(workspace, project, each)
        now = project.settings
        all_classes = tuple(dict.fromkeys([*now.classes, *split_list(classes or [])]))
        all_languages = list(dict.fromkeys([*now.targets, *split_list(languages or [])]))
        settings = dataclasses.replace(
            now,
            classes=all_classes,
            targets=parse_targets(target or [], all_languages, now.targets),
            class_targets=parse_class_targets(class_target or [], all_languages, all_classes, now.class_targets),
            **{each: value for each, value in simple.items() if value is not None},  # type: ignore[arg-type]
        )
        project = change_settings(workspace, project, settings)
        is_larger = len(project.settings.classes) > len(before.classes) or len(project.languages) > len(before.targets)
        growth = project_growth(workspace, project) if is_larger else Growth()
    _warn_of_languages(project.settings)
    _tell_changes(project, before, growth, as_json=as_json)


def _tell_changes(project: Project, before: ProjectSettings, growth: Growth, *, as_json: bool) -> None:
    from lamm_core.cli.project_text import changed_settings, changes, settings_record
    from lamm_core.workflow.growth_words import beyond_model, labelled_before

    means = [*beyond_model(growth), *labelled_before(growth)]
    if as_json:
        print_json(settings_record(project) | {"changed": changed_settings(before, project.settings), "means": means})
        return
    lines = changes(before, project.settings)
    if not lines:
        typer.echo(f"Nothing changes in {project.name!r}.")
        return
    for line in lines:
        typer.echo(line)
    typer.echo("This holds from the next round on.")
    for sentence in means:
        typer.echo(sentence)
    if labelled_before(growth):
        typer.echo(f"See: {command_line('lamm', 'review', project.name, '--kind', Reason.BEFORE_CLASS)}")


@project_app.command("show")
def show_command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    as_json: AsJson = False,
) -> None:
    """Show the settings of a project."""
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        project = get_project(workspace, name)
    if as_json:
        _print_settings(project)
        return

    from lamm_core.cli.project_text import settings_table

    console().print(settings_table(project))


def _print_settings(project: Project) -> None:
    from lamm_core.cli.project_text import settings_record

    print_json(settings_record(project))


@project_app.command("list")
def list_command(context: typer.Context, as_json: AsJson = False) -> None:
    """List the projects."""
    from lamm_core.cli.project_text import settings_record
    from lamm_core.workflow.projects import list_projects

    with open_data(context) as workspace:
        found = list_projects(workspace)
    if as_json:
        print_json([settings_record(each) for each in found])
    elif found:
        _show_projects(found)
    else:
        typer.echo("There is no project yet; make one with: lamm project create NAME --classes A,B --languages EN,FR")


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


def _warn_of_languages(settings: ProjectSettings) -> None:
    from lamm_core.language_names import language_name
    from lamm_core.workflow.projects import languages_beyond_encoder

    codes = languages_beyond_encoder(settings)
    if codes:
        names = ", ".join(language_name(code) for code in codes)
        complain(f"The encoder {settings.encoder!r} was not trained on: {names}; accuracy there may stay low.")
