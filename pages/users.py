"""Users: who may sign in, and what they are in the chosen project."""

import streamlit as st

from lamm_core.actors import Role
from lamm_core.words import translate as _
from lamm_core.workflow.users import has_accounts
from pages.components import services
from pages.components.frame import chosen_project
from pages.components.user_forms import show_add, show_change, show_first_admin, show_link
from pages.components.user_roles import show_members, show_users

st.title(_("Users"))
leads = services.actor().leads
show_link()
if leads and not has_accounts(services.workspace()):
    show_first_admin()
elif leads:
    users = show_users()
    change, add = st.tabs([_("Change a user"), _("Add a user")])
    with change:
        show_change(users)
    with add:
        show_add()
else:
    project = chosen_project()
    if services.may(Role.ADMIN, project):
        show_members(project)
    else:
        st.info(_("This is for the admins of the project."), icon=":material/lock:")
