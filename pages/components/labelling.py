"""The labelling card's other half: hands it leased items, stores what it sends, says what is stored."""

from typing import Any

import streamlit as st

from lamm_core.errors import LammError
from lamm_core.records import BatchProgress, Project, RoundState
from lamm_core.workflow import automatic, labelling
from lamm_core.workflow.running import notice_dead_round
from lamm_core.workflow.workspace import utc_now
from pages.components import services
from pages.components.clock import clock_time
from pages.components.labelling_card import labelling_card
from pages.components.labelling_items import shown_act, shown_lease
from pages.components.outbox import knows_past, session_key, store_outbox

# Texts held in the browser: the next one is on the screen at once while the answer travels behind, and labelling goes
# on where the connection is lost. Where few are left, fewer are held, so that nobody waits for a colleague's lease.
_HELD, _HELD_AT_THE_END = 8, 4
_FEW_LEFT = 24
_PAST = 20  # answers that the annotator can look at again
_CARD = "labelling_card"


@st.fragment
def show_labelling(project: Project, annotator: int) -> None:
    """The card with the next items, or the reason why there is none."""
    sent = (st.session_state.get(_CARD) or {}).get("outbox")
    session = session_key(project, annotator)
    stored, problem = store_outbox(sent, project, annotator)
    leases: list[dict[str, Any]] = []
    recent: list[dict[str, Any]] | None = None
    try:
        progress = labelling.batch_progress(services.workspace(), project)
        count = _HELD if progress.open >= _FEW_LEFT else _HELD_AT_THE_END
        leases = [shown_lease(each) for each in labelling.claim(services.workspace(), project, annotator, count)]
        if not knows_past(sent, session):
            newest = labelling.recent_acts(services.workspace(), project, annotator, _PAST)
            recent = [shown_act(each) for each in reversed(newest)]
        empty = "" if leases else _why_empty(project, progress)
    except LammError as error:
        progress, empty, problem = BatchProgress(0, 0, 0, 0, 0, None), "", problem or str(error)
    labelling_card(
        key=_CARD,
        data={
            "session": session,
            "items": leases,
            "classes": list(project.settings.classes),
            "guidelines": project.settings.guidelines or "",
            "stored": stored,
            "recent": recent,
            "progress": {"round": progress.round_number, "size": progress.size, "closed": progress.closed},
            "problem": problem,
            "empty": empty,
        },
    )


def _why_empty(project: Project, progress: BatchProgress) -> str:
    latest = automatic.start_round_if_due(services.workspace(), project)
    latest = latest or notice_dead_round(services.workspace(), project)
    if latest is not None and latest.state is RoundState.RUNNING:
        done = "This batch is done. The next one" if progress.round_number else "The first batch"
        return f"{done} is being prepared and appears here by itself."
    if progress.held:
        return _held_by_others(progress)
    if latest is not None and latest.state is RoundState.FAILED:
        return "The next batch could not be prepared; see below."
    if not project.settings.automatic_rounds and automatic.is_more_to_ask(services.workspace(), project):
        return "The next batch is prepared when somebody runs a round on the page Rounds."
    if latest is None:
        return "There is nothing to label yet: bring in texts on the page Project, and the first batch is prepared."
    return "Every text of the pool is labelled or skipped."


def _held_by_others(progress: BatchProgress) -> str:
    soon = "soon"
    if progress.held_until:
        soon = f"at {clock_time(progress.held_until, utc_now(), st.context.timezone)}"
    if progress.open == 1:
        return f"The last text is held by another annotator; it comes free {soon}."
    return f"The last {progress.open:,} texts are held by other annotators; the first comes free {soon}."
