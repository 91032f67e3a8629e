"""Make a project from a file: its classes and languages are read off the columns and confirmed."""

import streamlit as st

from lamm_core.errors import InvalidProject, LammError
from lamm_core.language_names import language_name
from lamm_core.records import Project, ProjectSettings
from lamm_core.words import translate as _
from lamm_core.workflow.importing import WholeFile
from lamm_core.workflow.projects import change_settings, create_project
from lamm_core.workflow.surveying import Survey, survey
from pages.components import services
from pages.components.frame import choose_project, show_error
from pages.components.import_run import Imported, run_import, show_result
from pages.components.settings_form import ask_settings
from pages.components.upload import Upload, ask_for_file

_TARGET = 0.90
_UNFINISHED = "project_without_its_texts"
_SURVEY = "last_survey"


def show_create() -> None:
    """File, name, classes, languages with targets, then one button."""
    st.markdown(
        _("Choose a file of texts. Its classes and languages are shown for you to change before anything is stored.")
    )
    upload = ask_for_file("create")
    if upload is None:
        return
    try:
        with st.spinner(_("Reading …")):
            found = _survey_once(upload)
    except LammError as error:
        show_error(error)
        return
    name = st.text_input(_("Name of the project"), max_chars=200, key="create_name")
    classes = _ask_classes(found, upload)
    languages = _ask_languages(found, upload)
    if not languages:
        return
    draft = ProjectSettings(classes=classes, targets=dict.fromkeys(languages, _TARGET))
    answers = ask_settings(draft, "create_" + "-".join(languages))
    if st.button(_("Create the project"), type="primary", icon=":material/add:", disabled=not name.strip()):
        if answers.problem:
            show_error(InvalidProject(answers.problem))
        else:
            _create(name, answers.settings, upload)


def _survey_once(upload: Upload) -> Survey:
    """Look through a file once and not again at every change of a widget; only the last one is kept."""
    about = (upload.id, upload.mapping.class_name, upload.mapping.language)
    last = st.session_state.get(_SURVEY)
    if last is None or last[0] != about:
        last = (about, survey(upload.file, upload.mapping))
        st.session_state[_SURVEY] = last
    found: Survey = last[1]
    return found


def _ask_classes(found: Survey, upload: Upload) -> tuple[str, ...]:
    text = st.text_area(
        _("Classes, one a line"),
        "\n".join(found.classes),
        key=f"create_classes_{upload.id}_{upload.mapping.class_name}",
        help=_("The first nine get the keys 1 to 9."),
    )
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _ask_languages(found: Survey, upload: Upload) -> list[str]:
    """The languages of the file; where it does not say them all, those that the user names are among them."""
    if found.strange:
        known = ", ".join(repr(name) for name in list(found.strange)[:5])
        st.warning(
            _("BCP 47 knows no language {names}; rows of it are not taken.", names=known), icon=":material/translate:"
        )
    if found.languages and not found.without_language:
        return sorted(found.languages)
    text = st.text_input(
        _("Languages of the texts, as codes such as en or pt-BR with commas between them"),
        ", ".join(sorted(found.languages)),
        key=f"create_languages_{upload.id}_{upload.mapping.language}",
        help=_("Where a row does not say its language, it is guessed among these, and you can look the guesses over."),
    )
    codes = list(dict.fromkeys(code.strip() for code in text.split(",") if code.strip()))
    if codes:
        st.caption(", ".join(language_name(code) for code in codes))
    return codes


def _create(name: str, settings: ProjectSettings, upload: Upload) -> None:
    try:
        project, imported = make_and_fill(name, settings, upload)
    except LammError as error:
        show_error(error)
        return
    choose_project(project.name)
    show_result(imported)
    st.page_link("annotate.py", label=_("Start labelling"), icon=":material/edit_note:")


def make_and_fill(name: str, settings: ProjectSettings, upload: Upload) -> tuple[Project, Imported]:
    """Make the project and import its texts. Where the import fails, a retry goes on with the project made before."""
    unfinished: Project | None = st.session_state.get(_UNFINISHED)
    if unfinished is not None and unfinished.name == name.strip():
        project = change_settings(services.workspace(), unfinished, settings)
    else:
        project = create_project(services.workspace(), name, settings)
    st.session_state[_UNFINISHED] = project
    only = next(iter(settings.targets)) if upload.mapping.language is None and len(settings.targets) == 1 else None
    imported = run_import(project, upload, WholeFile(language=only, guess_languages=True))
    del st.session_state[_UNFINISHED]
    return project, imported
