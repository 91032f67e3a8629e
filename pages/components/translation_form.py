"""The widgets for what is translated, and how much of it counts in training."""

from typing import Any

import streamlit as st

from lamm_core.records import ProjectSettings
from lamm_core.words import translate as _
from lamm_core.workflow.projects import translators


def ask_translation(current: ProjectSettings, key: str) -> dict[str, Any]:
    """Translator, weight of a translation, and whether translations are trained on."""
    with st.expander(_("Translation"), icon=":material/translate:"):
        left, right = st.columns([2, 1])
        summaries = "\n\n".join(f"`{name}`: {summary}" for name, summary in translators().items())
        translator = left.text_input(
            _("Translator, empty for none"), current.translator, key=f"{key}_translator", help=summaries
        )
        weight = right.number_input(
            _("Weight of a translation"),
            0.0,
            1.0,
            current.translation_weight,
            0.05,
            key=f"{key}_translation_weight",
            help=_("What a translated text counts in training; a text that was labelled counts 1."),
        )
        used = st.toggle(_("Train on translations"), current.use_translations, key=f"{key}_use_translations")
    return {"translator": translator.strip(), "translation_weight": weight, "use_translations": used}
