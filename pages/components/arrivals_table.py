"""The files that watched folders brought."""

import pandas as pd
import streamlit as st

from lamm_core.records import Project, WatchedFile
from lamm_core.words import retold
from lamm_core.words import translate as _
from lamm_core.workflow.arrivals import last_arrivals
from pages.components import services


def show_arrivals(project: Project) -> None:
    """The last files, newest first; where there are none, how a folder is watched."""
    st.subheader(_("Files from a watched folder"), anchor=False)
    found = last_arrivals(services.workspace(), project)
    if not found:
        st.caption(
            _(
                "None yet. Texts that come every day can be taken from a folder, by this command on the computer where "
                "LAMM runs:"
            )
        )
        st.code("lamm import PROJECT --watch FOLDER", language=None)
        return
    headings = {
        "file": _("File"),
        "read": st.column_config.DatetimeColumn(_("Read (UTC)"), format="YYYY-MM-DD HH:mm"),
        "added": _("Texts added"),
        "labelled": _("Given their class"),
        "rejected": _("Rows rejected"),
        "reason": _("Why nothing was imported"),
    }
    st.dataframe(pd.DataFrame(map(_row, found)), hide_index=True, height="content", column_config=headings)
    if any(each.rejected for each in found):
        st.caption(_("The rejected rows lie in .lamm below the folder, with the reasons."))


def _row(each: WatchedFile) -> dict[str, object]:
    return {
        "file": each.name,
        "read": each.read_at,
        "added": each.added,
        "labelled": each.labelled,
        "rejected": each.rejected,
        "reason": retold(each.error or ""),
    }
