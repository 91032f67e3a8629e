"""Review: what needs a look, one text at a time, by keyboard."""

import streamlit as st

from lamm_core.words import translate as _
from lamm_core.workflow.review import count_reasons, needing_review
from pages.components import services
from pages.components.frame import annotator_id, chosen_project
from pages.components.review_item import show_item
from pages.components.review_list import PAGE, ask_filter, chosen_item, page_offset, show_list, show_none

st.title(_("Review"))
project = chosen_project()
wanted = ask_filter(project, count_reasons(services.workspace(), project))
found = needing_review(services.workspace(), project, wanted, PAGE, page_offset())
item_id = chosen_item(found)
listed, shown = st.columns([2, 3], gap="medium")
with listed:
    if found.entries:
        show_list(found, item_id)
    else:
        show_none(wanted)
if item_id is not None:
    with shown:
        show_item(project, annotator_id(), item_id)
