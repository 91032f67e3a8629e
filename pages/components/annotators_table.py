"""One line an annotator, and below it one a language."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lamm_core.language_names import language_name
from lamm_core.words import number
from lamm_core.words import translate as _
from lamm_core.workflow.agreement_words import short_share
from lamm_core.workflow.annotator_figures import AnnotatorFigures, Figures
from pages.components.frame import as_plain_text


def show_table(annotators: Sequence[AnnotatorFigures]) -> None:
    """All languages together."""
    _show([{"Annotator": each.annotator, **_cells(each.whole)} for each in annotators], _("Annotator"))
    st.caption(
        _(
            "As the others: how often the label is what most of the others say, of the texts that others labelled too. "
            "In brackets stand 95% intervals: a wide one says that there are too few texts to tell."
        )
    )


def show_languages(annotators: Sequence[AnnotatorFigures]) -> None:
    """Each annotator by language, folded."""
    for each in annotators:
        with st.expander(as_plain_text(_("{name} by language", name=each.annotator)), expanded=len(annotators) == 1):
            rows = [{"Language": language_name(one.language or ""), **_cells(one)} for one in each.languages]
            _show(rows, _("Language"))


def _cells(found: Figures) -> dict[str, object]:
    return {
        "Texts": found.labels,
        "Seconds": "–" if found.median_seconds is None else number(found.median_seconds, ".1f"),
        "An hour": "–" if found.per_hour is None else number(found.per_hour, ",.0f"),
        "As the others": short_share(found.with_consensus),
        "Gold right": short_share(found.gold),
        "Skipped": found.skips,
        "Flagged": found.flags,
        "Changed": found.edits,
        "First": found.first,
        "Last": found.last,
    }


def _show(rows: list[dict[str, object]], first: str) -> None:
    """A table whose first column bears that heading."""
    text, count, moment = st.column_config.TextColumn, st.column_config.NumberColumn, st.column_config.DatetimeColumn
    day = "YYYY-MM-DD"
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        column_config={
            next(iter(rows[0])): text(first, pinned=True),
            "Texts": count(_("Texts"), width=50, help=_("Texts with a label that stands.")),
            "Seconds": text(_("Seconds"), width=62, help=_("The middle one of the times that labels took.")),
            "An hour": text(
                _("An hour"),
                width=62,
                help=_("Labels an hour of active time: texts left open for long count 5 minutes each."),
            ),
            "As the others": text(_("As the others"), width=140),
            "Gold right": text(
                _("Gold right"), width=140, help=_("Of the texts with a known class, how many of them got it.")
            ),
            "Skipped": count(_("Skipped"), width=62),
            "Flagged": count(_("Flagged"), width=62),
            "Changed": count(_("Changed"), width=66, help=_("Times that a class was given to a text again.")),
            "First": moment(_("First (UTC)"), width=82, format=day),
            "Last": moment(_("Last (UTC)"), width=82, format=day),
        },
    )
