"""How far the annotators of a language agree, and where they do not."""

import pandas as pd
import streamlit as st

from lamm_core.words import in_context, number
from lamm_core.words import translate as _
from lamm_core.workflow.agreement import Agreement
from lamm_core.workflow.agreement_words import (
    ANNOTATORS_SAY,
    CLASSES_SAY,
    PAIRS_SAY,
    agreement_sentences,
    short_figure,
    short_share,
)


def show_agreement(found: Agreement) -> None:
    """What the figures say; where they are low, who and what disagrees most; then each annotator."""
    st.subheader(_("Agreement"), anchor=False)
    if found.alpha.estimate is not None:
        st.metric(_("Krippendorff's alpha"), number(found.alpha.estimate, ".2f"))
    st.text(" ".join(agreement_sentences(found)))
    if found.is_low:
        _show_classes(found)
        _show_pairs(found)
    if found.items:
        _show_annotators(found)


def _show_classes(found: Agreement) -> None:
    if not found.weak_classes:
        return
    table = pd.DataFrame(
        {
            "Class": [each.class_name for each in found.weak_classes],
            "Alpha": [short_figure(each.alpha) for each in found.weak_classes],
        }
    )
    st.dataframe(table, hide_index=True, column_config={"Class": _("Class"), "Alpha": in_context("column", "Alpha")})
    st.caption(_(CLASSES_SAY))


def _show_pairs(found: Agreement) -> None:
    # With two annotators, the pair says what the whole says.
    if not found.weak_pairs or len(found.pairs) == 1:
        return
    table = pd.DataFrame(
        {
            "Annotators": [f"{each.first}, {each.second}" for each in found.weak_pairs],
            "Shared texts": [each.kappa.units for each in found.weak_pairs],
            "Kappa": [short_figure(each.kappa) for each in found.weak_pairs],
        }
    )
    headings = {
        "Annotators": _("Annotators"),
        "Shared texts": _("Shared texts"),
        "Kappa": in_context("column", "Kappa"),
    }
    st.dataframe(table, hide_index=True, column_config=headings)
    st.caption(_(PAIRS_SAY))


def _show_annotators(found: Agreement) -> None:
    table = pd.DataFrame(
        {
            "Annotator": [each.name for each in found.annotators],
            "Texts": [each.items for each in found.annotators],
            "As the others": [short_share(each.with_others) for each in found.annotators],
            "Gold right": [short_share(each.gold) for each in found.annotators],
        }
    )
    headings = {
        "Annotator": _("Annotator"),
        "Texts": _("Texts"),
        "As the others": _("As the others"),
        "Gold right": _("Gold right"),
    }
    st.dataframe(table, hide_index=True, column_config=headings)
    st.caption(_(ANNOTATORS_SAY))
