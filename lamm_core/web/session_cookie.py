"""The cookie that holds a session: no script reads it, no other site sends it, behind TLS nothing else carries it."""

from collections.abc import Mapping

from starlette.responses import Response

from lamm_core.workflow.signing_in import SESSION

# Browsers take the second only by TLS, from this host itself and for all of it, so no neighbour can plant one.
_PLAIN, _SECURE = "lamm_session", "__Host-lamm_session"


def session_token(cookies: Mapping[str, str], *, secure: bool) -> str | None:
    """The token that a browser sent.

    Args:
        secure: it came by TLS, where a plain cookie counts for nothing: a neighbour may have planted it.
    """
    return cookies.get(_SECURE) or (None if secure else cookies.get(_PLAIN))


def keep_session(response: Response, token: str, *, secure: bool) -> None:
    """Let the browser keep the token of a session."""
    response.set_cookie(
        _SECURE if secure else _PLAIN,
        token,
        max_age=int(SESSION.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def forget_session(response: Response, *, secure: bool) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(_PLAIN, path="/", httponly=True, samesite="lax")
    if secure:
        response.delete_cookie(_SECURE, path="/", secure=True, httponly=True, samesite="lax")
