"""`/metrics`: the figures of this process and of the database, as Prometheus reads them."""

import hmac
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping

from anyio import to_thread
from prometheus_client import CONTENT_TYPE_LATEST, Metric, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from lamm_core.errors import StorageUnavailable
from lamm_core.web.meters import Meters
from lamm_core.web.requests import is_of_this_machine
from lamm_core.workflow.health import Gauges, gauges
from lamm_core.workflow.workspace import Workspace

METRICS = "/metrics"
TOKEN_VARIABLE = "LAMM_METRICS_TOKEN"  # noqa: S105 - the name of it
# Several may read the figures; the database is asked once.
_KEPT_SECONDS = 5.0


class Metrics:
    """Where Prometheus reads the figures.

    Args:
        workspace: gives the data of this installation.
        meters: what this process counts.
    """

    def __init__(self, workspace: Callable[[], Workspace], meters: Meters) -> None:
        self._registry = meters.registry
        self._registry.register(_DatabaseFigures(workspace))

    async def respond(self, request: Request) -> Response:
        """Tell the figures to this machine and to who has the token; to others the address does not exist."""
        if not (is_of_this_machine(request) or _has_token(request)):
            return PlainTextResponse("Not Found", status_code=404)
        content = await to_thread.run_sync(generate_latest, self._registry)
        return Response(content, headers={"content-type": CONTENT_TYPE_LATEST, "cache-control": "no-store"})


def _has_token(request: Request) -> bool:
    token = os.environ.get(TOKEN_VARIABLE, "")
    given = request.headers.get("authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


class _DatabaseFigures(Collector):
    """What the database knows, asked when somebody reads it."""

    def __init__(self, workspace: Callable[[], Workspace]) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._read_at = -_KEPT_SECONDS
        self._known: Gauges | None = None

    def describe(self) -> list[Metric]:
        """Nothing: the database is not asked before somebody reads the figures."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The figures; of a database that does not answer only that."""
        known = self._gauges()
        yield GaugeMetricFamily("lamm_database_up", "1 where the database answers.", float(known is not None))
        if known is None:
            return
        yield GaugeMetricFamily("lamm_open_leases", "Items that annotators hold.", known.open_leases)
        yield GaugeMetricFamily("lamm_workers_alive", "Workers heard of in the last minute.", known.workers)
        yield _by("lamm_rounds", "Rounds by state.", "state", known.rounds)
        yield _by("lamm_jobs", "Jobs by state.", "state", known.jobs)
        seconds = CounterMetricFamily("lamm_round_seconds", "Seconds that rounds took, by step.", labels=["step"])
        for step, value in known.round_seconds.items():
            seconds.add_metric([step], value)
        yield seconds
        connections = self._workspace().database.connections()
        yield _by("lamm_database_connections", "Connections of this process.", "state", connections)

    def _gauges(self) -> Gauges | None:
        with self._lock:
            if time.monotonic() - self._read_at >= _KEPT_SECONDS:
                try:
                    self._known = gauges(self._workspace().by_itself())
                except StorageUnavailable:
                    self._known = None
                self._read_at = time.monotonic()
            return self._known


def _by(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for each, value in values.items():
        family.add_metric([each], value)
    return family
