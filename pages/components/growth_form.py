"""The widgets for classes and languages that come to a project, and classes that leave it."""

import dataclasses

import streamlit as st

from lamm_core.records import ProjectSettings
from lamm_core.words import translate as _
from pages.components.percents import as_fraction, as_percent


@dataclasses.dataclass(frozen=True)
class Grown:
    """What is to be added and taken away; fields keep what was saved, so some of it may be there already.

    Attributes:
        classes: further classes.
        languages: further languages with their target, 0 to 1.
        removed: classes to take away.
    """

    classes: tuple[str, ...]
    languages: dict[str, float]
    removed: tuple[str, ...]

    def added_to(self, settings: ProjectSettings) -> ProjectSettings:
        """The settings with it."""
        kept = [each for each in settings.classes if each not in self.removed]
        there = settings.targets
        targets = {cell: target for cell, target in settings.class_targets.items() if cell[1] not in self.removed}
        return dataclasses.replace(
            settings,
            classes=tuple(dict.fromkeys([*kept, *self.classes])),
            targets=settings.targets | {code: target for code, target in self.languages.items() if code not in there},
            class_targets=targets,
        )


def ask_growth(current: ProjectSettings, key: str) -> Grown:
    """Further classes and languages, and classes to take away."""
    st.subheader(_("Classes and languages"), anchor=False)
    st.text("  ·  ".join(current.classes))
    classes = st.text_input(_("Further classes, separated by commas"), key=f"{key}_classes")
    left, right = st.columns(2)
    codes = left.text_input(
        _("Further languages, as codes such as en or pt-BR with commas between them"), key=f"{key}_languages"
    )
    usual = next(iter(current.targets.values()))
    target = right.number_input(
        _("Their target, %"), 1.0, 100.0, max(1.0, as_percent(usual)), 0.5, format="%g", key=f"{key}_languages_target"
    )
    removed = st.multiselect(
        _("Classes to take away"),
        current.classes,
        key=f"{key}_removed_{len(current.classes)}",
        placeholder=_("None"),
        help=_("Only a class that was never used can be taken away. A class keeps its name."),
    )
    return Grown(_parts(classes), dict.fromkeys(_parts(codes), as_fraction(target, usual)), tuple(removed))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
