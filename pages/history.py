"""My answers: what the annotator answered lately, and what was written about it."""

import streamlit as st

from lamm_core.language_names import language_name
from lamm_core.words import translate as _
from lamm_core.workflow.remarks import MyAnswer, my_answers
from lamm_core.workflow.review_words import remark_line
from pages.components import services
from pages.components.empty import show_empty, show_filtered_away
from pages.components.frame import annotator_id, as_plain_text, chosen_project
from pages.components.review_item import show_remark_form, take_problem
from pages.components.texts import Block, show_texts

_PAGE, _OFFSET, _FLAGGED = 10, "history_offset", "history_flagged"


def show_answer(answer: MyAnswer) -> None:
    """A text with the answer, the comment and the thread."""
    act = answer.act
    head = "  ·  ".join(
        [act.class_name or _("skipped"), language_name(act.language), *([_("flagged")] if act.flagged else [])]
    )
    comment = [Block(act.comment, _("Your comment"))] if act.comment else []
    thread = [Block(each.text, remark_line(each)) for each in answer.thread]
    show_texts([Block(act.text, head, act.language), *comment, *thread], f"answer_{act.item_id}")
    with st.expander(_("Write a remark")):
        show_remark_form(project, annotator, act.item_id)


def _turn(offset: int) -> None:
    st.session_state[_OFFSET] = offset


def _show_all() -> None:
    st.session_state[_FLAGGED] = False


st.title(_("My answers"))
project, annotator = chosen_project(), annotator_id()
if problem := take_problem():
    st.warning(as_plain_text(problem), icon=":material/sync_problem:")
flagged = st.toggle(_("Only flagged ones"), key=_FLAGGED, on_change=_turn, args=(0,))
offset = int(st.session_state.get(_OFFSET, 0))
answers = my_answers(services.workspace(), project, annotator, _PAGE + 1, offset, flagged=flagged)
for each in answers[:_PAGE]:
    with st.container(border=True):
        show_answer(each)
if not answers and flagged:
    show_filtered_away(_("None of your answers is flagged."), _("Show all"), _show_all)
elif not answers:
    show_empty(_("Your answers appear here once you have labelled."), "history", "annotate.py", _("Start labelling"))
with st.container(horizontal=True):
    if offset:
        st.button(_("Newer"), on_click=_turn, args=(max(0, offset - _PAGE),))
    if len(answers) > _PAGE:
        st.button(_("Older"), on_click=_turn, args=(offset + _PAGE,))
