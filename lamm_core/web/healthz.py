"""`/healthz`: whether people can label, for whoever restarts servers or sends visitors to them."""

from collections.abc import Callable

from anyio import CapacityLimiter, fail_after, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lamm_core.errors import StorageUnavailable
from lamm_core.workflow.health import Health, health
from lamm_core.workflow.workspace import Workspace

HEALTH = "/healthz"
_SECONDS = 2.0
# A database that does not answer holds threads up; these ones nobody else needs.
_THREADS = 2


class Healthz:
    """Where a server says whether it is well.

    Args:
        workspace: gives the data of this installation.
    """

    def __init__(self, workspace: Callable[[], Workspace]) -> None:
        self._workspace = workspace
        self._limiter: CapacityLimiter | None = None

    async def respond(self, request: Request) -> Response:
        """200 where the database answers within two seconds and is of this version, else 503 and in one word why."""
        self._limiter = self._limiter or CapacityLimiter(_THREADS)
        try:
            with fail_after(_SECONDS):
                found = await to_thread.run_sync(self._health, limiter=self._limiter, abandon_on_cancel=True)
        except TimeoutError:
            found = Health.DATABASE
        if found is Health.OK:
            return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})
        told = {"status": "unavailable", "reason": found.value}
        return JSONResponse(told, status_code=503, headers={"cache-control": "no-store"})

    def _health(self) -> Health:
        try:
            return health(self._workspace())
        except StorageUnavailable:  # it could not even be opened
            return Health.DATABASE
