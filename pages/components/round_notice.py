"""What the newest round is doing: running, failed, or nothing worth saying."""

import streamlit as st

from lamm_core.errors import LammError, StorageUnavailable
from lamm_core.job import JobKind
from lamm_core.records import Project, Round, RoundState
from lamm_core.words import retold
from lamm_core.words import translate as _
from lamm_core.workflow import automatic
from lamm_core.workflow.running import notice_dead_round
from pages.components import services
from pages.components.frame import as_plain_text, show_error
from pages.components.jobs_panel import show_open_job

_POLL = "2s"


@st.fragment(run_every=_POLL)
def show_round_notice(project: Project) -> None:
    """Say how far a running round is and offer a failed one again; the page is shown anew when a round ends.

    The next round is started here too where one is due, so that a new project prepares its first batch by itself.
    """
    try:
        latest = notice_dead_round(services.workspace(), project)
    except StorageUnavailable as error:
        show_error(error)
        return
    if latest is None or latest.state is RoundState.DONE:
        latest = automatic.start_round_if_due(services.workspace(), project) or latest
    _rerun_when_it_ended(project, latest)
    if latest is not None and latest.state is RoundState.RUNNING:
        st.progress(latest.progress, text=_preparing(latest))
    elif not show_open_job(project, JobKind.ROUND) and latest is not None and latest.state is RoundState.FAILED:
        _offer_again(project, latest)


def _preparing(running: Round) -> str:
    stage = as_plain_text(retold(running.stage))
    return _("Preparing batch {number}: {stage}", number=running.number, stage=stage)


def _offer_again(project: Project, failed: Round) -> None:
    st.error(
        _(
            "Round {number} did not finish. {reason} The last model serves on, and nothing is lost.",
            number=failed.number,
            reason=as_plain_text(retold(failed.error or "")),
        ),
        icon=":material/error:",
    )
    if st.button(_("Run the round again"), icon=":material/replay:"):
        try:
            automatic.start_round(services.workspace(), project)
        except LammError as error:
            show_error(error)
        st.rerun(scope="fragment")


def _rerun_when_it_ended(project: Project, latest: Round | None) -> None:
    """Flags, charts and the queue are drawn by the page, so the page runs again once the round has changed them."""
    key = f"last_seen_round_{project.id}"
    now = (latest.id, latest.attempt, latest.state) if latest else None
    before = st.session_state.get(key, now)
    st.session_state[key] = now
    if now != before and latest is not None and latest.state is RoundState.DONE:
        st.rerun(scope="app")
