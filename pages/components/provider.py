"""Signing in by an OIDC provider, as Streamlit's `st.login` does it; set up in Streamlit's secrets, section `auth`.

`st.login` and `st.user` need a page that runs, and no page runs for who is not signed in; so the parts of Streamlit
that they rest on are used here, and a test signs somebody in by a provider of its own.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from streamlit.auth_util import get_secrets_auth_section
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.starlette.starlette_server_config import TOKENS_COOKIE_NAME, USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from lamm_core.accounts import Identity

_DEFAULT = "default"


class StreamlitProvider:
    """The providers of Streamlit's secrets. Fills `lamm_core.web.provider.Provider`."""

    def names(self) -> Sequence[str]:
        """Names of the sections of `auth`, or `default` where it is one provider's itself."""
        section = get_secrets_auth_section().to_dict()
        if section.get("client_id"):
            return (_DEFAULT,)
        return tuple(name for name, value in section.items() if isinstance(value, dict) and value.get("client_id"))

    def address(self, name: str) -> str:
        """Where somebody is sent to sign in by the provider of that name."""
        return generate_login_redirect_url(name)

    def identity(self, cookies: Mapping[str, str]) -> Identity | None:
        """Who came back from a provider, by the cookie that Streamlit signed for them."""
        if not any(name.startswith(USER_COOKIE_NAME) for name in cookies) or not self.names():
            return None
        signed = _get_signed_cookie_with_chunks(dict(cookies), USER_COOKIE_NAME)
        try:
            claims = json.loads(signed or b"null")
        except ValueError:
            return None
        return _identity(claims) if isinstance(claims, dict) and claims.get("is_logged_in") is True else None

    def cookies(self, cookies: Mapping[str, str]) -> Iterable[str]:
        """Streamlit's cookies of a sign-in, parts included."""
        return [name for name in cookies if name.startswith((USER_COOKIE_NAME, TOKENS_COOKIE_NAME))]


def _identity(claims: dict[str, Any]) -> Identity | None:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        return None
    # The name under which the provider is set up stands for it where it does not say who it is.
    issuer = str(claims.get("iss") or claims.get("provider") or _DEFAULT)
    email = str(claims.get("email") or "").strip().casefold()
    return Identity(issuer[:500], subject[:500], email, is_verified=claims.get("email_verified") is True)
