"""The addresses that the app answers beside its pages."""

import json
import logging
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lamm_core.actors import NOBODY, Actor
from lamm_core.errors import InvalidInput, LammError, NotAllowed, StorageUnavailable
from lamm_core.logs import about
from lamm_core.web.door import ACTOR
from lamm_core.web.door_routes import DoorRoutes
from lamm_core.web.healthz import HEALTH, Healthz
from lamm_core.web.labelling import UnknownSession, answer
from lamm_core.web.meters import Meters
from lamm_core.web.metrics import METRICS, Metrics
from lamm_core.web.outbox import Message, parse_message
from lamm_core.web.provider import Provider
from lamm_core.web.recent_actors import RecentActors
from lamm_core.web.recent_projects import RecentProjects
from lamm_core.web.requests import is_json, is_of_this_site, read_body
from lamm_core.words import closest, speaking
from lamm_core.words import translate as _
from lamm_core.workflow.workspace import Workspace

LABELLING = "/labelling"
_MAX_BYTES = 4_000_000
# SQLite has one writer at a time; more threads would only wait for each other.
_SQLITE_THREADS, _THREADS = 1, 8

_log = logging.getLogger(__name__)


def routes(workspace: Callable[[], Workspace], actors: RecentActors, provider: Provider, base: str = "") -> list[Route]:
    """All of them; they are to stand behind a `Door`.

    Args:
        workspace: gives the data of this installation.
        actors: where sessions are looked up; the door's.
        provider: who else may vouch for people; the door's.
        base: what stands before every address, such as `/lamm` behind a proxy; empty for nothing.
    """
    meters = Meters()
    return [
        Route(base + LABELLING, _Labelling(workspace, meters).respond, methods=["POST"]),
        Route(base + HEALTH, Healthz(workspace).respond, methods=["GET"]),
        Route(base + METRICS, Metrics(workspace, meters).respond, methods=["GET"]),
        *DoorRoutes(workspace, actors, provider, base).routes(),
    ]


class _Labelling:
    """Where labelling cards send what was done, and ask for what comes next."""

    def __init__(self, workspace: Callable[[], Workspace], meters: Meters) -> None:
        self._workspace = workspace
        self._meters = meters
        self._recent = RecentProjects()
        self._limiter: CapacityLimiter | None = None

    async def respond(self, request: Request) -> Response:
        """Answer a card; what is wrong is told in one sentence. The answer names the request as logs name it."""
        started, status, name = time.perf_counter(), 500, secrets.token_hex(8)
        try:
            with about(request_id=name):
                answered = await self._respond(request)
            status = answered.status_code
        finally:
            self._meters.count_answer(status, time.perf_counter() - started)
        answered.headers["x-request-id"] = name
        return answered

    async def _respond(self, request: Request) -> Response:
        if not (is_json(request) and is_of_this_site(request)):
            return _problem(403, _("Only pages of this app may send labels."))
        try:
            body = await read_body(request, _MAX_BYTES)
            # Without a door nobody acts, and nobody may do anything.
            actor = request.scope.get(ACTOR, NOBODY)
            if self._limiter is None:
                self._limiter = await to_thread.run_sync(self._new_limiter)
            return await to_thread.run_sync(partial(self._answer, body, actor), limiter=self._limiter)
        except StorageUnavailable as error:
            return self._failed(503, error)
        except InvalidInput as error:
            return self._failed(400, error)
        except ClientDisconnect as error:
            self._meters.count_error(error)
            return _problem(400, _("The connection was lost."))

    def _answer(self, body: bytes, actor: Actor) -> Response:
        message = parse_message(_json(body))
        session = message.session
        fields = {"project_id": session.project_id, "annotator_id": session.annotator_id}
        with speaking(closest(message.language)), about(**fields):
            return self._answer_in_words(message, actor)

    def _answer_in_words(self, message: Message, actor: Actor) -> Response:
        try:
            workspace = self._workspace().acting_as(actor)
            return JSONResponse(answer(workspace, message, self._recent, self._meters.count_turn))
        except UnknownSession as error:
            return self._failed(404, error)
        except StorageUnavailable as error:
            _log.warning("labels could not be stored: %s", error)
            return self._failed(503, error)
        except NotAllowed as error:
            return self._failed(403, error)
        except LammError as error:
            return self._failed(400, error)
        except Exception as error:
            self._meters.count_error(error)
            _log.exception("a message of a labelling card could not be answered")
            raise

    def _failed(self, status: int, error: LammError) -> Response:
        self._meters.count_error(error)
        return _problem(status, str(error))

    def _new_limiter(self) -> CapacityLimiter:
        return CapacityLimiter(_SQLITE_THREADS if self._workspace().database.is_sqlite else _THREADS)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(_("This is no message of a labelling card.")) from error


def _problem(status: int, sentence: str) -> Response:
    return JSONResponse({"problem": sentence}, status_code=status)
