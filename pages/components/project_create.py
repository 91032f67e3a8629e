"""Make a project from a file: its classes and languages are read off the columns and confirmed."""

import pandas as pd
import streamlit as st

from lamm_core.errors import InvalidProject, LammError
from lamm_core.records import Project, ProjectSettings, Purpose
from lamm_core.words import translate as _
from lamm_core.workflow.importing import ColumnMapping, ImportResult, have_texts_embedded, import_table
from lamm_core.workflow.projects import change_settings, create_project
from pages.components import services
from pages.components.frame import choose_project, show_error
from pages.components.project_import import show_result
from pages.components.settings_form import ask_settings
from pages.components.upload import upload_table

_TARGET = 0.90
_UNFINISHED = "project_without_its_texts"


def show_create() -> None:
    """File, name, classes, languages with targets, then one button."""
    st.markdown(
        _("Choose a file of texts. Its classes and languages are shown for you to change before anything is stored.")
    )
    uploaded = upload_table("create")
    if uploaded is None:
        return
    table, mapping = uploaded
    name = st.text_input(_("Name of the project"), max_chars=200, key="create_name")
    classes = _ask_classes(table, mapping)
    languages = _ask_languages(table, mapping)
    if not languages:
        return
    draft = ProjectSettings(classes=classes, targets=dict.fromkeys(languages, _TARGET))
    answers = ask_settings(draft, "create_" + "-".join(languages))
    if st.button(_("Create the project"), type="primary", icon=":material/add:", disabled=not name.strip()):
        if answers.problem:
            show_error(InvalidProject(answers.problem))
        else:
            _create(name, answers.settings, table, mapping)


def _ask_classes(table: pd.DataFrame, mapping: ColumnMapping) -> tuple[str, ...]:
    found = sorted(table[mapping.class_name].dropna().unique()) if mapping.class_name else []
    text = st.text_area(
        _("Classes, one a line"),
        "\n".join(found),
        key=f"create_classes_{mapping.class_name}",
        help=_("The first nine get the keys 1 to 9."),
    )
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _ask_languages(table: pd.DataFrame, mapping: ColumnMapping) -> list[str]:
    if mapping.language:
        return sorted(table[mapping.language].dropna().unique())
    code = st.text_input(_("Language of all texts, as a code such as en or pt-BR"), key="create_language")
    return [code.strip()] if code.strip() else []


def _create(name: str, settings: ProjectSettings, table: pd.DataFrame, mapping: ColumnMapping) -> None:
    try:
        with st.spinner(_("Importing …")):
            project, result = make_and_fill(name, settings, table, mapping)
    except LammError as error:
        show_error(error)
        return
    choose_project(project.name)
    show_result(result)
    st.page_link("annotate.py", label=_("Start labelling"), icon=":material/edit_note:")


def make_and_fill(
    name: str, settings: ProjectSettings, table: pd.DataFrame, mapping: ColumnMapping
) -> tuple[Project, ImportResult]:
    """Make the project and import its texts. Where the import fails, a retry goes on with the project made before."""
    language = None if mapping.language else next(iter(settings.targets))
    unfinished: Project | None = st.session_state.get(_UNFINISHED)
    if unfinished is not None and unfinished.name == name.strip():
        project = change_settings(services.workspace(), unfinished, settings)
    else:
        project = create_project(services.workspace(), name, settings)
    st.session_state[_UNFINISHED] = project
    result = import_table(services.workspace(), project, table, mapping, Purpose.POOL, language)
    have_texts_embedded(services.workspace(), project)
    del st.session_state[_UNFINISHED]
    return project, result
