"""Labelled texts into the project's other languages: what it would cost, how far it is, and how to undo it."""

from typing import Any

import streamlit as st

from lamm_core.errors import LammError
from lamm_core.language_names import language_name
from lamm_core.records import Project
from lamm_core.workflow.translating import (
    TranslationCounts,
    TranslationEstimate,
    remove_translations,
    translation_counts,
    translation_estimate,
)
from lamm_core.workflow.translation_runs import is_translating, last_failure, start_translating
from lamm_core.workflow.workspace import Workspace
from pages.components import services
from pages.components.frame import as_plain_text, show_error

_POLL = "2s"


def show_translation(project: Project) -> None:
    """What there is to translate with its price, one button, and the way back."""
    st.markdown(
        "Labelled texts can be translated into the project's other languages and added to training, where they count "
        "less than a label. Translations never enter the check set and never count as labels."
    )
    try:
        running = is_translating(services.workspace(), project)
    except LammError as error:
        show_error(error)
        return
    if running:
        _show_progress(project)
        return
    counts = translation_counts(services.workspace(), project)
    if project.settings.translator:
        _offer(project, counts)
    else:
        st.info("No translator is set. Choose one under Settings, Translation.", icon=":material/translate:")
    if counts.stored:
        _show_stored(project, counts)


@st.fragment(run_every=_POLL)
def _show_progress(project: Project) -> None:
    """How far the process is, by what it has saved; the page is shown anew when it ends."""
    if not is_translating(services.workspace(), project):
        st.rerun(scope="app")
    counts = translation_counts(services.workspace(), project)
    done = counts.stored + counts.without
    st.progress(
        min(1.0, done / counts.wanted) if counts.wanted else 0.0,
        text=f"Translating: {done:,} of {counts.wanted:,} texts are done and kept.",
    )


def _offer(project: Project, counts: TranslationCounts) -> None:
    # Asked anew only when something has changed: a translator may have to be reached for it.
    changes = (project.id, project.settings.translator, project.languages, counts)
    found = _estimate(services.workspace(), project, changes)
    if failure := last_failure(services.workspace(), project):
        st.error(as_plain_text(failure), icon=":material/error:")
    if isinstance(found, str):
        st.error(as_plain_text(found), icon=":material/error:")
        if st.button("Try again", icon=":material/replay:"):
            _estimate.clear()
            st.rerun()
        return
    for source, target in found.unsupported:
        st.caption(f"The translator does not translate from {language_name(source)} to {language_name(target)}.")
    if not found.texts and not found.reused:
        st.success("Nothing is left to translate.", icon=":material/check:")
        return
    st.dataframe(
        {
            "Into": [language_name(each.language) for each in found.languages],
            "Texts": [each.texts for each in found.languages],
            "Characters": [each.characters for each in found.languages],
        },
        hide_index=True,
        width=420,
    )
    price = as_plain_text(f" for about ${found.cost:,.2f}") if found.cost else ""
    count = found.texts + found.reused
    texts = "1 text" if count == 1 else f"{count:,} texts"
    if st.button(f"Translate {texts}{price}", type="primary", icon=":material/translate:"):
        _start(project)


@st.cache_data(show_spinner="Looking what there is to translate …", max_entries=20)
def _estimate(
    _workspace: Workspace,
    _project: Project,
    changes: tuple[Any, ...],  # noqa: ARG001 - the key of the cache
) -> TranslationEstimate | str:
    """The estimate, or why there is none."""
    try:
        return translation_estimate(_workspace, _project)
    except LammError as error:
        return str(error)


def _start(project: Project) -> None:
    try:
        start_translating(services.workspace(), project)
    except LammError as error:
        show_error(error)
        return
    st.rerun()


def _show_stored(project: Project, counts: TranslationCounts) -> None:
    settings = project.settings
    used = (
        f"each counts {settings.translation_weight:g} in training, from the next round on"
        if settings.use_translations and settings.translation_weight
        else "they are switched off in the settings, so that no round is trained on them"
    )
    st.markdown(f"**{counts.stored:,} translations** are kept; {used}.")
    with st.popover(f"Remove {counts.stored:,} translations", icon=":material/delete:"):
        st.markdown("The next round is trained without them. To have them again they must be translated again.")
        if st.button("Remove them", key="remove_translations"):
            try:
                remove_translations(services.workspace(), project)
            except LammError as error:
                show_error(error)
                return
            st.rerun()
