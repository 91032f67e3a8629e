"""What if: other targets and another budget, with what they would change, before anything is saved."""

import dataclasses

import pandas as pd
import streamlit as st

from lamm_core.errors import LammError
from lamm_core.language_names import language_name
from lamm_core.records import Project
from lamm_core.words import in_context, number, plural
from lamm_core.words import translate as _
from lamm_core.workflow.forecast_words import forecast_words, price_words
from lamm_core.workflow.headline import effort
from lamm_core.workflow.outlook import Effort
from lamm_core.workflow.projects import MAX_BUDGET, change_settings
from lamm_core.workflow.reasons import state_word
from lamm_core.workflow.status import ProjectStatus
from lamm_core.workflow.what_if import Plan, Prospect, plan
from pages.components import services
from pages.components.frame import as_plain_text, show_error
from pages.components.glossary import FORECAST, PROVEN, QUOTA, WEIGHT
from pages.components.languages_table import ROW_PIXELS
from pages.components.percents import as_percent
from pages.components.settings_form import changed_targets

_SAVED = "what_if_saved"


def show_what_if(status: ProjectStatus) -> None:
    """Targets and budget to play with, and two plans side by side."""
    settings = status.project.settings
    left, right = st.columns([3, 2], gap="large")
    with left:
        targets = _ask_targets(status)
    with right:
        budget = _ask_budget(status.project)
        changed = targets != settings.targets or budget != settings.budget
        _show_buttons(status.project, targets, budget, changed)
    now, then = plan(status, settings.targets, settings.budget), plan(status, targets, budget)
    _show_sums(now, then, settings.currency, changed)
    _show_plans(status, now, then)


def _ask_targets(status: ProjectStatus) -> dict[str, float]:
    targets = status.project.settings.targets
    codes = [each.language for each in status.languages]
    table = pd.DataFrame(
        {
            "Language": [language_name(each) for each in codes],
            "Now": [_now(each.measured.estimate) for each in status.languages],
            "Target": [_percent(targets[each]) for each in codes],
            "What if, %": [as_percent(targets[each]) for each in codes],
        }
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        height="content",
        disabled=["Language", "Now", "Target"],
        column_config={
            "Language": st.column_config.TextColumn(_("Language"), pinned=True),
            "Now": in_context("figure", "Now"),
            "Target": _("Target"),
            "What if, %": st.column_config.NumberColumn(
                _("What if, %"), min_value=1, max_value=100, step=0.5, required=True
            ),
        },
        key=_key(status.project, "targets"),
    )
    changed = changed_targets(
        {each: targets[each] for each in codes}, dict(zip(codes, edited["What if, %"], strict=True))
    )
    return {language: changed[language] for language in targets}


def _ask_budget(project: Project) -> int:
    current = project.settings.budget
    return int(
        st.number_input(
            _("Budget: labels per batch"),
            1,
            MAX_BUDGET,
            current,
            key=_key(project, "budget"),
            help=_("It is {budget:,} now.", budget=current),
        )
    )


def _show_buttons(project: Project, targets: dict[str, float], budget: int, changed: bool) -> None:
    with st.container(horizontal=True):
        save = st.button(_("Save"), type="primary", icon=":material/save:", disabled=not changed)
        st.button(_("Reset"), icon=":material/undo:", disabled=not changed, on_click=_start_anew, args=(project,))
    if save:
        try:
            settings = dataclasses.replace(project.settings, targets=targets, budget=budget)
            change_settings(services.workspace(), project, settings)
        except LammError as error:
            show_error(error)
            return
        _start_anew(project)
        st.session_state[_SAVED] = project.id
        st.rerun()
    if changed:
        st.caption(_("Not saved yet: this only looks ahead."))
    elif st.session_state.pop(_SAVED, None) == project.id:
        st.success(_("Saved. It holds from the next round on."), icon=":material/check:")
    else:
        st.caption(_("Change a target in the table, or the budget, and see below what it would mean."))


def _show_sums(now: Plan, then: Plan, currency: str, changed: bool) -> None:
    """Both plans in a sentence each."""
    st.markdown(_("**As it is:** {sentence}", sentence=as_plain_text(_sum(now, currency))))
    if changed:
        st.markdown(_("**What if:** {sentence}", sentence=as_plain_text(_sum(then, currency))))


def _sum(found: Plan, currency: str) -> str:
    if not any(each.outlook for each in found.prospects):
        return _("no forecast yet; it comes once 3 rounds have measured a language.")
    parts = []
    if found.last is None or not found.last.labels:
        parts.append(_("no target within reach needs labels still"))
    else:
        parts.append(_("{effort} until the last target within reach", effort=_effort(found, found.last, currency)))
    if found.beyond:
        names = _(", ").join(map(language_name, found.beyond))
        parts.append(_("less likely reached than not: {languages}", languages=names))
    return _("{clause}.", clause=_("; ").join(parts))


def _effort(found: Plan, last: Effort, currency: str) -> str:
    batches = plural(
        "{count:,} batch of {budget:,}",
        "{count:,} batches of {budget:,}",
        found.batches(last.labels),
        budget=found.budget,
    )
    labels = effort(dataclasses.replace(last, hours=None))
    return _(", ").join([_("about {effort}", effort=labels), batches, *price_words(last, currency)])


def _show_plans(status: ProjectStatus, now: Plan, then: Plan) -> None:
    """One line a language, both plans side by side."""
    currency = status.project.settings.currency
    what, told = ("Next batch", _quota) if not status.chosen_by_text else ("Weight", _weight)
    pairs = list(zip(now.prospects, then.prospects, strict=True))
    table = pd.DataFrame(
        {
            "Language": [language_name(each.language) for each, _new in pairs],
            "Status": [_arrow(state_word(old.state), state_word(new.state)) for old, new in pairs],
            "Forecast now": [forecast_words(old.outlook, currency) for old, _new in pairs],
            "Forecast then": [forecast_words(new.outlook, currency) for _old, new in pairs],
            f"{what} now": [told(old) for old, _new in pairs],
            f"{what} then": [told(new) for _old, new in pairs],
        }
    )
    text = st.column_config.TextColumn
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        row_height=ROW_PIXELS,
        column_config={
            "Language": text(_("Language"), width=100, pinned=True),
            "Status": text(_("Status"), width=120, help=_(PROVEN)),
            "Forecast now": text(_("Forecast now"), width=210, help=_(FORECAST)),
            "Forecast then": text(_("Forecast then"), width=210, help=_(FORECAST)),
            "Weight now": text(_("Weight now"), help=_(WEIGHT)),
            "Weight then": text(_("Weight then"), help=_(WEIGHT)),
            "Next batch now": text(_("Next batch now"), help=_(QUOTA)),
            "Next batch then": text(_("Next batch then"), help=_(QUOTA)),
        },
    )
    if status.chosen_by_text:
        st.caption(
            _(
                "The strategy of this project, {strategy}, chooses text by text, so no language has a quota; the "
                "weight says how much each language counts when texts are chosen.",
                strategy=status.project.settings.strategy,
            )
        )


def _arrow(old: str, new: str) -> str:
    return old if old == new else f"{old} → {new}"


def _now(figure: float | None) -> str:
    return _("not measured") if figure is None else number(figure, ".1%")


def _percent(target: float) -> str:
    """A target with as many decimals as it has."""
    return number(target, ".0%" if as_percent(target).is_integer() else ".1%")


def _quota(each: Prospect) -> str:
    return _("not known yet") if each.next_quota is None else number(each.next_quota, ",")


def _weight(each: Prospect) -> str:
    return _("not used") if each.weight is None else number(each.weight, ".0%")


def _key(project: Project, part: str) -> str:
    """Widgets start anew under another key once a plan was saved or dropped."""
    return f"what_if_{project.id}_{st.session_state.get(_version(project), 0)}_{part}"


def _version(project: Project) -> str:
    return f"what_if_version_{project.id}"


def _start_anew(project: Project) -> None:
    st.session_state[_version(project)] = st.session_state.get(_version(project), 0) + 1
