"""Trail: who did what when, to filter and to take away."""

from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from lamm_core.actors import Role
from lamm_core.records import Project
from lamm_core.trail import AuditAction, AuditEvent, TrailFilter
from lamm_core.words import translate as _
from lamm_core.workflow.audit import MOST_LINES, project_trail, whole_trail
from lamm_core.workflow.exporting import EXPORT_ENDINGS, ending_title
from lamm_core.workflow.trail_table import trail_file
from pages.components import services
from pages.components.empty import show_filtered_away
from pages.components.frame import chosen_project
from pages.components.trail_words import action_word, details_words

_SHOWN = 200


def ask_filter() -> TrailFilter:
    """Who, what and when."""
    who, what, when = st.columns([2, 4, 3])
    actor = who.text_input(_("Who"), placeholder=_("Anybody"), key="trail_who", max_chars=100)
    kinds = what.multiselect(
        _("What"), list(AuditAction), format_func=action_word, placeholder=_("Everything"), key="trail_what"
    )
    days = when.date_input(_("When"), value=(), key="trail_when", format="YYYY-MM-DD")
    first, last = (*days, None, None)[:2] if isinstance(days, tuple) else (days, days)
    return TrailFilter(actor.strip() or None, tuple(kinds) or None, _start_of(first), _end_of(last or first))


def read(project: Project | None, wanted: TrailFilter, most: int) -> list[AuditEvent]:
    """The newest lines, of one project or of all."""
    if project is None:
        return whole_trail(services.workspace(), wanted, most)
    return project_trail(services.workspace(), project, wanted, most)


def show_events(events: list[AuditEvent], *, of_all: bool) -> None:
    """One line each, newest first; where they are of all projects, each says of which."""
    rows = [
        {
            "at": each.at,
            "actor": each.actor,
            "action": action_word(each.action),
            "project": each.project,
            "details": details_words(each),
        }
        for each in events
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_order=["at", "actor", "action", *(["project"] if of_all else []), "details"],
        height=min(38 + 35 * len(rows), 640),
        column_config={
            "at": st.column_config.DatetimeColumn(_("When (UTC)"), format="YYYY-MM-DD HH:mm:ss", width="medium"),
            "actor": st.column_config.TextColumn(_("Who"), width="medium"),
            "action": st.column_config.TextColumn(_("What"), width="medium"),
            "project": st.column_config.TextColumn(_("Project"), width="small"),
            "details": st.column_config.TextColumn(_("Details"), width="large"),
        },
    )


def show_downloads(project: Project | None, wanted: TrailFilter) -> None:
    """The same lines as files, however many there are."""
    workspace, name = services.workspace_later(), "trail" if project is None else "project-trail"

    def content(ending: str) -> bytes:
        lines = (
            whole_trail(workspace(), wanted, MOST_LINES)
            if project is None
            else project_trail(workspace(), project, wanted, MOST_LINES)
        )
        return trail_file(lines, ending)

    with st.container(horizontal=True):
        for ending in EXPORT_ENDINGS:
            st.download_button(
                _("Download {format}", format=ending_title(ending)),
                lambda ending=ending: content(ending),
                f"{name}{ending}",
                icon=":material/download:",
            )


def _take_filters_off() -> None:
    st.session_state.update({"trail_who": "", "trail_what": [], "trail_when": ()})


def _start_of(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


def _end_of(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC) + timedelta(days=1)


st.title(_("Trail"))
st.caption(_("Who did what when. Nothing here can be changed or removed; labels appear as they were given."))
everything = services.actor().leads and st.toggle(_("All projects, and sign-ins"), key="trail_all")
project = None if everything else chosen_project()
if project is None or services.may(Role.MANAGER, project):
    wanted = ask_filter()
    events = read(project, wanted, _SHOWN)
    if events:
        show_events(events, of_all=project is None)
        if len(events) == _SHOWN:
            st.caption(_("The newest {number} lines; the files hold all of them.", number=_SHOWN))
        show_downloads(project, wanted)
    else:
        show_filtered_away(_("There is nothing like that in the trail."), _("Show all"), _take_filters_off)
else:
    st.info(_("This is for the managers of the project."), icon=":material/lock:")
