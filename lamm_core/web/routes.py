"""The addresses that the app answers beside its pages."""

import json
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lamm_core.actors import NOBODY, Actor
from lamm_core.errors import InvalidInput, LammError, NotAllowed, StorageUnavailable
from lamm_core.web.door import ACTOR
from lamm_core.web.door_routes import DoorRoutes
from lamm_core.web.labelling import UnknownSession, answer
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
    labelling = Route(base + LABELLING, _Labelling(workspace).respond, methods=["POST"])
    return [labelling, *DoorRoutes(workspace, actors, provider, base).routes()]


class _Labelling:
    """Where labelling cards send what was done, and ask for what comes next."""

    def __init__(self, workspace: Callable[[], Workspace]) -> None:
        self._workspace = workspace
        self._recent = RecentProjects()
        self._limiter: CapacityLimiter | None = None

    async def respond(self, request: Request) -> Response:
        """Answer a card; what is wrong is told in one sentence."""
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
            return _problem(503, str(error))
        except InvalidInput as error:
            return _problem(400, str(error))
        except ClientDisconnect:
            return _problem(400, _("The connection was lost."))

    def _answer(self, body: bytes, actor: Actor) -> Response:
        message = parse_message(_json(body))
        with speaking(closest(message.language)):
            return self._answer_in_words(message, actor)

    def _answer_in_words(self, message: Message, actor: Actor) -> Response:
        try:
            return JSONResponse(answer(self._workspace().acting_as(actor), message, self._recent))
        except UnknownSession as error:
            return _problem(404, str(error))
        except StorageUnavailable as error:
            _log.warning("labels could not be stored: %s", error)
            return _problem(503, str(error))
        except NotAllowed as error:
            return _problem(403, str(error))
        except LammError as error:
            return _problem(400, str(error))

    def _new_limiter(self) -> CapacityLimiter:
        return CapacityLimiter(_SQLITE_THREADS if self._workspace().database.is_sqlite else _THREADS)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(_("This is no message of a labelling card.")) from error


def _problem(status: int, sentence: str) -> Response:
    return JSONResponse({"problem": sentence}, status_code=status)
