"""Work that waits for a worker or is done by one: where it stands, and how to cancel it or try it again."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from lamm_core.actors import Role
from lamm_core.errors import LammError, StorageUnavailable
from lamm_core.job import JobKind, JobState
from lamm_core.records import Project
from lamm_core.words import capital
from lamm_core.words import translate as _
from lamm_core.workflow.job_words import job_sentence, kind_word, state_word
from lamm_core.workflow.jobs import JobView, cancel_job, open_job, project_jobs, retry_job
from lamm_core.workflow.workspace import utc_now
from pages.components import services
from pages.components.frame import as_plain_text, show_error

_POLL = "2s"
_ENDED_BADLY = (JobState.FAILED, JobState.CANCELLED)


def show_open_job(project: Project, kind: JobKind) -> bool:
    """Say what work of a kind waits for, or how far it is; False where none is to be done."""
    view = open_job(services.workspace(), project, kind)
    if view is None:
        return False
    if view.job.state is JobState.RUNNING:
        st.progress(view.job.progress, text=_doing(view))
        return True
    show = st.info if view.has_worker else st.warning
    show(_standing(view), icon=":material/hourglass_empty:")
    if services.may(Role.MANAGER, project):
        _button(_("Take it out of the line"), ":material/cancel:", project, view, cancel_job)
    return True


@st.fragment(run_every=_POLL)
def show_jobs(project: Project) -> None:
    """The newest jobs of a project, for its managers; nothing where no worker has ever been asked for anything."""
    if not services.may(Role.MANAGER, project):
        return
    try:
        found = project_jobs(services.workspace(), project)
    except StorageUnavailable:  # the notice of the round says so already
        return
    if not found:
        return
    st.subheader(_("Work for workers"))
    newest = {view.job.kind: view for view in reversed(found)}
    for view in found:
        if view.job.state is JobState.RUNNING:
            _show_running(project, view)
        elif view.job.state in _ENDED_BADLY and view is newest[view.job.kind]:
            _show_ended_badly(project, view)
    _show_table(found)


def _show_running(project: Project, view: JobView) -> None:
    says, cancel = st.columns([4, 1], vertical_alignment="bottom")
    says.progress(view.job.progress, text=_doing(view))
    with cancel:
        if view.job.cancel_asked_at is None:
            _button(_("Cancel"), ":material/cancel:", project, view, cancel_job)


def _show_ended_badly(project: Project, view: JobView) -> None:
    says, again = st.columns([4, 1], vertical_alignment="center")
    if view.job.state is JobState.FAILED:
        says.error(_standing(view), icon=":material/error:")
    else:
        says.info(_standing(view), icon=":material/cancel:")
    with again:
        _button(_("Try again"), ":material/replay:", project, view, retry_job)


def _doing(view: JobView) -> str:
    return as_plain_text(f"{kind_word(view.job.kind)}: {job_sentence(view, utc_now())}")


def _standing(view: JobView) -> str:
    says = job_sentence(view, utc_now()) or capital(state_word(view.job.state))
    return f"**{as_plain_text(kind_word(view.job.kind))}**: {as_plain_text(says)}"


def _show_table(found: list[JobView]) -> None:
    now = utc_now()
    rows = [
        {
            "Job": view.job.id,
            "Work": kind_word(view.job.kind),
            "State": state_word(view.job.state),
            "Asked by": view.job.asked_by,
            "Asked (UTC)": view.job.created_at,
            "Says": job_sentence(view, now),
        }
        for view in found
    ]
    moment = st.column_config.DatetimeColumn(_("Asked (UTC)"), format="YYYY-MM-DD HH:mm")
    names = {"Job": _("Job"), "Work": _("Work"), "State": _("State"), "Asked by": _("Asked by"), "Says": _("Details")}
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config={**names, "Asked (UTC)": moment})


def _button(label: str, icon: str, project: Project, view: JobView, act: Callable[..., object]) -> None:
    if st.button(label, icon=icon, key=f"{act.__name__}_{view.job.id}"):
        try:
            act(services.workspace(), project, view.job.id)
        except LammError as error:
            show_error(error)
            return
        st.rerun()
