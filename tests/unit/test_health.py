"""What watches over a server: whether it is well, and its figures, for those who may read them."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient
from support.site import browser, site

from lamm_core.job import JobKind
from lamm_core.records import Project
from lamm_core.storage import jobs, migrate, workers
from lamm_core.web import healthz
from lamm_core.web.outbox import session_name
from lamm_core.workflow import health, labelling
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace, utc_now

_HERE = ("127.0.0.1", 50_000)
_AFAR = ("192.0.2.7", 50_000)


def _browser(workspace: Workspace, client: tuple[str, int] = _HERE) -> TestClient:
    return browser(site(workspace), client=client)


@pytest.fixture
def here(workspace: Workspace) -> Iterator[TestClient]:
    """Somebody on the same machine."""
    with _browser(workspace) as client:
        yield client


def _figures(client: TestClient) -> dict[tuple[str, ...], float]:
    """Name and labels of each sample to its value."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def test_a_server_is_well_while_its_database_answers_and_is_of_its_version(
    here: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (here.get("/healthz").status_code, here.get("/healthz").json()) == (200, {"status": "ok"})
    with workspace.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer = here.get("/healthz")
    assert (newer.status_code, newer.json()) == (503, {"status": "unavailable", "reason": "schema"})

    def refused(*_: Any) -> None:
        raise OperationalError("SELECT 1", {}, Exception("disk full: password authentication failed for 'lamm'"))

    monkeypatch.setattr(migrate, "schema_of", refused)
    down = here.get("/healthz")
    assert (down.status_code, down.json()) == (503, {"status": "unavailable", "reason": "database"})


def test_a_database_that_does_not_answer_is_not_waited_for(here: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(healthz, "_SECONDS", 0.05)
    monkeypatch.setattr(healthz, "health", lambda _: time.sleep(1))
    started = time.monotonic()
    answers = [here.get("/healthz") for _ in range(4)]  # more than may wait for it at once
    assert time.monotonic() - started < 1
    assert {(each.status_code, each.json()["reason"]) for each in answers} == {(503, "database")}


@pytest.mark.parametrize(
    ("client", "headers", "seen"),
    [
        (_HERE, {}, True),
        (("::1", 1), {}, True),
        (_HERE, {"x-forwarded-for": "127.0.0.1"}, False),  # a proxy on this machine, for somebody else
        (_HERE, {"forwarded": "for=127.0.0.1"}, False),
        (_AFAR, {}, False),
        (_AFAR, {"x-forwarded-for": "127.0.0.1"}, False),
        (_AFAR, {"authorization": "Bearer hunter2"}, True),
        (_AFAR, {"authorization": "Bearer hunter"}, False),
        (_AFAR, {"authorization": "hunter2"}, False),
        (_AFAR, {"authorization": "Bearer "}, False),
        (("somewhere", 1), {}, False),
    ],
)
def test_figures_are_for_this_machine_and_for_the_token(
    sqlite_workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    client: tuple[str, int],
    headers: dict[str, str],
    seen: bool,
) -> None:
    monkeypatch.setenv("LAMM_METRICS_TOKEN", "hunter2")
    with _browser(sqlite_workspace, client) as browser:
        assert browser.get("/metrics", headers=headers).status_code == (200 if seen else 404)
        monkeypatch.delenv("LAMM_METRICS_TOKEN")
        without = browser.get("/metrics", headers={"authorization": "Bearer "} | headers)
        assert without.status_code == (200 if seen and client != _AFAR else 404)


def test_figures_say_what_was_done(here: TestClient, workspace: Workspace, project: Project, ana: int) -> None:
    run_round(workspace, project)
    (lease,) = labelling.claim(workspace, project, ana)
    with workspace.database.write() as connection:
        jobs.add(connection, project.id, JobKind.ROUND, {}, "Ana", utc_now())
        workers.register(connection, "one", (JobKind.ROUND,), "here", 1, utc_now())
    act = {"item": lease.item_id, "action": "label", "class": "pen", "revision": lease.revision}
    acts = [act | {"key": "a"}, act | {"key": "b"}, act | {"key": "c", "class": "no such class", "revision": 2}]
    body = {"session": session_name(project, ana), "claims": True, "acts": acts}
    for content in (json.dumps(body), "{"):
        here.post("/labelling", content=content, headers={"content-type": "application/json"})
    found = _figures(here)
    expected = {
        ("lamm_acts_stored_total", "label"): 1,  # the second is the same
        ("lamm_claims_total",): 1,
        ("lamm_labelling_requests_total", "200"): 1,
        ("lamm_labelling_requests_total", "400"): 1,
        ("lamm_errors_total", "UnknownClass"): 1,
        ("lamm_errors_total", "InvalidInput"): 1,
        ("lamm_acknowledgement_seconds_count",): 2,
        ("lamm_database_up",): 1,
        ("lamm_open_leases",): 4,
        ("lamm_rounds", "done"): 1,
        ("lamm_jobs", "queued"): 1,
        ("lamm_workers_alive",): 1,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert found["lamm_round_seconds_total", "select"] > 0
    assert found["process_resident_memory_bytes",] > 1e6
    assert sum(value for name, value in found.items() if name[0] == "lamm_database_connections") >= 1


def test_figures_are_told_of_a_database_that_is_gone_and_asked_for_once(
    sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refused(_connection: Any, now: Any) -> None:
        asked.append(now)
        raise OperationalError("SELECT 1", {}, Exception("disk full"))

    monkeypatch.setattr(health, "read_gauges", refused)
    with _browser(sqlite_workspace) as browser:
        assert [_figures(browser).get(("lamm_database_up",)) for _ in range(3)] == [0, 0, 0]
        assert ("lamm_open_leases",) not in _figures(browser)
    assert len(asked) == 1
