"""The widgets for how the check set grows, and for what a label costs."""

from typing import Any

import streamlit as st

from lamm_core.records import ProjectSettings
from lamm_core.words import marked
from lamm_core.words import translate as _
from pages.components.percents import as_fraction, as_percent

_MAX_CURRENCY = 10
_CHECK_HELP = marked(
    "The check set measures how good the model is; it is never trained on. Where none was imported, it grows by "
    "itself: some texts of each language are set apart, and annotators are asked about them between the others."
)


def ask_check_set(current: ProjectSettings, key: str) -> dict[str, float]:
    """How many check texts are asked, how many are set apart, and how exact figures shall become."""
    with st.expander(_("Check set"), icon=":material/fact_check:"):
        st.caption(_(_CHECK_HELP))
        left, middle, right = st.columns(3)
        share = left.number_input(
            _("Check texts beside 100 labels"),
            0.0,
            100.0,
            as_percent(current.check_share),
            5.0,
            format="%g",
            key=f"{key}_check_share",
            help=_("More of them make figures exact sooner and cost more answers; 0 asks for none."),
        )
        part = middle.number_input(
            _("Texts set apart, % of each language"),
            0.0,
            90.0,
            as_percent(current.check_part),
            5.0,
            format="%g",
            key=f"{key}_check_part",
            help=_("They are chosen at random and can no longer be chosen for training."),
        )
        width = right.number_input(
            _("Exact enough at ± percentage points"),
            0.5,
            50.0,
            as_percent(current.check_width),
            0.5,
            format="%g",
            key=f"{key}_check_width",
            help=_(
                "A language has enough check texts once its figure is known within so many points, 95 times in 100."
            ),
        )
    return {
        "check_share": as_fraction(share, current.check_share),
        "check_part": as_fraction(part, current.check_part),
        "check_width": as_fraction(width, current.check_width),
    }


def ask_costs(current: ProjectSettings, key: str) -> dict[str, Any]:
    """What a label costs, and in which currency."""
    with st.expander(_("Costs"), icon=":material/payments:"):
        left, right = st.columns(2)
        price = left.number_input(
            _("Price per label"),
            0.0,
            None,
            current.price_per_label,
            0.01,
            format="%.2f",
            key=f"{key}_price",
            help=_("What one answer of an annotator costs you. With 0, costs are left out."),
        )
        currency = right.text_input(
            _("Currency"),
            current.currency,
            max_chars=_MAX_CURRENCY,
            key=f"{key}_currency",
            help=_("Such as EUR or USD."),
        )
    return {"price_per_label": price, "currency": currency.strip()}
