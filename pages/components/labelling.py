"""The labelling card's other half: hands it leased items, stores what it sends, says what is stored."""

from typing import Any

import streamlit as st

from lamm_core.errors import LammError
from lamm_core.language_names import language_name, text_direction
from lamm_core.records import BatchProgress, Project, RoundState
from lamm_core.workflow import automatic, labelling
from lamm_core.workflow.running import notice_dead_round
from lamm_core.workflow.workspace import utc_now
from pages.components import services
from pages.components.clock import clock_time
from pages.components.labelling_card import labelling_card
from pages.components.outbox import session_key, store_outbox

# Items held in the browser: the next one is on the screen at once, while the label travels behind.
_HELD = 4
_CARD = "labelling_card"


@st.fragment
def show_labelling(project: Project, annotator: int) -> None:
    """The card with the next items, or the reason why there is none."""
    sent = (st.session_state.get(_CARD) or {}).get("outbox")
    stored, problem = store_outbox(sent, project, annotator)
    leases: list[dict[str, Any]] = []
    try:
        leases = [
            _shown(lease) | {"round": lease.round_number}
            for lease in labelling.claim(services.workspace(), project, annotator, _HELD)
        ]
        recent = labelling.recent_act(services.workspace(), project, annotator)
        progress = labelling.batch_progress(services.workspace(), project)
        empty = "" if leases else _why_empty(project, progress)
    except LammError as error:
        recent, progress, empty, problem = None, BatchProgress(0, 0, 0, 0, 0, None), "", problem or str(error)
    labelling_card(
        key=_CARD,
        data={
            "session": session_key(project, annotator),
            "items": leases,
            "classes": list(project.settings.classes),
            "stored": stored,
            "recent": _shown(recent) | {"class": recent.class_name} if recent else None,
            "progress": {"round": progress.round_number, "size": progress.size, "closed": progress.closed},
            "problem": problem,
            "empty": empty,
        },
    )


def _shown(item: labelling.Lease | labelling.RecentAct) -> dict[str, Any]:
    """What the card needs of an item. Texts travel as data and are never put into html."""
    return {
        "id": item.item_id,
        "revision": item.revision,
        "text": item.text,
        "language": item.language,
        "languageName": language_name(item.language),
        "direction": text_direction(item.language),
    }


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
