"""Languages: how far each one is from its target, what it takes, and what it gets next."""

from pages.components.frame import guard

guard()

import streamlit as st  # noqa: E402

from lamm_core.charts.flags import flags_chart  # noqa: E402
from lamm_core.workflow.headline import headline  # noqa: E402
from lamm_core.workflow.status import ProjectStatus, project_status  # noqa: E402
from pages.components import services  # noqa: E402
from pages.components.advice_panel import show_advice, show_check_sets  # noqa: E402
from pages.components.charts import show_chart  # noqa: E402
from pages.components.frame import as_plain_text, chosen_project  # noqa: E402
from pages.components.language_detail import show_language  # noqa: E402
from pages.components.languages_table import LANGUAGE, show_languages, show_links  # noqa: E402
from pages.components.palette import palette  # noqa: E402
from pages.components.report_button import show_report_button  # noqa: E402
from pages.components.round_notice import show_round_notice  # noqa: E402
from pages.components.what_if import show_what_if  # noqa: E402

_OVERVIEW, _WHAT_IF, _CHECK_SETS = "overview", "what-if", "check-sets"
_VIEWS = {_OVERVIEW: "All languages", _WHAT_IF: "What if", _CHECK_SETS: "Check sets"}
_FLAGS_SAY = (
    "Solid flag: where the language is now, with its 95% interval. Ticked: met; filled: missed; hollow: not proven "
    "either way; crossed: out of reach. Chequered flag: the target."
)


def show_overview(status: ProjectStatus) -> None:
    """The flags, one line a language, and what to know."""
    show_chart(flags_chart(status, palette()), status.project, "languages", headline(status))
    st.caption(_FLAGS_SAY)
    show_languages(status)
    show_links(status)
    show_advice(status)
    if status.chosen_by_text:
        st.caption(
            f"The strategy of this project, {status.project.settings.strategy}, chooses text by text from the whole "
            "pool: how many texts of a language come next is known when they are chosen. Texts of one language may be "
            "chosen for what they teach about another."
        )


def show_all(status: ProjectStatus) -> None:
    """The three views of all languages; the address names the one that is shown."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        view = st.segmented_control(
            "View",
            list(_VIEWS),
            default=_OVERVIEW,
            required=True,
            format_func=_VIEWS.__getitem__,
            key="view",
            bind="query-params",
            label_visibility="collapsed",
        )
        show_report_button(status.project)
    if view == _WHAT_IF:
        show_what_if(status)
    elif view == _CHECK_SETS:
        show_check_sets(status)
    else:
        show_overview(status)


st.title("Languages")
project = chosen_project()
status = project_status(services.workspace(), project)
wanted = st.query_params.get(LANGUAGE)
language = next((each for each in status.languages if each.language == wanted), None)
if language is None:
    st.markdown(f"#### {as_plain_text(headline(status))}")
show_round_notice(project)
if language is not None:
    show_language(status, language)
elif status.pool:
    if wanted:
        st.info(as_plain_text(f"The project {project.name!r} has no language {wanted!r}."), icon=":material/help:")
    show_all(status)
