"""Account: the reader's own password and sessions."""

import streamlit as st

from lamm_core.errors import LammError
from lamm_core.words import translate as _
from lamm_core.workflow.signing_in import change_password, sign_out_everywhere
from pages.components import services
from pages.components.frame import show_error

st.title(_("Account"))
with st.form("password", width=480):
    old = st.text_input(_("Old password"), type="password", autocomplete="current-password", max_chars=200)
    new = st.text_input(_("New password"), type="password", autocomplete="new-password", max_chars=200)
    st.caption(_("A new password signs you out in every browser."))
    wants_password = st.form_submit_button(_("Change the password"), type="primary")
leaves = st.button(
    _("Sign out everywhere"), icon=":material/logout:", help=_("Ends your sessions in all browsers, this one included.")
)
try:
    if wants_password:
        change_password(services.workspace(), old, new)
    if leaves:
        sign_out_everywhere(services.workspace())
except LammError as error:
    show_error(error)
else:
    if wants_password or leaves:
        st.success(_("Done. Sign in again to go on."), icon=":material/check:")
