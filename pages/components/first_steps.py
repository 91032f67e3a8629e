"""The first steps of whoever manages projects, in the sidebar: each leads to its page, and is ticked by the data."""

from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from lamm_core.errors import LammError, StorageUnavailable
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.first_steps import (
    LABELS_TO_TRY,
    FirstSteps,
    Step,
    first_steps,
    note_flags_seen,
    show_first_steps,
)
from lamm_core.workflow.sample import SAMPLE_NAME
from pages.components import services

_POLL = "4s"
_SEEN = "flags_seen"
_PAGES = {
    Step.TRY: "annotate.py",
    Step.FLAGS: "languages.py",
    Step.OWN_TEXTS: "project.py",
    Step.FIRST_BATCH: "annotate.py",
    Step.EXPORT: "project.py",
}
_WORDS = {
    Step.TRY: marked("Label texts of the sample ({done} of {all})"),
    Step.FLAGS: marked("See how far each language is"),
    Step.OWN_TEXTS: marked("Bring in your own texts"),
    Step.FIRST_BATCH: marked("Label them until the first model"),
    Step.EXPORT: marked("Take your labels out"),
}
_HELP = {
    Step.TRY: marked("One text at a time, by the keys 1 to 9. What you answer is saved while you read on."),
    Step.FLAGS: marked("The solid flag stands where a language is now, the chequered one at its target."),
    Step.OWN_TEXTS: marked("A file with a text in each row. Classes and languages are read off its columns."),
    Step.FIRST_BATCH: marked("The first batch is drawn by chance; each later one is chosen by what the model lacks."),
    Step.EXPORT: marked("Every label with who gave it, when, and why its text was chosen."),
}


def show_guide(choose_project: Callable[[str], None]) -> None:
    """The steps, or the way back to them; nothing for readers who manage no project.

    Args:
        choose_project: lets all pages show the project of that name.
    """
    if not services.actor().manages:
        return
    if first_steps(services.workspace()) is None:
        if st.button(_("First steps"), icon=":material/checklist:", type="tertiary", key="first_steps_open"):
            _keep(shown=True)
        return
    _show_steps(choose_project)


def note_flags() -> None:
    """The page Languages shows figures to its reader."""
    if not st.session_state.get(_SEEN):
        st.session_state[_SEEN] = True
        with suppress(StorageUnavailable):  # the figures can be read, and that is what the reader came for
            note_flags_seen(services.workspace())


@st.fragment(run_every=_POLL)
def _show_steps(choose_project: Callable[[str], None]) -> None:
    """Asked anew now and then, since labels travel beside the page."""
    try:
        found = first_steps(services.workspace())
    except StorageUnavailable:  # the page itself says so
        return
    if found is None:
        st.rerun(scope="app")
    with st.container(border=True, gap=None):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            title = _("First steps")
            st.markdown(f"**{title}** {sum(found.done.values())}/{len(found.done)}")
            if st.button(":material/close:", help=_("Close for good"), type="tertiary", key="first_steps_close"):
                _keep(shown=False)
        for step, is_done in found.done.items():
            _show_step(found, step, is_done, choose_project)
        if found.are_done:
            st.caption(_("That is all there is to it."))


def _show_step(found: FirstSteps, step: Step, is_done: bool, choose_project: Callable[[str], None]) -> None:
    icon = ":material/check_circle:" if is_done else ":material/radio_button_unchecked:"
    words = _(_WORDS[step], done=found.tried, all=LABELS_TO_TRY)
    if st.button(words, icon=icon, type="tertiary", key=f"first_steps_{step}", help=_(_HELP[step])):
        project = SAMPLE_NAME if step is Step.TRY else found.own_project if step is Step.FIRST_BATCH else ""
        if project:
            choose_project(project)
        st.switch_page(_PAGES[step])


def _keep(*, shown: bool) -> None:
    """Remember it, and draw the page anew; where it cannot be remembered, the reader is told."""
    try:
        show_first_steps(services.workspace(), shown=shown)
    except LammError as error:
        st.text(str(error))
    else:
        st.rerun(scope="app")
