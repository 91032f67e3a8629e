"""Change the settings of a project."""

import dataclasses

import streamlit as st

from lamm_core.errors import InvalidProject, LammError
from lamm_core.records import Project, ProjectSettings
from lamm_core.words import in_context
from lamm_core.words import translate as _
from lamm_core.workflow.growth import foreseen_growth
from lamm_core.workflow.growth_words import beyond_model, labelled_before
from lamm_core.workflow.projects import change_settings, check_settings, remove_class
from pages.components import services
from pages.components.frame import as_plain_text, show_error
from pages.components.growth_form import Grown, ask_growth
from pages.components.settings_form import Answers, ask_settings

_SAVED, _ASKED = "settings_saved", "settings_asked"


@dataclasses.dataclass(frozen=True)
class _Change:
    """What is to be saved: settings, after classes that were never used were taken away."""

    project_id: int
    settings: ProjectSettings
    removed: tuple[str, ...]


def show_settings(project: Project) -> None:
    """A form; changes hold from the next round on. Classes and languages are added once it was said what that means."""
    current = project.settings
    with st.form(f"settings_{project.id}", border=False):
        answers = ask_settings(current, f"settings_{project.id}")
        grown = ask_growth(current, f"settings_{project.id}")
        submitted = st.form_submit_button(_("Save"), type="primary", icon=":material/save:")
    if submitted:
        st.session_state.pop(_ASKED, None)
        _submit(project, answers, grown)
    elif st.session_state.pop(_SAVED, None) == project.id:
        st.success(_("Saved. The settings hold from the next round on."), icon=":material/check:")
    asked: _Change | None = st.session_state.get(_ASKED)
    if asked is not None and asked.project_id == project.id:
        _ask_whether(project, asked)


def _submit(project: Project, answers: Answers, grown: Grown) -> None:
    try:
        change = _change(project, answers, grown)
    except LammError as error:
        show_error(error)
        return
    if _means(project, change.settings):
        st.session_state[_ASKED] = change
    else:
        _save(project, change)


def _change(project: Project, answers: Answers, grown: Grown) -> _Change:
    if answers.problem:
        raise InvalidProject(answers.problem)
    settings = grown.added_to(answers.settings)
    check_settings(settings)
    return _Change(project.id, settings, grown.removed)


def _means(project: Project, settings: ProjectSettings) -> list[str]:
    """What the model and the labels so far would lack; nothing where no class and no language is added."""
    classes = set(settings.classes) - set(project.settings.classes)
    languages = set(settings.targets) - set(project.settings.targets)
    if not classes and not languages:
        return []
    growth = foreseen_growth(services.workspace(), project, settings.classes, list(settings.targets))
    return [*beyond_model(growth), *labelled_before(growth)]


def _ask_whether(project: Project, asked: _Change) -> None:
    """What it would mean, and two buttons."""
    new = [each for each in asked.settings.classes if each not in project.settings.classes]
    new += [each for each in asked.settings.targets if each not in project.settings.targets]
    names = _(", ").join(map(repr, new))
    st.warning(
        "\n\n".join(
            [
                _("Once {names} is added:", names=as_plain_text(names)),
                *map(as_plain_text, _means(project, asked.settings)),
            ]
        ),
        icon=":material/new_label:",
    )
    with st.container(horizontal=True):
        if st.button(_("Add {names}", names=as_plain_text(names)), type="primary", icon=":material/add:"):
            _save(project, asked)
        if st.button(in_context("button", "Leave it"), icon=":material/close:"):
            del st.session_state[_ASKED]
            st.rerun()


def _save(project: Project, change: _Change) -> None:
    st.session_state.pop(_ASKED, None)
    try:
        for name in change.removed:
            project = remove_class(services.workspace(), project, name)
        change_settings(services.workspace(), project, change.settings)
    except LammError as error:
        show_error(error)
        return
    # The table of class targets starts anew from what is stored: edits of the next minute must find it on the screen.
    st.session_state[_SAVED] = project.id
    st.rerun()
