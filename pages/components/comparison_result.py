"""What a comparison found: one sentence, curves, a table, and how to read them."""

from functools import partial

import pandas as pd
import streamlit as st

from lamm_core.clock import clock_time
from lamm_core.comparison import Compared, ComparedStrategy, Comparison
from lamm_core.comparison_words import headline, interval, notes, short_verdict
from lamm_core.language_names import language_name
from lamm_core.words import translate as _
from lamm_core.workflow.workspace import utc_now
from pages.components.comparison_chart import language_charts, mean_chart
from pages.components.frame import as_plain_text
from pages.components.palette import palette


def show_result(comparison: Comparison, found: Compared) -> None:
    """The result of the newest comparison that finished."""
    st.markdown(f"#### {as_plain_text(headline(found))}")
    st.plotly_chart(mean_chart(found, palette()), config={"displayModeBar": False}, key="compared_mean")
    st.caption(
        _(
            "Mean accuracy of {languages} languages over labels. Bands: one standard error over the replays.",
            languages=len(found.targets),
        )
    )
    show_table(found)
    with st.expander(_("Each language"), icon=":material/flag:"):
        st.plotly_chart(language_charts(found, palette()), config={"displayModeBar": False}, key="compared_languages")
    for note in notes(found):
        st.caption(as_plain_text(note))
    st.caption(as_plain_text(_when(comparison, found)))


def show_table(found: Compared) -> None:
    """One line a strategy."""
    at, end = f"After {found.labels_at_point:,} labels", f"At the end ({found.labels[-1]:,})"
    intervals = {each.strategy: interval(each) for each in found.differences}
    against = {each.strategy: short_verdict(each) for each in found.differences}
    rows = [
        {
            "Strategy": _("{strategy} (yours)", strategy=each.name) if each is found.own else each.name,
            at: 100 * each.mean.accuracy[found.point],
            end: 100 * each.mean.accuracy[-1],
            "To all targets": _labels_to_target(each, found),
            "Difference, points": intervals.get(each.name, ""),
            "Against yours": against.get(each.name, ""),
        }
        for each in found.strategies
    ]
    percent = partial(
        st.column_config.NumberColumn, format="%.1f%%", help=_("Mean accuracy of the languages compared.")
    )
    text = st.column_config.TextColumn
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={
            "Strategy": _("Strategy"),
            at: percent(_("After {labels:,} labels", labels=found.labels_at_point)),
            end: percent(_("At the end ({labels:,})", labels=found.labels[-1])),
            "To all targets": text(_("To all targets"), help=_("Labels until every language was at its target.")),
            "Difference, points": text(
                _("Difference, points"),
                help=_(
                    "Your mean accuracy over the whole replay minus this one's; in brackets the 95% interval over "
                    "replays and check items. Where it holds 0, either may be better."
                ),
            ),
            "Against yours": text(_("Against yours"), width="medium"),
        },
    )


def _labels_to_target(each: ComparedStrategy, found: Compared) -> str:
    if each.labels_to_target is None:
        return _("not by {labels:,} labels", labels=found.labels[-1])
    return _("{labels:,.0f} labels", labels=each.labels_to_target)


def _when(comparison: Comparison, found: Compared) -> str:
    finished = clock_time(comparison.finished_at or comparison.heartbeat_at, utc_now(), st.context.timezone)
    items = _(", ").join(
        _("{items:,} in {language}", items=items, language=language_name(each))
        for each, items in found.check_items.items()
    )
    return _(
        "Finished at {time}: {replays} replays a strategy. Check items: {items}.",
        time=finished,
        replays=comparison.seeds,
        items=items,
    )
