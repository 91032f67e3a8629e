"""The address of the labelling card: who may use it, and what it says to what it cannot use."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient
from support import world
from support.site import browser, site

from lamm_core.errors import StorageUnavailable
from lamm_core.records import Project
from lamm_core.web.outbox import session_name
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace

_JSON = {"content-type": "application/json"}


@pytest.fixture
def queued(workspace: Workspace, project: Project) -> Project:
    """The small project with a first batch of 20."""
    run_round(workspace, project)
    return project


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    """A browser on the address `http://localhost`, the only one allowed."""
    with browser(site(workspace, hosts=["localhost"])) as opened:
        yield opened


def _message(project: Project, annotator: int, **more: Any) -> str:
    return json.dumps({"session": session_name(project, annotator), "claims": True} | more)


def test_a_card_is_answered(client: TestClient, queued: Project, ana: int) -> None:
    own = _JSON | {"origin": "http://localhost", "sec-fetch-site": "same-origin"}
    for headers in (_JSON, own, {"content-type": "application/json; charset=utf-8"}):
        answer = client.post("/labelling", content=_message(queued, ana), headers=headers)
        assert answer.status_code == 200
        assert len(answer.json()["items"]) == 4


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},  # what a form of another site can send without asking
        {"content-type": "application/x-www-form-urlencoded"},
        {},
        _JSON | {"origin": "http://elsewhere.example"},
        _JSON | {"origin": "http://localhost:9999"},
        _JSON | {"origin": "null"},
        _JSON | {"sec-fetch-site": "cross-site"},
        _JSON | {"sec-fetch-site": "same-site"},
    ],
)
def test_a_page_of_another_site_cannot_label(
    client: TestClient, workspace: Workspace, queued: Project, ana: int, headers: dict[str, str]
) -> None:
    answer = client.post("/labelling", content=_message(queued, ana), headers=headers)
    assert answer.status_code == 403
    assert answer.json() == {"problem": "Only pages of this app may send labels."}
    assert "access-control-allow-origin" not in answer.headers
    assert all(row.annotator_id is None for row in world.queue_rows(workspace, queued))


def test_another_name_for_this_machine_is_refused(client: TestClient, queued: Project, ana: int) -> None:
    headers = _JSON | {"host": "rebound.example", "origin": "http://rebound.example"}
    assert client.post("/labelling", content=_message(queued, ana), headers=headers).status_code == 400


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "3", '{"session": 1}', "[" * 100_000, "\x00", b"\xff\xfe"])
def test_what_is_no_message_gets_one_sentence(client: TestClient, body: str | bytes) -> None:
    answer = client.post("/labelling", content=body, headers=_JSON)
    assert answer.status_code == 400
    assert answer.json() == {"problem": "This is no message of a labelling card."}


def test_a_message_that_is_too_large_is_not_read_to_its_end(client: TestClient) -> None:
    answer = client.post("/labelling", content=b"x" * 4_100_000, headers=_JSON)
    assert answer.status_code == 400
    assert "4,000,000 bytes" in answer.json()["problem"]


def test_only_posts_are_answered(client: TestClient) -> None:
    assert client.get("/labelling").status_code == 405


def test_a_session_of_other_data_is_not_found(client: TestClient, queued: Project, ana: int) -> None:
    body = json.dumps({"session": f"{queued.id}/2020-01-01T00:00:00+00:00/{ana}"})
    assert client.post("/labelling", content=body, headers=_JSON).status_code == 404


def test_a_database_that_does_not_answer_is_told_and_the_act_stays_unacknowledged(
    client: TestClient, queued: Project, ana: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(Exception):
        sqlite_errorcode = 13

    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("INSERT", {}, Full("database or disk is full"))

    monkeypatch.setattr("lamm_core.workflow.turns.apply_act", fail)
    act = {"key": "k", "item": 1, "revision": 1, "action": "label", "class": "pen"}
    answer = client.post("/labelling", content=_message(queued, ana, acts=[act]), headers=_JSON)
    assert answer.status_code == 503
    assert "full" in answer.json()["problem"]
    assert "stored" not in answer.json()


def test_data_that_cannot_be_opened_is_told(queued: Project, ana: int) -> None:
    def broken() -> Workspace:
        raise StorageUnavailable("The data folder cannot be made.")

    with browser(site(broken)) as client:
        answer = client.post("/labelling", content=_message(queued, ana), headers=_JSON)
    assert (answer.status_code, answer.json()) == (503, {"problem": "The data folder cannot be made."})


def test_an_address_behind_a_path_is_found_there(workspace: Workspace, queued: Project, ana: int) -> None:
    with browser(site(workspace, "/lamm")) as client:
        assert client.post("/lamm/labelling", content=_message(queued, ana), headers=_JSON).status_code == 200
