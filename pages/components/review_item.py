"""One text before its reviewer: what was said of it, what to decide, and the thread about it."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from lamm_core.errors import LammError
from lamm_core.language_names import language_name
from lamm_core.records import Project
from lamm_core.reviewing import ReviewItem
from lamm_core.words import translate as _
from lamm_core.workflow import review
from lamm_core.workflow.remarks import MAX_REMARK, write_remark
from lamm_core.workflow.review_words import decision_sentence, opinion_line, remark_line, suspicion_sentence
from pages.components import services
from pages.components.frame import as_plain_text
from pages.components.texts import Block, show_texts

_PROBLEM = "review_problem"


def show_item(project: Project, reviewer: int, item_id: int) -> None:
    """All of one text. A decision leaves it on the screen, so that a key held too long decides nothing unseen."""
    found = review.review_item(services.workspace(), project, item_id)
    if problem := take_problem():
        st.warning(as_plain_text(problem), icon=":material/sync_problem:")
    show_texts([Block(found.text, _head(found), found.language, big=True)], f"review_text_{item_id}")
    if suspicion := suspicion_sentence(found):
        st.text(suspicion)
    opinions = [Block(each.comment or "", opinion_line(each), found.language) for each in found.opinions]
    show_texts(opinions, f"review_opinions_{item_id}")
    if found.review is not None:
        st.text(decision_sentence(found.review))
    _show_decisions(project, reviewer, found)
    _show_thread(project, reviewer, found)


def take_problem() -> str:
    """What went wrong in the run before, once; empty for nothing."""
    return str(st.session_state.pop(_PROBLEM, ""))


def _head(found: ReviewItem) -> str:
    return f"{language_name(found.language)}  ·  {found.external_id}"


def _show_decisions(project: Project, reviewer: int, found: ReviewItem) -> None:
    if found.is_settled:
        _button(_("Undo"), "u", partial(_decide, review.undo_decision, project, reviewer, found))
        return
    if found.opinions:
        name = as_plain_text(found.class_name or "")
        label = _("Accept {class_name}", class_name=name) if name else _("Accept the skip")
        _button(label, "a", partial(_decide, review.accept, project, reviewer, found), primary=True)
    if found.class_name is not None:
        _show_change(project, reviewer, found)
    _show_send_back(project, reviewer, found)


def _show_change(project: Project, reviewer: int, found: ReviewItem) -> None:
    others = [name for name in project.settings.classes if name != found.class_name]
    proposed = others.index(found.likelier) if found.likelier in others else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(_("Another class"), others, index=proposed, key=f"review_class_{found.item_id}")
        label = _("Change") if chosen is None else _("Change to {class_name}", class_name=as_plain_text(chosen))
        act = partial(_decide, review.change, project, reviewer, found, chosen)
        _button(label, "e", act, disabled=chosen is None)


def _show_send_back(project: Project, reviewer: int, found: ReviewItem) -> None:
    people = review.annotators_to_ask(services.workspace(), project)
    first = review.first_to_ask(found)
    with st.expander(_("Send back")):
        place = list(people).index(first.annotator_id) if first and first.annotator_id in people else None
        key = f"review_asked_{found.item_id}"
        asked = st.selectbox(_("Who is asked again"), list(people), place, format_func=people.__getitem__, key=key)
        remark_key = f"review_remark_{found.item_id}"
        st.text_area(_("What they should mind"), max_chars=MAX_REMARK, key=remark_key)

        def send() -> None:
            _decide(review.send_back, project, reviewer, found, asked, st.session_state[remark_key])

        _button(_("Send back"), None, send, disabled=asked is None)


def _show_thread(project: Project, reviewer: int, found: ReviewItem) -> None:
    st.subheader(_("Remarks"), anchor=False)
    show_texts([Block(each.text, remark_line(each)) for each in found.thread], f"review_thread_{found.item_id}")
    show_remark_form(project, reviewer, found.item_id)


def show_remark_form(project: Project, annotator: int, item_id: int) -> None:
    """A field to write about a text."""
    with st.form(f"remark_{item_id}", clear_on_submit=True, border=False):
        written = st.text_area(_("Write a remark"), max_chars=MAX_REMARK, height=80)
        if st.form_submit_button(_("Add")):
            _try(partial(write_remark, services.workspace(), project, annotator, item_id, written))
            st.rerun()


def _button(
    label: str, shortcut: str | None, act: Callable[[], None], *, primary: bool = False, disabled: bool = False
) -> None:
    kind = "primary" if primary else "secondary"
    st.button(label, shortcut=shortcut, type=kind, disabled=disabled, on_click=act)


def _decide(
    decision: Callable[..., ReviewItem], project: Project, reviewer: int, found: ReviewItem, *more: object
) -> None:
    _try(partial(decision, services.workspace(), project, reviewer, found.item_id, found.seen, *more))


def _try(act: Callable[[], object]) -> None:
    """What cannot be done is told in the next run, above the text as it is by then."""
    try:
        act()
    except LammError as error:
        st.session_state[_PROBLEM] = str(error)
