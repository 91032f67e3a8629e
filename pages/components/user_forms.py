"""Add users, change what they may do, and hand out links."""

import streamlit as st

from lamm_core.accounts import User
from lamm_core.errors import LammError
from lamm_core.words import translate as _
from lamm_core.workflow.projects import list_projects
from lamm_core.workflow.serving import link_address
from lamm_core.workflow.users import add_user, new_link, set_admin, set_disabled, set_role
from pages.components import services
from pages.components.frame import as_plain_text, show_error
from pages.components.user_roles import ROLES, role_words

_LINK = "user_link"


def show_first_admin() -> None:
    """While there are no accounts: what accounts change, and the form for the first one."""
    st.markdown(
        _(
            "LAMM serves one person, on this computer only, and nobody signs in. For a team, make the first account: "
            "from then on everybody signs in, and `lamm app --address` may serve other computers."
        )
    )
    with st.form("first_admin", width=480):
        name = st.text_input(_("Name"), services.user_name(), max_chars=100)
        email = st.text_input(_("E-mail address"), max_chars=320)
        submitted = st.form_submit_button(_("Make the first admin"), type="primary")
    if not submitted:
        return
    data = services.workspace()  # once: the first account closes the app, and only who holds it can make the link
    try:
        user = add_user(data, name, email, is_admin=True)
        _tell_link(user.name, new_link(data, email))
    except LammError as error:
        show_error(error)


def show_add() -> None:
    """The form for one more account."""
    projects = {each.name: each for each in list_projects(services.workspace())}
    with st.form("add_user", border=False, width=640):
        name = st.text_input(_("Name"), max_chars=100, help=_("Labels are stored under this name."))
        email = st.text_input(_("E-mail address"), max_chars=320)
        project = st.selectbox(_("Project"), list(projects)) if projects else None
        role = st.selectbox(_("Role in this project"), list(ROLES), 1, format_func=role_words)
        is_admin = st.checkbox(_("Admin of everything: all projects, and all users"))
        submitted = st.form_submit_button(_("Add"), type="primary", icon=":material/person_add:")
    if not submitted:
        return
    data = services.workspace()
    try:
        user = add_user(data, name, email, is_admin=is_admin)
        if project is not None and role is not None:
            set_role(data, projects[project], user.email, role)
        _keep_link(user, new_link(data, user.email))
    except LammError as error:
        show_error(error)
    else:
        st.rerun()


def show_change(users: list[User]) -> None:
    """One user: roles, admin, link, disabled or not."""
    names = {each.email: f"{each.name} ({each.email})" for each in users}
    email = st.selectbox(_("User"), list(names), format_func=names.__getitem__, key="changed_user", width=640)
    user = next(each for each in users if each.email == email)
    try:
        is_changed = _change_roles(user)
        is_changed = _change_access(user) or is_changed
    except LammError as error:
        show_error(error)
        return
    if is_changed:
        st.rerun()


def _change_roles(user: User) -> bool:
    """What a user is in each project; returns whether something was saved."""
    projects = list_projects(services.workspace())
    with st.form(f"roles_{user.id}", border=False, width=640):
        wanted = [
            st.selectbox(
                _("Role in {project}", project=as_plain_text(each.name)),
                list(ROLES),
                list(ROLES).index(user.roles.get(each.id)),
                format_func=role_words,
                key=f"role_{user.id}_{each.id}",
            )
            for each in projects
        ]
        label = _("Admin of everything: all projects, and all users")
        is_admin = st.checkbox(label, user.is_admin, key=f"admin_{user.id}")
        if not st.form_submit_button(_("Save"), type="primary", icon=":material/save:"):
            return False
    for project, role in zip(projects, wanted, strict=True):
        if role != user.roles.get(project.id):
            set_role(services.workspace(), project, user.email, role)
    if is_admin != user.is_admin:
        set_admin(services.workspace(), user.email, is_admin=is_admin)
    return True


def _change_access(user: User) -> bool:
    """A new link, and whether a user may sign in at all; returns whether something was done."""
    with st.container(horizontal=True):
        wants_link = st.button(
            _("New link"),
            icon=":material/link:",
            help=_("Ends the password, all sessions and earlier links, and makes a link that works once."),
            disabled=user.is_disabled,
        )
        is_switched = st.button(
            _("Let them sign in again") if user.is_disabled else _("Keep them from signing in"),
            icon=":material/lock_open:" if user.is_disabled else ":material/lock:",
        )
    if wants_link:
        _keep_link(user, new_link(services.workspace(), user.email))
    if is_switched:
        set_disabled(services.workspace(), user.email, is_disabled=not user.is_disabled)
    return wants_link or is_switched


def show_link() -> None:
    """The link that was made in the run before; it is shown once."""
    if _LINK in st.session_state:
        _tell_link(*st.session_state.pop(_LINK))


def _keep_link(user: User, token: str) -> None:
    st.session_state[_LINK] = (user.name, token)


def _tell_link(name: str, token: str) -> None:
    st.success(
        _("{name} chooses a password here. The link works once and is not shown again.", name=as_plain_text(name)),
        icon=":material/link:",
    )
    st.code(link_address(services.data().settings.public_url, token), language=None, wrap_lines=True)
