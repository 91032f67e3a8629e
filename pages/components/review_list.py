"""The list of what needs a look: chips for the reasons, filters, and one line a text."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from lamm_core.language_names import language_name
from lamm_core.records import Project
from lamm_core.reviewing import Reason, ReviewFilter, ReviewList
from lamm_core.words import number, plural
from lamm_core.words import translate as _
from lamm_core.workflow.review import PAGE as PAGE
from lamm_core.workflow.review import annotators_to_ask
from lamm_core.workflow.review_words import reason_word
from pages.components import services
from pages.components.empty import show_empty, show_filtered_away

# Where the reader is: the text that is open, its place in the list, and the page of the list.
_ITEM, _PLACE, _OFFSET = "review_item", "review_place", "review_offset"
_HEIGHT = 320
_FILTERS = ("reason", "language", "class", "annotator")


def ask_filter(project: Project, counts: Mapping[Reason, int]) -> ReviewFilter:
    """Which texts to list."""
    reason = st.pills(
        _("Reason"),
        list(Reason),
        format_func=lambda each: f"{reason_word(each)} {number(counts[each], ',')}",
        key="review_reason",
        on_change=_start_again,
        label_visibility="collapsed",
    )
    with st.expander(_("Filter")), st.container(horizontal=True):
        language = _choice(_("Language"), project.languages, "language")
        class_name = _choice(_("Class"), project.settings.classes, "class")
        people = annotators_to_ask(services.workspace(), project)
        annotator = _choice(_("Annotator"), tuple(people.values()), "annotator")
    return ReviewFilter(reason, language, class_name, annotator)


def _choice(label: str, options: tuple[str, ...], name: str) -> str | None:
    shown = language_name if name == "language" else str
    key = f"review_{name}"
    return st.selectbox(
        label, options, index=None, placeholder=_("All"), format_func=shown, key=key, on_change=_start_again
    )


def _start_again() -> None:
    for key in (_ITEM, _PLACE, _OFFSET):
        st.session_state.pop(key, None)


def page_offset() -> int:
    """How many texts stand on the pages before the one that is shown."""
    return int(st.session_state.get(_OFFSET, 0))


def chosen_item(found: ReviewList) -> int | None:
    """The text that is open: the one chosen last, even once it needs no look any more; else the first of the list."""
    ids = [each.item_id for each in found.entries]
    item_id = st.session_state.get(_ITEM)
    if item_id is None and ids:
        item_id = st.session_state[_ITEM] = ids[0]
    if item_id in ids:
        st.session_state[_PLACE] = ids.index(item_id)
    return item_id


def show_list(found: ReviewList, item_id: int | None) -> None:
    """One line a text, with ways to the next and the one before."""
    ids = [each.item_id for each in found.entries]
    place = int(st.session_state.get(_PLACE, 0))
    before = place - 1
    after = place + 1 if item_id in ids else min(place, len(ids) - 1)
    with st.container(horizontal=True):
        _step(_("Previous"), "p", ids, before)
        _step(_("Next"), "n", ids, after)
    # The key changes with the text that is open, so that the mark and what was clicked never say different things.
    key = f"review_list_{item_id}"
    st.dataframe(
        pd.DataFrame(
            {
                "": ["▸" if each.item_id == item_id else "" for each in found.entries],
                "Text": [each.text for each in found.entries],
                "Class": [each.class_name or "–" for each in found.entries],
                "Reason": [", ".join(reason_word(one) for one in each.reasons) for each in found.entries],
            }
        ),
        hide_index=True,
        height=min(_HEIGHT, 38 + 35 * len(ids)),
        column_config={
            "": st.column_config.TextColumn("", width=24),
            "Text": st.column_config.TextColumn(_("Text"), width="medium"),
            "Class": _("Class"),
            "Reason": _("Reason"),
        },
        on_select=lambda: _open_selected(key, ids),
        selection_mode="single-row",
        key=key,
    )
    st.caption(plural("{count:,} text", "{count:,} texts", found.total))
    _show_pages(found)


def _step(label: str, shortcut: str, ids: list[int], place: int) -> None:
    target = ids[place] if 0 <= place < len(ids) else None
    st.button(label, shortcut=shortcut, disabled=target is None, on_click=_open, args=(target,))


def _open(item_id: int) -> None:
    st.session_state[_ITEM] = item_id


def _open_selected(key: str, ids: list[int]) -> None:
    rows = st.session_state[key].selection.rows
    if rows:
        _open(ids[rows[0]])


def _show_pages(found: ReviewList) -> None:
    if found.total <= PAGE:
        return
    offset = page_offset()
    with st.container(horizontal=True):
        st.button(_("Newer"), disabled=offset == 0, on_click=_turn, args=(max(0, offset - PAGE),))
        st.button(_("Older"), disabled=offset + PAGE >= found.total, on_click=_turn, args=(offset + PAGE,))


def _turn(offset: int) -> None:
    _start_again()
    st.session_state[_OFFSET] = offset


def show_none(wanted: ReviewFilter) -> None:
    """Nothing to look at, and what would change that."""
    if wanted != ReviewFilter():
        show_filtered_away(_("No text fits these filters."), _("Show all"), _take_filters_off)
        return
    sentence = _(
        "Nothing needs a look. Texts appear here when annotators flag them or comment on them, when labels of several "
        "annotators differ, when an annotator answers what was sent back, and, from 100 labels on, when a round finds "
        "labels that are likely errors."
    )
    show_empty(sentence, "task_alt", "team.py", _("See how far annotators agree"))


def _take_filters_off() -> None:
    for name in _FILTERS:
        st.session_state[f"review_{name}"] = None
    _start_again()
