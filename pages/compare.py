"""Compare: where other strategies would have led, by the project's own labels."""

import streamlit as st

from lamm_core.comparison_words import HOW_TO_READ
from lamm_core.words import translate as _
from lamm_core.workflow.comparing import comparison_status
from pages.components import services
from pages.components.comparison_result import show_result
from pages.components.comparison_run import show_offer, show_state
from pages.components.frame import chosen_project

st.title(_("Compare"))
project = chosen_project()
status = comparison_status(services.workspace(), project)
show_state(project, status)
if status.done is not None and status.done.result is not None:
    show_result(status.done, status.done.result)
else:
    replayed = _("Strategies are replayed on the labels of this project, to see where each of them would have led.")
    st.markdown(f"{replayed} {_(HOW_TO_READ)}")
show_offer(project, status)
