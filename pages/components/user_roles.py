"""Tables of users, and the roles of those in one project."""

import streamlit as st

from lamm_core.accounts import User
from lamm_core.actors import Role
from lamm_core.errors import LammError
from lamm_core.records import Project
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.projects import list_projects
from lamm_core.workflow.users import list_users, members, set_role
from pages.components import services
from pages.components.frame import show_error

ROLES = {
    None: marked("no part in it"),
    Role.ANNOTATOR: marked("annotator: labels, and sees their own answers"),
    Role.MANAGER: marked("manager: sees and reviews everything, imports, exports, sets targets"),
    Role.ADMIN: marked("admin: sets the project up, and gives roles"),
}
_SHORT = {
    Role.ANNOTATOR: marked("annotator"),
    Role.MANAGER: marked("manager"),
    Role.ADMIN: marked("admin"),
}


def role_words(role: Role | None) -> str:
    """What a role means, for who chooses one."""
    return _(ROLES[role])


def show_users() -> list[User]:
    """All accounts, with what each is in which project; returns them."""
    users = list_users(services.workspace())
    names = {each.id: each.name for each in list_projects(services.workspace())}
    _show_table(users, names)
    return users


def show_members(project: Project) -> None:
    """Those who have a part in a project, for its admins, who can change that."""
    found = members(services.workspace(), project)
    _show_table(found, {project.id: project.name})
    with st.form("member", width=640):
        email = st.text_input(_("E-mail address"), max_chars=320)
        role = st.selectbox(_("Role in {project}", project=project.name), list(ROLES), 1, format_func=role_words)
        if st.form_submit_button(_("Save"), type="primary"):
            try:
                set_role(services.workspace(), project, email, role)
            except LammError as error:
                show_error(error)
            else:
                st.rerun()


def _show_table(users: list[User], projects: dict[int, str]) -> None:
    rows = [
        {
            "name": each.name,
            "email": each.email,
            "roles": _roles(each, projects),
            "state": _state(each),
            "seen": each.seen_at,
        }
        for each in users
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "name": st.column_config.TextColumn(_("Name"), width="small"),
            "email": st.column_config.TextColumn(_("E-mail address"), width="medium"),
            "roles": st.column_config.TextColumn(_("Roles"), width="medium"),
            "state": st.column_config.TextColumn(_("Signs in by"), width="medium"),
            "seen": st.column_config.DatetimeColumn(_("Last seen (UTC)"), format="YYYY-MM-DD HH:mm"),
        },
    )


def _roles(user: User, projects: dict[int, str]) -> str:
    told = [f"{projects[id_]}: {_(_SHORT[role])}" for id_, role in user.roles.items() if id_ in projects]
    return ", ".join(([_("admin of everything")] if user.is_admin else []) + told)


def _state(user: User) -> str:
    if user.is_disabled:
        return _("disabled")
    if user.issuer:
        return _("provider")
    return _("password") if user.has_password else _("link not used yet")
