"""Stands before everything the app answers: whoever is not signed in gets no further than to the sign-in."""

import logging
from collections.abc import Callable
from urllib.parse import urlencode

from anyio import to_thread
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lamm_core.accounts import Identity
from lamm_core.actors import Actor, Role
from lamm_core.errors import LammError, StorageUnavailable
from lamm_core.web.door_pages import problem_page
from lamm_core.web.door_routes import SIGN_IN, WITHOUT_SIGN_IN, forget_provider, onwards
from lamm_core.web.healthz import HEALTH
from lamm_core.web.metrics import METRICS
from lamm_core.web.provider import Provider
from lamm_core.web.recent_actors import RecentActors
from lamm_core.web.requests import is_of_this_machine, is_own_websocket, is_secure, language_of
from lamm_core.web.session_cookie import keep_session, session_token
from lamm_core.words import speaking
from lamm_core.words import translate as _
from lamm_core.workflow.rights import ROLE_WORDS
from lamm_core.workflow.signing_in import sign_in_by_provider
from lamm_core.workflow.workspace import Workspace

ACTOR = "lamm.actor"
# What asks for a token by itself or gives nothing away; of Streamlit, whether it lives and the way to a provider.
_WITHOUT_SIGN_IN = {*WITHOUT_SIGN_IN, HEALTH, METRICS, "/_stcore/health", "/auth/login", "/oauth2callback"}
_UPLOADS = "/_stcore/upload_file/"
_REFUSED = 4401

_log = logging.getLogger(__name__)


class Door:
    """ASGI middleware. What is let in carries its actor, under `ACTOR`.

    Args:
        app: everything behind the door.
        workspace: gives the data of this installation.
        actors: where sessions are looked up.
        provider: who else may vouch for people.
        base: what stands before every address, such as `/lamm`; empty for nothing.
    """

    def __init__(
        self,
        app: ASGIApp,
        workspace: Callable[[], Workspace],
        actors: RecentActors,
        provider: Provider,
        base: str = "",
    ) -> None:
        self._app = app
        self._workspace = workspace
        self._actors = actors
        self._provider = provider
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            scope[ACTOR] = actor = await self._actor(connection)
            refusal = None if self._is_open(connection) else await self._refusal(connection, actor)
        except StorageUnavailable as error:
            _log.warning("nobody can be let in: %s", error)
            refusal = JSONResponse({"problem": str(error)}, 503)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _REFUSED})
        else:
            await refusal(scope, receive, send)

    async def _actor(self, connection: HTTPConnection) -> Actor:
        token = session_token(connection.cookies, secure=is_secure(connection))
        known = self._actors.known(token)
        if known is not None:
            return known
        return await to_thread.run_sync(lambda: self._actors.find(self._workspace(), token))

    def _is_open(self, connection: HTTPConnection) -> bool:
        path: str = connection.scope["path"]
        return path.startswith(self._base) and path.removeprefix(self._base) in _WITHOUT_SIGN_IN

    async def _refusal(self, connection: HTTPConnection, actor: Actor) -> Response | None:
        """Why somebody is not let in; None where they are."""
        with speaking(language_of(connection)):
            if actor.is_nobody:
                return await self._way_to_sign_in(connection)
            if actor.is_operator and not is_of_this_machine(connection):
                return _no(_("LAMM has no accounts, so it answers this computer only, and no proxy."))
            if connection.scope["type"] == "websocket" and not is_own_websocket(connection):
                return _no(_("Only pages of this app may connect."))
            if connection.scope["path"].startswith(self._base + _UPLOADS) and not actor.manages:
                return _no(_(ROLE_WORDS[Role.MANAGER]))
        return None

    async def _way_to_sign_in(self, connection: HTTPConnection) -> Response:
        """A redirect for who opens a page; a short no for everything else."""
        with speaking(language_of(connection)):
            is_page = connection.scope.get("method") == "GET" and "text/html" in connection.headers.get("accept", "")
            if not is_page:
                return JSONResponse({"problem": _("Sign in first.")}, 401)
            if identity := self._provider.identity(connection.cookies):
                return await self._welcome(connection, identity)
        return RedirectResponse(f"{self._base}{SIGN_IN}?{urlencode({'next': _address(connection)})}", 303)

    async def _welcome(self, connection: HTTPConnection, identity: Identity) -> Response:
        """Begin a session for who came back from a provider, whose cookies have then done their work."""
        try:
            began = await to_thread.run_sync(lambda: sign_in_by_provider(self._workspace(), identity))
        except StorageUnavailable:
            raise
        except LammError as error:
            again = [(_("Sign in"), f"{self._base}{SIGN_IN}")]
            response: Response = problem_page(str(error), again, 403)
        else:
            response = RedirectResponse(onwards(_address(connection), self._base), 303)
            keep_session(response, began.token, secure=is_secure(connection))
        forget_provider(response, self._provider, connection, self._base)
        return response


def _address(connection: HTTPConnection) -> str:
    return connection.url.path + (f"?{connection.url.query}" if connection.url.query else "")


def _no(sentence: str) -> Response:
    return JSONResponse({"problem": sentence}, 403)
