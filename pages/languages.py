"""Languages: how far each one is from its target, and what it gets next."""

from pages.components.frame import guard

guard()

import pandas as pd  # noqa: E402
import streamlit as st  # noqa: E402

from lamm_core.language_names import language_name  # noqa: E402
from lamm_core.workflow.headline import headline, points  # noqa: E402
from lamm_core.workflow.projects import languages_beyond_encoder  # noqa: E402
from lamm_core.workflow.status import LanguageStatus, ProjectStatus, project_status  # noqa: E402
from pages.components import services  # noqa: E402
from pages.components.flags_chart import flags_chart  # noqa: E402
from pages.components.frame import chosen_project  # noqa: E402
from pages.components.palette import palette  # noqa: E402
from pages.components.round_notice import show_round_notice  # noqa: E402

_NEXT_HELP = "Texts of this language in a full next batch, by today's accuracy."


def show_table(status: ProjectStatus) -> None:
    """The same in numbers."""
    columns = pd.DataFrame(
        {
            "Language": [language_name(each.language) for each in status.languages],
            "Accuracy": [_percent(each.measured.accuracy) for each in status.languages],
            "95% interval": [_interval(each.measured.interval, each.measured.checked) for each in status.languages],
            "Target": [_percent(each.target) for each in status.languages],
            "Gap": [_gap(each) for each in status.languages],
            "Pool share": [100 * each.pool_share for each in status.languages],
            "Label share": [100 * each.label_share for each in status.languages],
            "Labels": [each.labels for each in status.languages],
            "In this batch": [each.quota for each in status.languages],
            "In the next": [_next_quota(each) for each in status.languages],
        }
    )
    # A strategy that chooses text by text has no quotas to tell beforehand.
    table = columns.drop(columns="In the next") if status.chosen_by_text else columns
    share = {"width": 110, "min_value": 0.0, "max_value": 100.0, "format": "%.1f%%"}
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "Pool share": st.column_config.ProgressColumn(**share),
            "Label share": st.column_config.ProgressColumn(**share),
            "In this batch": st.column_config.NumberColumn(
                help="Texts of this language that the newest round chose; 0 where the queue was full."
            ),
            "In the next": st.column_config.TextColumn(help=_NEXT_HELP),
            "Gap": st.column_config.TextColumn(help="Target minus accuracy: what is missing."),
        },
    )


def show_warnings(status: ProjectStatus) -> None:
    """What a manager should know before trusting the figures."""
    beyond = languages_beyond_encoder(status.project.settings)
    if beyond:
        names = ", ".join(map(language_name, beyond))
        st.warning(
            f"The encoder was not trained on {names}. Accuracy there may stay low whatever is labelled; "
            "another encoder may serve better.",
            icon=":material/translate:",
        )

    missed = [each for each in status.languages if each.measured.checked and each.gap > 0]
    used_up = [each for each in missed if 0 < each.pool == each.labels + each.skipped]
    if used_up:
        names = ", ".join(language_name(each.language) for each in used_up)
        st.warning(
            f"{names}: every text is labelled or skipped and the target is not met. "
            "Bring in more texts on the page Project.",
            icon=":material/inventory_2:",
        )


def _gap(each: LanguageStatus) -> str:
    return points(each.gap) if each.measured.checked else "not measured"


def _next_quota(each: LanguageStatus) -> str:
    return "not known yet" if each.next_quota is None else f"{each.next_quota:,}"


def _percent(share: float | None) -> str:
    return "not measured" if share is None else f"{share:.1%}"


def _interval(bounds: tuple[float, float], checked: int) -> str:
    return f"{bounds[0]:.0%} to {bounds[1]:.0%}" if checked else "not measured"


st.title("Languages")
project = chosen_project()
status = project_status(services.workspace(), project)
st.markdown(f"#### {headline(status)}")
show_round_notice(project)
show_warnings(status)
if status.pool:
    st.plotly_chart(flags_chart(status, palette()), config={"displayModeBar": False}, key="flags")
    st.caption(
        "Solid flag: accuracy on the check set now, with its 95% interval as a thin line. Chequered flag: the target."
    )
    show_table(status)
    if status.chosen_by_text:
        st.caption(
            f"The strategy of this project, {status.project.settings.strategy}, chooses text by text from the whole "
            "pool: how many texts of a language come next is known when they are chosen. Texts of one language may be "
            "chosen for what they teach about another."
        )
