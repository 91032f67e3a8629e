"""The labelling card's other half: hands it leased items, stores what it sends, says what is stored."""

from typing import Any

import streamlit as st

from lamm_core.errors import LammError
from lamm_core.records import BatchProgress, Project
from lamm_core.workflow import labelling
from lamm_core.workflow.empty_queue import why_empty
from pages.components import services
from pages.components.empty_words import empty_words
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
        empty = "" if leases else empty_words(why_empty(services.workspace(), project, annotator))
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
