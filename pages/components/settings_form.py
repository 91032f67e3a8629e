"""The widgets for a project's settings, for new projects and for existing ones."""

import pandas as pd
import streamlit as st

from lamm_core.language_names import language_name
from lamm_core.records import ProjectSettings
from lamm_core.selection import UNCERTAINTIES
from lamm_core.workflow.projects import (
    MAX_BUDGET,
    MAX_LEASE_MINUTES,
    builtin_encoders,
    preparations,
    strategies,
    translators,
)


def ask_targets(targets: dict[str, float], key: str) -> dict[str, float]:
    """One target a language, in percent on the screen."""
    table = pd.DataFrame(
        {
            "Code": list(targets),
            "Language": [language_name(each) for each in targets],
            "Target, %": [_percent(each) for each in targets.values()],
        }
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        disabled=["Code", "Language"],
        column_config={"Target, %": st.column_config.NumberColumn(min_value=1, max_value=100, step=0.5, required=True)},
        key=f"{key}_targets",
        width=420,
    )
    return changed_targets(targets, dict(zip(edited["Code"], edited["Target, %"], strict=True)))


def changed_targets(targets: dict[str, float], percents: dict[str, float]) -> dict[str, float]:
    """The targets after an edit; one that reads as before stays exactly as it was, whatever the screen rounds away."""
    return {
        code: targets[code] if percent == _percent(targets[code]) else percent / 100
        for code, percent in percents.items()
    }


def _percent(target: float) -> float:
    return round(100 * target, 1)


def ask_settings(current: ProjectSettings, key: str) -> ProjectSettings:
    """All settings but the classes, filled with the current ones."""
    st.markdown("**Target accuracy of each language**")
    targets = ask_targets(current.targets, key)
    guidelines = st.text_area(
        "Guidelines for annotators",
        current.guidelines,
        height=150,
        key=f"{key}_guidelines",
        help="Shown under the labelling card, as plain text.",
    )
    left, middle, right = st.columns(3)
    budget = left.number_input(
        "Budget: labels per batch",
        1,
        MAX_BUDGET,
        current.budget,
        key=f"{key}_budget",
        help="A small batch learns from labels sooner; a large one needs fewer rounds.",
    )
    registered = strategies()
    # A composed strategy comes from the command line; it stays until another one is chosen.
    names = list(dict.fromkeys([*registered, current.strategy]))
    strategy = middle.selectbox(
        "Strategy",
        names,
        names.index(current.strategy),
        key=f"{key}_strategy",
        format_func=_strategy_label,
        help="\n\n".join(f"{_strategy_label(name)}: {summary}" for name, summary in registered.items()),
    )
    uncertainty = right.selectbox(
        "Uncertainty",
        list(UNCERTAINTIES),
        list(UNCERTAINTIES).index(current.uncertainty),
        key=f"{key}_uncertainty",
        help="How doubt about a text is measured.",
    )
    first, rest = st.columns([1, 2])
    lease = first.number_input(
        "Lease, minutes",
        1,
        MAX_LEASE_MINUTES,
        current.lease_minutes,
        key=f"{key}_lease",
        help="How long an annotator may hold a text before others get it.",
    )
    with rest:
        encoder = _ask_encoder(current.encoder, key)
    preparation = _ask_preparation(current.preparation, key)
    automatic = st.toggle(
        "Start the next round by itself when a batch is nearly done", current.automatic_rounds, key=f"{key}_automatic"
    )
    translator, weight, used = _ask_translation(current, key)
    return ProjectSettings(
        classes=current.classes,
        targets=targets,
        guidelines=guidelines or "",
        budget=int(budget),
        strategy=strategy,
        uncertainty=uncertainty,
        encoder=encoder,
        preparation=preparation,
        seed=current.seed,
        lease_minutes=int(lease),
        automatic_rounds=automatic,
        translator=translator,
        translation_weight=weight,
        use_translations=used,
    )


def _ask_translation(current: ProjectSettings, key: str) -> tuple[str, float, bool]:
    """Translator, weight of a translation, and whether translations are trained on."""
    with st.expander("Translation", icon=":material/translate:"):
        left, right = st.columns([2, 1])
        summaries = "\n\n".join(f"`{name}`: {summary}" for name, summary in translators().items())
        translator = left.text_input(
            "Translator, empty for none", current.translator, key=f"{key}_translator", help=summaries
        )
        weight = right.number_input(
            "Weight of a translation",
            0.0,
            1.0,
            current.translation_weight,
            0.05,
            key=f"{key}_translation_weight",
            help="What a translated text counts in training; a text that was labelled counts 1.",
        )
        used = st.toggle("Train on translations", current.use_translations, key=f"{key}_use_translations")
    return translator.strip(), weight, used


def _ask_preparation(current: str, key: str) -> str:
    summaries = preparations()
    # A combination of parts comes from the command line; it stays until another one is chosen.
    names = list(dict.fromkeys([*summaries, current]))
    return st.selectbox(
        "Preparation",
        names,
        names.index(current),
        key=f"{key}_preparation",
        format_func=lambda name: f"{name}: {summaries[name]}" if name in summaries else name,
        help="What is done to the embeddings of texts before a model is fitted.",
    )


def _strategy_label(name: str) -> str:
    return name.upper() if name in ("lamm", "ea", "lc") else name


def _ask_encoder(current: str, key: str) -> str:
    builtin = builtin_encoders()
    options = list(dict.fromkeys([*builtin, current]))
    summaries = "\n\n".join(f"{name}: {summary}" for name, summary in builtin.items())
    chosen = st.selectbox(
        "Encoder",
        options,
        options.index(current),
        key=f"{key}_encoder",
        accept_new_options=True,
        help=f"{summaries}\n\nOr type the id or the folder of any sentence-transformers model.",
    )
    return str(chosen or current)
