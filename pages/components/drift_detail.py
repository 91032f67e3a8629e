"""One language: whether its texts are still of the kind that its check set was drawn from."""

import pandas as pd
import streamlit as st

from lamm_core.charts.drift import drift_chart
from lamm_core.language_names import language_name
from lamm_core.words import capital
from lamm_core.words import translate as _
from lamm_core.workflow.details import LanguageDetails
from lamm_core.workflow.drift_details import LanguageDrift
from lamm_core.workflow.drift_words import drift_advice, drift_standing, part_words
from lamm_core.workflow.status import LanguageStatus, ProjectStatus
from pages.components.charts import show_chart
from pages.components.frame import as_plain_text
from pages.components.glossary import DRIFT
from pages.components.languages_table import ROW_PIXELS
from pages.components.palette import palette


def show_drift(status: ProjectStatus, language: LanguageStatus, details: LanguageDetails) -> None:
    """What the newest round saw and what to do, the rounds so far, and the texts that are least like the check set."""
    st.subheader(_("Drift"), anchor=False, help=_(DRIFT))
    drift = details.drift
    if not drift.newest:
        st.text(_("Nothing to show yet: it comes with the next round."))
        return
    advice = drift_advice(language, status.project.settings)
    if advice:
        st.warning(as_plain_text(advice), icon=":material/alt_route:")
    for seen in drift.newest:
        # With one comparison it is plain which one is meant.
        words = drift_standing(seen)
        if len(drift.newest) > 1:
            words = _("{texts}: {standing}", texts=capital(part_words(seen)), standing=words)
        st.markdown(as_plain_text(words))
    figure = drift_chart(drift, palette())
    if figure is not None:
        alt = _("Share of texts unlike the check set in {language}, by round", language=language_name(details.language))
        show_chart(figure, status.project, f"{details.language}-drift", alt)
        st.caption(
            _(
                "The share of texts that must be of another kind than the check set, with its 95% interval; rather too "
                "small than too large. Filled: drift is shown; hollow: it is not."
            )
        )
    _show_unlike(drift)


def _show_unlike(drift: LanguageDrift) -> None:
    if not drift.unlike:
        return
    table = pd.DataFrame(
        {"Text": [each.text for each in drift.unlike], "Id": [each.external_id for each in drift.unlike]}
    )
    text = st.column_config.TextColumn
    st.dataframe(
        table,
        hide_index=True,
        row_height=ROW_PIXELS,
        column_config={"Text": text(_("Text"), width=560), "Id": text(_("Id"), width=140)},
    )
    st.caption(_("The texts that are least like the check set: read these for what is new."))
