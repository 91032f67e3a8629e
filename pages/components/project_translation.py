"""Labelled texts into the project's other languages: what it would cost, how far it is, and how to undo it."""

from typing import Any

import streamlit as st

from lamm_core.errors import LammError
from lamm_core.job import JobKind
from lamm_core.language_names import language_name
from lamm_core.records import Project
from lamm_core.words import in_context, language, plural, retold
from lamm_core.words import translate as _
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
from pages.components.jobs_panel import show_open_job

_POLL = "2s"


def show_translation(project: Project) -> None:
    """What there is to translate with its price, one button, and the way back."""
    st.markdown(
        _(
            "Labelled texts can be translated into the project's other languages and added to training, where they "
            "count less than a label. Translations never enter the check set and never count as labels."
        )
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
        st.info(_("No translator is set. Choose one under Settings, Translation."), icon=":material/translate:")
    if counts.stored:
        _show_stored(project, counts)


@st.fragment(run_every=_POLL)
def _show_progress(project: Project) -> None:
    """How far the process is, by what it has saved; the page is shown anew when it ends."""
    if not is_translating(services.workspace(), project):
        st.rerun(scope="app")
    if show_open_job(project, JobKind.TRANSLATE):
        return
    counts = translation_counts(services.workspace(), project)
    done = counts.stored + counts.without
    st.progress(
        min(1.0, done / counts.wanted) if counts.wanted else 0.0,
        text=_("Translating: {done:,} of {all:,} texts are done and kept.", done=done, all=counts.wanted),
    )


def _offer(project: Project, counts: TranslationCounts) -> None:
    # Asked anew only when something has changed: a translator may have to be reached for it.
    changes = (project.id, project.settings.translator, project.languages, counts, language())
    with st.spinner(_("Looking what there is to translate …")):
        found = _estimate(services.workspace(), project, changes)
    if failure := last_failure(services.workspace(), project):
        st.error(as_plain_text(retold(failure)), icon=":material/error:")
    if isinstance(found, str):
        st.error(as_plain_text(found), icon=":material/error:")
        if st.button(_("Try again"), icon=":material/replay:"):
            _estimate.clear()
            st.rerun()
        return
    for source, target in found.unsupported:
        pair = {"source": language_name(source), "target": language_name(target)}
        st.caption(_("The translator does not translate from {source} to {target}.", **pair))
    if not found.texts and not found.reused:
        st.success(_("Nothing is left to translate."), icon=":material/check:")
        return
    st.dataframe(
        {
            "Into": [language_name(each.language) for each in found.languages],
            "Texts": [each.texts for each in found.languages],
            "Characters": [each.characters for each in found.languages],
        },
        hide_index=True,
        width=420,
        column_config={
            "Into": in_context("translation", "Into"),
            "Texts": _("Texts"),
            "Characters": _("Characters"),
        },
    )
    if st.button(as_plain_text(_order(found)), type="primary", icon=":material/translate:", key="translate"):
        _start(project)


def _order(found: TranslationEstimate) -> str:
    """What the button does, and for what price."""
    texts = found.texts + found.reused
    if not found.cost:
        return plural("Translate {count:,} text", "Translate {count:,} texts", texts)
    return plural(
        "Translate {count:,} text for about ${cost:,.2f}",
        "Translate {count:,} texts for about ${cost:,.2f}",
        texts,
        cost=found.cost,
    )


@st.cache_data(show_spinner=False, max_entries=20)
def _estimate(
    _workspace: Workspace,
    _project: Project,
    changes: tuple[Any, ...],  # noqa: ARG001 - the key of the cache
) -> TranslationEstimate | str:
    """The estimate, or why there is none, in the language that is one of the changes."""
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
    if settings.use_translations and settings.translation_weight:
        kept = _(
            "**{stored:,} translations** are kept; each counts {weight:g} in training, from the next round on.",
            stored=counts.stored,
            weight=settings.translation_weight,
        )
    else:
        kept = _(
            "**{stored:,} translations** are kept; they are switched off in the settings, so that no round is trained "
            "on them.",
            stored=counts.stored,
        )
    st.markdown(kept)
    with st.popover(_("Remove {stored:,} translations", stored=counts.stored), icon=":material/delete:"):
        st.markdown(_("The next round is trained without them. To have them again they must be translated again."))
        if st.button(_("Remove them"), key="remove_translations"):
            try:
                remove_translations(services.workspace(), project)
            except LammError as error:
                show_error(error)
                return
            st.rerun()
