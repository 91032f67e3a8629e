"""Start a comparison, follow it, cancel it; or say why there is none to be had."""

import streamlit as st

from lamm_core.comparison import ComparisonState
from lamm_core.enough_labels import left_out_sentence
from lamm_core.errors import LammError
from lamm_core.job import JobKind
from lamm_core.records import Project
from lamm_core.words import in_context, retold
from lamm_core.words import translate as _
from lamm_core.workflow.comparing import (
    SEEDS,
    ComparisonStatus,
    cancel_comparison,
    comparison_status,
    start_comparison,
    usual_strategies,
)
from lamm_core.workflow.projects import strategies
from pages.components import services
from pages.components.empty import show_empty
from pages.components.frame import as_plain_text, show_error
from pages.components.jobs_panel import show_open_job

_POLL = "2s"


def show_state(project: Project, status: ComparisonStatus) -> None:
    """Progress while a comparison runs or waits; otherwise why the last one has no result."""
    latest = status.latest
    if status.is_under_way:
        _show_progress(project)
    elif latest is None:
        return
    elif latest.state is ComparisonState.FAILED:
        reason = as_plain_text(retold(latest.error or ""))
        st.error(
            _("The comparison did not finish. {reason} It can be run again.", reason=reason), icon=":material/error:"
        )
    elif latest.state is ComparisonState.CANCELLED:
        st.info(_("The comparison was cancelled."), icon=":material/cancel:")


def show_offer(project: Project, status: ComparisonStatus) -> None:
    """Strategies to choose and the button, or why there is nothing to compare; neither while a comparison runs."""
    if status.is_under_way:
        return
    if status.comparable.reason_against is not None:
        reason = as_plain_text(status.comparable.reason_against)
        show_empty(reason, "hourglass_empty", "annotate.py", _("Start labelling"))
        st.caption(as_plain_text(left_out_sentence(status.comparable.left_out)))
        return
    _offer(project, status)


@st.fragment(run_every=_POLL)
def _show_progress(project: Project) -> None:
    """How far it is; the page is shown anew when it ends."""
    status = comparison_status(services.workspace(), project)
    if not status.is_under_way:
        st.rerun(scope="app")
    latest = status.latest
    if latest is None or not status.is_running:
        show_open_job(project, JobKind.BACKTEST)
        return
    compared = as_plain_text(", ".join(latest.strategies))
    doing = _("Comparing {strategies}: {stage}", strategies=compared, stage=retold(latest.stage))
    st.progress(latest.progress, text=doing)
    if st.button(_("Cancel"), icon=":material/cancel:"):
        try:
            cancel_comparison(services.workspace(), project)
        except LammError as error:
            show_error(error)
            return
        st.rerun(scope="app")


def _offer(project: Project, status: ComparisonStatus) -> None:
    usual = usual_strategies(project)
    chosen = st.multiselect(
        _("Strategies"),
        list(dict.fromkeys([*usual, *strategies()])),
        default=usual,
        key=f"strategies_{project.id}",
        accept_new_options=True,
        help=_("The project's own is always compared. Names may be composed, such as lamm+margin."),
    )
    st.caption(
        _(
            "Each strategy is replayed {times} times on {labels:,} labelled texts, in a process of its own; labelling "
            "goes on.",
            times=SEEDS,
            labels=status.comparable.labels,
        )
    )
    again = _("Compare again") if status.done is not None else in_context("button", "Compare")
    if st.button(again, type="primary", icon=":material/compare_arrows:", disabled=not chosen):
        try:
            start_comparison(services.workspace(), project, chosen)
        except LammError as error:
            show_error(error)
            return
        st.rerun()
