"""Languages: how far each one is from its target, and what it gets next."""

from pages.components.frame import guard

guard()

import pandas as pd  # noqa: E402
import streamlit as st  # noqa: E402

from lamm_core.language_names import language_name  # noqa: E402
from lamm_core.workflow.headline import headline  # noqa: E402
from lamm_core.workflow.projects import languages_beyond_encoder  # noqa: E402
from lamm_core.workflow.status import ProjectStatus, project_status  # noqa: E402
from pages.components import services  # noqa: E402
from pages.components.flags_chart import flags_chart  # noqa: E402
from pages.components.frame import chosen_project  # noqa: E402
from pages.components.palette import palette  # noqa: E402
from pages.components.round_notice import show_round_notice  # noqa: E402


def show_table(status: ProjectStatus) -> None:
    """The same in numbers."""
    table = pd.DataFrame(
        {
            "Language": [language_name(each.language) for each in status.languages],
            "Accuracy": [_percent(each.measured.accuracy) for each in status.languages],
            "95% interval": [_interval(each.measured.interval, each.measured.checked) for each in status.languages],
            "Target": [_percent(each.target) for each in status.languages],
            "Gap": [f"{100 * each.gap:.0f} points" for each in status.languages],
            "Share of pool": [100 * each.pool_share for each in status.languages],
            "Share of labels": [100 * each.label_share for each in status.languages],
            "Labels": [each.labels for each in status.languages],
            "Next quota": [each.quota for each in status.languages],
        }
    )
    share = {"min_value": 0.0, "max_value": 100.0, "format": "%.1f%%"}
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "Share of pool": st.column_config.ProgressColumn(**share),
            "Share of labels": st.column_config.ProgressColumn(**share),
            "Next quota": st.column_config.NumberColumn(help="Texts of this language in the newest batch."),
            "Gap": st.column_config.TextColumn(help="Target minus accuracy: what the next batch is split by."),
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

    used_up = [each for each in status.languages if each.gap > 0 and 0 < each.pool == each.labels + each.skipped]
    if used_up:
        names = ", ".join(language_name(each.language) for each in used_up)
        st.warning(
            f"{names}: every text is labelled and the target is not met. Bring in more texts on the page Project.",
            icon=":material/inventory_2:",
        )


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
