"""The widgets for a project's settings, for new projects and for existing ones."""

import dataclasses
from typing import Any

import pandas as pd
import streamlit as st

from lamm_core.language_names import language_name
from lamm_core.records import Consensus, Metric, ProjectSettings
from lamm_core.selection import UNCERTAINTIES
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.projects import (
    MAX_BUDGET,
    MAX_GOLD_COUNT,
    MAX_LEASE_MINUTES,
    MAX_OVERLAP_COUNT,
    builtin_encoders,
    preparations,
    strategies,
)
from pages.components.class_targets_form import ask_class_targets
from pages.components.glossary import TARGET, UNCERTAINTY
from pages.components.measuring_form import ask_check_set, ask_costs
from pages.components.percents import as_fraction, as_percent
from pages.components.translation_form import ask_translation

_METRICS = {
    Metric.ACCURACY: (marked("Accuracy"), marked("the share of texts that get the right class")),
    Metric.MACRO_F1: (marked("Macro-F1"), marked("every class counts the same, however rare")),
}
_CONSENSUS = {
    Consensus.MAJORITY: marked("What most of them say"),
    Consensus.DAWID_SKENE: marked("What is likeliest, by how reliable each of them is (Dawid-Skene)"),
}
_METRIC_HELP = marked("Choose macro-F1 where mistakes in rare classes must not hide behind common ones.")


@dataclasses.dataclass(frozen=True)
class Answers:
    """What the form holds, and one sentence on what of it cannot be read; empty where all can."""

    settings: ProjectSettings
    problem: str


def ask_settings(current: ProjectSettings, key: str) -> Answers:
    """All settings but the classes, filled with the current ones."""
    st.subheader(_("Targets"), anchor=False)
    metric = _ask_metric(current.metric, key)
    targets = ask_targets(current.targets, key)
    class_targets, problem = ask_class_targets(current, key)
    st.subheader(_("Batches and strategy"), anchor=False)
    changes = _ask_batches(current, key)
    changes |= {
        "encoder": _ask_encoder(current.encoder, key),
        "preparation": _ask_preparation(current.preparation, key),
    }
    st.subheader(_("Annotators"), anchor=False)
    changes |= _ask_annotators(current, key)
    st.subheader(_("Further settings"), anchor=False)
    changes |= ask_check_set(current, key) | ask_costs(current, key) | ask_translation(current, key)
    changed = dataclasses.replace(current, metric=metric, targets=targets, class_targets=class_targets, **changes)
    return Answers(changed, problem)


def _ask_metric(current: str, key: str) -> str:
    options, words = [each.value for each in Metric], {each.value: _(_METRICS[each][0]) for each in Metric}
    chosen = st.radio(
        _("What the targets speak of"),
        options,
        options.index(current),
        format_func=words.__getitem__,
        captions=[_(_METRICS[each][1]) for each in Metric],
        horizontal=True,
        key=f"{key}_metric",
        help=_(_METRIC_HELP),
    )
    return str(chosen)


def ask_targets(targets: dict[str, float], key: str) -> dict[str, float]:
    """One target a language, in percent on the screen."""
    table = pd.DataFrame(
        {
            "Code": list(targets),
            "Language": [language_name(each) for each in targets],
            "Target, %": [as_percent(each) for each in targets.values()],
        }
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        disabled=["Code", "Language"],
        column_config={
            "Code": _("Code"),
            "Language": _("Language"),
            "Target, %": st.column_config.NumberColumn(
                _("Target, %"), min_value=1, max_value=100, step=0.5, required=True, help=_(TARGET)
            ),
        },
        key=f"{key}_targets",
        width=420,
    )
    return changed_targets(targets, dict(zip(edited["Code"], edited["Target, %"], strict=True)))


def changed_targets(targets: dict[str, float], percents: dict[str, float]) -> dict[str, float]:
    """The targets after an edit; one that reads as before stays exactly as it was, whatever the screen rounds away."""
    return {code: as_fraction(percent, targets[code]) for code, percent in percents.items()}


def _ask_batches(current: ProjectSettings, key: str) -> dict[str, Any]:
    left, middle, right = st.columns(3)
    budget = left.number_input(
        _("Budget: labels per batch"),
        1,
        MAX_BUDGET,
        current.budget,
        key=f"{key}_budget",
        help=_("A small batch learns from labels sooner; a large one needs fewer rounds."),
    )
    registered = strategies()
    # A composed strategy comes from the command line; it stays until another one is chosen.
    names = list(dict.fromkeys([*registered, current.strategy]))
    strategy = middle.selectbox(
        _("Strategy"),
        names,
        names.index(current.strategy),
        key=f"{key}_strategy",
        format_func=_strategy_label,
        help="\n\n".join(f"{_strategy_label(name)}: {summary}" for name, summary in registered.items()),
    )
    uncertainty = right.selectbox(
        _("Uncertainty"),
        list(UNCERTAINTIES),
        list(UNCERTAINTIES).index(current.uncertainty),
        key=f"{key}_uncertainty",
        help=_(UNCERTAINTY),
    )
    automatic = st.toggle(
        _("Start the next round by itself when a batch is nearly done"),
        current.automatic_rounds,
        key=f"{key}_automatic",
    )
    near_duplicates = st.toggle(
        _("Set texts aside that nearly repeat another one"),
        current.near_duplicates,
        key=f"{key}_near_duplicates",
        help=_("So that nobody labels the same text twice. Look them over under Import, and keep those that differ."),
    )
    return {
        "budget": int(budget),
        "strategy": strategy,
        "uncertainty": uncertainty,
        "automatic_rounds": automatic,
        "near_duplicates": near_duplicates,
    }


def _strategy_label(name: str) -> str:
    return name.upper() if name in ("lamm", "ea", "lc") else name


def _ask_encoder(current: str, key: str) -> str:
    builtin = builtin_encoders()
    options = list(dict.fromkeys([*builtin, current]))
    summaries = [f"{name}: {summary}" for name, summary in builtin.items()]
    others = _("Or type the id or the folder of any sentence-transformers model.")
    chosen = st.selectbox(
        _("Encoder"),
        options,
        options.index(current),
        key=f"{key}_encoder",
        accept_new_options=True,
        help="\n\n".join([*summaries, others]),
    )
    return str(chosen or current)


def _ask_preparation(current: str, key: str) -> str:
    summaries = preparations()
    # A combination of parts comes from the command line; it stays until another one is chosen.
    names = list(dict.fromkeys([*summaries, current]))
    return st.selectbox(
        _("Preparation"),
        names,
        names.index(current),
        key=f"{key}_preparation",
        format_func=lambda name: f"{name}: {summaries[name]}" if name in summaries else name,
        help=_("What is done to the embeddings of texts before a model is fitted."),
    )


def _ask_annotators(current: ProjectSettings, key: str) -> dict[str, Any]:
    guidelines = st.text_area(
        _("Guidelines for annotators"),
        current.guidelines,
        height=150,
        key=f"{key}_guidelines",
        help=_("Shown under the labelling card, as plain text."),
    )
    lease = st.number_input(
        _("Lease, minutes"),
        1,
        MAX_LEASE_MINUTES,
        current.lease_minutes,
        key=f"{key}_lease",
        help=_("How long an annotator may hold a text before others get it."),
        width=240,
    )
    suggestions = st.toggle(
        _("Show what the model would answer"),
        current.suggestions,
        key=f"{key}_suggestions",
        help=_(
            "Faster where the model is good, but people lean on it. Check texts never have a suggestion, and neither "
            "do as many others."
        ),
    )
    changes = {"guidelines": guidelines or "", "lease_minutes": int(lease), "suggestions": suggestions}
    return changes | _ask_overlap(current, key) | _ask_gold(current, key)


def _ask_overlap(current: ProjectSettings, key: str) -> dict[str, Any]:
    left, right = st.columns(2)
    share = left.number_input(
        _("Texts that several people label, % of each batch"),
        0.0,
        100.0,
        as_percent(current.overlap_share),
        5.0,
        format="%g",
        key=f"{key}_overlap_share",
        help=_("Drawn by chance, so that you know how often people agree. They cost an answer more each."),
    )
    count = right.number_input(
        _("People who label each of them"), 2, MAX_OVERLAP_COUNT, current.overlap_count, key=f"{key}_overlap_count"
    )
    words = {each: _(told) for each, told in _CONSENSUS.items()}
    consensus = st.selectbox(
        _("The class of a text that several people labelled"),
        list(_CONSENSUS),
        list(_CONSENSUS).index(Consensus(current.consensus)),
        format_func=words.__getitem__,
        key=f"{key}_consensus",
        help=_(
            "Models learn from it, and are measured with it. How reliable each person is follows from the texts they "
            "share; with too few of them, most labels win. A reviewer's decision goes before either."
        ),
        width=480,
    )
    return {
        "overlap_share": as_fraction(share, current.overlap_share),
        "overlap_count": int(count),
        "consensus": str(consensus),
    }


def _ask_gold(current: ProjectSettings, key: str) -> dict[str, Any]:
    count = st.number_input(
        _("Gold items that a newcomer answers first"),
        0,
        MAX_GOLD_COUNT,
        current.gold_count,
        key=f"{key}_gold_count",
        help=_(
            "Texts imported as gold, with a known class. They look like all others; how many each annotator gets right "
            "is shown with each language. 0 asks for none."
        ),
        width=320,
    )
    feedback = st.toggle(
        _("Tell annotators the known class of a gold item"),
        current.gold_feedback,
        key=f"{key}_gold_feedback",
        help=_("After they answered it. They learn from it, and learn which texts are gold."),
    )
    return {"gold_count": int(count), "gold_feedback": feedback}
