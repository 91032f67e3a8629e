"""What a comparison found: one sentence, curves, a table, and how to read them."""

import pandas as pd
import streamlit as st

from lamm_core.clock import clock_time
from lamm_core.comparison import Compared, ComparedStrategy, Comparison
from lamm_core.comparison_words import headline, interval, notes, short_verdict
from lamm_core.language_names import language_name
from lamm_core.workflow.workspace import utc_now
from pages.components.comparison_chart import language_charts, mean_chart
from pages.components.frame import as_plain_text
from pages.components.palette import palette

_BAND = "Bands: one standard error over the replays."


def show_result(comparison: Comparison, found: Compared) -> None:
    """The result of the newest comparison that finished."""
    st.markdown(f"#### {as_plain_text(headline(found))}")
    st.plotly_chart(mean_chart(found, palette()), config={"displayModeBar": False}, key="compared_mean")
    st.caption(f"Mean accuracy of {len(found.targets)} languages over labels. {_BAND}")
    show_table(found)
    with st.expander("Each language", icon=":material/flag:"):
        st.plotly_chart(language_charts(found, palette()), config={"displayModeBar": False}, key="compared_languages")
    for note in notes(found):
        st.caption(as_plain_text(note))
    st.caption(as_plain_text(_when(comparison, found)))


def show_table(found: Compared) -> None:
    """One line a strategy."""
    at = f"After {found.labels_at_point:,} labels"
    intervals = {each.strategy: interval(each) for each in found.differences}
    against = {each.strategy: short_verdict(each) for each in found.differences}
    rows = [
        {
            "Strategy": f"{each.name} (yours)" if each is found.own else each.name,
            at: 100 * each.mean.accuracy[found.point],
            f"At the end ({found.labels[-1]:,})": 100 * each.mean.accuracy[-1],
            "To all targets": _labels_to_target(each, found),
            "Difference, points": intervals.get(each.name, ""),
            "Against yours": against.get(each.name, ""),
        }
        for each in found.strategies
    ]
    percent = st.column_config.NumberColumn(format="%.1f%%", help="Mean accuracy of the languages compared.")
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={
            at: percent,
            f"At the end ({found.labels[-1]:,})": percent,
            "Difference, points": st.column_config.TextColumn(
                help="Your mean accuracy over the whole replay minus this one's; in brackets the 95% interval over "
                "replays and check items. Where it holds 0, either may be better."
            ),
            "Against yours": st.column_config.TextColumn(width="medium"),
        },
    )


def _labels_to_target(each: ComparedStrategy, found: Compared) -> str:
    if each.labels_to_target is None:
        return f"not by {found.labels[-1]:,} labels"
    return f"{each.labels_to_target:,.0f} labels"


def _when(comparison: Comparison, found: Compared) -> str:
    finished = clock_time(comparison.finished_at or comparison.heartbeat_at, utc_now(), st.context.timezone)
    items = ", ".join(f"{count:,} in {language_name(each)}" for each, count in found.check_items.items())
    return f"Finished at {finished}: {comparison.seeds} replays a strategy. Check items: {items}."
