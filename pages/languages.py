"""Languages: how far each one is from its target, what it takes, and what it gets next."""

import streamlit as st

from lamm_core.charts.flags import flags_chart
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.headline import headline
from lamm_core.workflow.status import ProjectStatus, project_status
from pages.components import services
from pages.components.advice_panel import show_advice, show_causes, show_check_sets
from pages.components.charts import show_chart
from pages.components.first_steps import note_flags
from pages.components.frame import as_plain_text, chosen_project
from pages.components.language_detail import show_language
from pages.components.languages_table import LANGUAGE, show_languages, show_links
from pages.components.palette import palette
from pages.components.report_button import show_report_button
from pages.components.round_notice import show_round_notice
from pages.components.what_if import show_what_if

_VIEW, _VIEW_CHOICE = "view", "view_choice"
_OVERVIEW, _WHAT_IF, _CHECK_SETS = "overview", "what-if", "check-sets"
_VIEWS = {_OVERVIEW: marked("All languages"), _WHAT_IF: marked("What if"), _CHECK_SETS: marked("Check sets")}
_FLAGS_SAY = marked(
    "Solid flag: where the language is now, with its 95% interval. Ticked: met; filled: missed; hollow: not proven "
    "either way; crossed: out of reach. Chequered flag: the target."
)


def show_overview(status: ProjectStatus) -> None:
    """The flags, one line a language, and what to know."""
    if status.model is not None:
        note_flags()
    show_chart(flags_chart(status, palette()), status.project, "languages", headline(status))
    st.caption(_(_FLAGS_SAY))
    show_languages(status)
    show_links(status)
    show_advice(status)
    show_causes(status, status.languages)
    if status.chosen_by_text:
        st.caption(
            _(
                "The strategy of this project, {strategy}, chooses text by text from the whole pool: how many texts of "
                "a language come next is known when they are chosen. Texts of one language may be chosen for what they "
                "teach about another.",
                strategy=status.project.settings.strategy,
            )
        )


def ask_view() -> str:
    """One of the views. The address names it in English whatever the reader's language, so that links work for all."""
    named, words = {name: view for view, name in _VIEWS.items()}, {view: _(name) for view, name in _VIEWS.items()}
    st.session_state[_VIEW_CHOICE] = named.get(st.query_params.get(_VIEW, ""), _OVERVIEW)
    return st.segmented_control(
        _("View"),
        list(_VIEWS),
        required=True,
        format_func=words.__getitem__,
        key=_VIEW_CHOICE,
        on_change=_note_view,
        label_visibility="collapsed",
    )


def _note_view() -> None:
    view = st.session_state[_VIEW_CHOICE]
    if view == _OVERVIEW:
        st.query_params.pop(_VIEW, None)
    else:
        st.query_params[_VIEW] = _VIEWS[view]


def show_all(status: ProjectStatus) -> None:
    """The three views of all languages; the address names the one that is shown."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        view = ask_view()
        show_report_button(status.project)
    if view == _WHAT_IF:
        show_what_if(status)
    elif view == _CHECK_SETS:
        show_check_sets(status)
    else:
        show_overview(status)


st.title(_("Languages"))
project = chosen_project()
status = project_status(services.workspace(), project)
wanted = st.query_params.get(LANGUAGE)
language = next((each for each in status.languages if each.language == wanted), None)
if language is None:
    st.markdown(f"#### {as_plain_text(headline(status))}")
show_round_notice(project)
if language is not None:
    show_language(status, language)
elif not status.pool:
    st.page_link("project.py", label=_("Bring in texts"), icon=":material/arrow_forward:")
else:
    if wanted:
        lacks = _("The project {name!r} has no language {language!r}.", name=project.name, language=wanted)
        st.info(as_plain_text(lacks), icon=":material/help:")
    if status.model is None:
        st.page_link("annotate.py", label=_("Start labelling"), icon=":material/arrow_forward:")
    show_all(status)
