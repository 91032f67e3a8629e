"""A project's settings as plain values, as a table, and what a change has changed."""

from rich.table import Table

from lamm_core.cli.tables import new_table
from lamm_core.records import Project, ProjectSettings


def settings_record(project: Project) -> dict[str, object]:
    """The object that `lamm project` writes with `--json`: name, created_at, and each setting by its name.

    `targets` maps language to target; `class_targets` is a list of objects with language, class and target. Shares,
    targets and widths are 0 to 1.
    """
    settings = dict(vars(project.settings))
    settings["class_targets"] = [
        {"language": language, "class": name, "target": target}
        for (language, name), target in project.settings.class_targets.items()
    ]
    return {"project": project.name, "created_at": project.created_at, **settings}


def settings_table(project: Project) -> Table:
    """One row a setting, as it is written on the command line."""
    table = new_table(project.name)
    table.add_column("setting", no_wrap=True)
    table.add_column("value")
    for name, value in _texts(project.settings).items():
        table.add_row(name, value)
    return table


def changed_settings(before: ProjectSettings, after: ProjectSettings) -> list[str]:
    """The names of the settings that differ."""
    old = vars(before)
    return [name for name, value in vars(after).items() if old[name] != value]


def changes(before: ProjectSettings, after: ProjectSettings) -> list[str]:
    """A line for each setting that differs."""
    old, new = _texts(before), _texts(after)
    return [
        f"{name}: changed" if name == "guidelines" else f"{name}: {old[name]} → {new[name]}"
        for name in new
        if old[name] != new[name]
    ]


def _texts(settings: ProjectSettings) -> dict[str, str]:
    """Name of the option to its value, in the order of the form."""
    class_targets = [f"{language}:{name}={target}" for (language, name), target in settings.class_targets.items()]
    return {
        "classes": ", ".join(settings.classes),
        "metric": str(settings.metric),
        "target": ", ".join(f"{language}={target}" for language, target in settings.targets.items()),
        "class-target": ", ".join(class_targets) or "none",
        "budget": str(settings.budget),
        "strategy": settings.strategy,
        "uncertainty": settings.uncertainty,
        "automatic-rounds": "yes" if settings.automatic_rounds else "no",
        "encoder": settings.encoder,
        "preparation": settings.preparation,
        "seed": str(settings.seed),
        "lease-minutes": str(settings.lease_minutes),
        "check-share": str(settings.check_share),
        "check-part": str(settings.check_part),
        "check-width": str(settings.check_width),
        "price": str(settings.price_per_label),
        "currency": settings.currency,
        "suggestions": "yes" if settings.suggestions else "no",
        "near-duplicates": "yes" if settings.near_duplicates else "no",
        "overlap-share": str(settings.overlap_share),
        "overlap-count": str(settings.overlap_count),
        "consensus": str(settings.consensus),
        "gold-count": str(settings.gold_count),
        "gold-feedback": "yes" if settings.gold_feedback else "no",
        "translator": settings.translator or "none",
        "translation-weight": str(settings.translation_weight),
        "use-translations": "yes" if settings.use_translations else "no",
        "guidelines": settings.guidelines.strip() or "none",
    }
