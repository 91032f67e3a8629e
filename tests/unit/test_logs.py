"""Logs as JSON: what is in a line, and what never is."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from support import world
from support.site import browser, site

from lamm_core import logs
from lamm_core.errors import StorageUnavailable
from lamm_core.storage import queue_counts
from lamm_core.web.outbox import session_name
from lamm_core.workflow import labelling
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace

SECRET = "S3cret-Geheimnis"


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Where a server's logs go; afterwards everything is as it was."""
    root = logging.getLogger()
    handlers, kind, level = root.handlers[:], logging.getLoggerClass(), logging.getLogger("lamm_core").level
    kinds = {name: type(each) for name, each in logging.root.manager.loggerDict.items()}
    monkeypatch.setenv("LAMM_LOG", "json")
    written = io.StringIO()
    logs.configure_logs(written)
    yield written
    root.handlers[:] = handlers
    logging.setLoggerClass(kind)
    logging.getLogger("lamm_core").setLevel(level)
    for name, each in logging.root.manager.loggerDict.items():
        if isinstance(each, logging.Logger):
            each.__class__ = kinds.get(name, logging.Logger)


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_when_what_and_where(stream: io.StringIO) -> None:
    with logs.about(request_id="abc", project_id=3):
        extra = {"kind": "Broken", "seconds": 0.25, "text": SECRET}
        logging.getLogger("lamm_core.some").info("round %s of project %d runs", 7, 3, extra=extra)
    (line,) = _lines(stream)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "lamm_core.some",
        "event": "round 7 of project 3 runs",
        "request_id": "abc",
        "project_id": 3,
        "kind": "Broken",
        "seconds": 0.25,
    }


def _store() -> None:
    raise OperationalError(f"INSERT {SECRET}", {"text": SECRET}, Exception(SECRET))


def _raise_hostile() -> None:
    try:
        _store()
    except OperationalError as error:
        raise StorageUnavailable(f"postgresql://lamm:{SECRET}@host/db") from error


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("could not store %s", (SECRET,)),
        ("could not store %(text)s", ({"text": SECRET},)),
        ("number %d", (SECRET,)),
        ("%s", (ValueError(SECRET),)),
        (f"cannot connect to postgresql+psycopg://lamm:{SECRET}@host:5432/db", ()),
        (f"GET http://host/invitation?token={SECRET}", ()),
        (f"Authorization: Bearer {SECRET}", ()),
        (f"password={SECRET} refused", ()),
        (f"invalid value '{SECRET}', 'x' given", ()),
        (f'invalid value "{SECRET}"', ()),
        (f"Task exception was never retrieved\nfuture: <Task exception=ValueError('{SECRET}')>", ()),
        (f"<Task exception={SECRET}>", ()),
        (f"mail to {SECRET}@example.org failed", ()),
        (ValueError(SECRET), ()),
    ],
)
def test_no_text_and_no_secret_is_ever_written(message: Any, arguments: tuple[Any, ...]) -> None:
    try:
        _raise_hostile()
    except StorageUnavailable:
        error = sys.exc_info()
    record = logging.getLogger("x").makeRecord("x", logging.ERROR, "x.py", 1, message, arguments, error)
    record.kind = f"a {SECRET} {SECRET}"
    written = logs.JsonLines().format(record)
    line = json.loads(written)
    assert SECRET not in written
    assert line["kind"] == "…"
    assert line["error"]["kind"] == "StorageUnavailable"
    assert line["error"]["cause"]["kind"] == "OperationalError"
    assert line["error"]["at"][-1].endswith("_raise_hostile")


def test_a_library_cannot_write_beside_it(stream: io.StringIO) -> None:
    """As Streamlit does: a handler and a form of its own, and nothing handed on."""
    own = io.StringIO()
    for name in ("asyncio", "a.library.loaded.later"):
        library = logging.getLogger(name)
        handler = logging.StreamHandler(own)
        library.addHandler(handler)
        library.propagate = False
        library.error("said")
        library.removeHandler(handler)
        library.propagate = True
    assert own.getvalue() == ""
    assert [line["event"] for line in _lines(stream)] == ["said", "said"]


@pytest.mark.parametrize(
    ("form", "terminal", "is_json"),
    [("json", True, True), ("text", False, False), ("", False, True), ("", True, False)],
)
def test_a_server_without_a_terminal_writes_json_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, form: str, terminal: bool, is_json: bool
) -> None:
    monkeypatch.setenv("LAMM_LOG", form)
    other = io.StringIO()
    monkeypatch.setattr(other, "isatty", lambda: terminal)
    logs.configure_logs(other)
    logging.getLogger("lamm_core").warning("said")
    assert bool(other.getvalue()) == is_json


@pytest.mark.parametrize("breaks", ["database", "program"])
def test_a_label_that_could_not_be_stored_is_logged_without_what_was_written(
    sqlite_workspace: Workspace, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    """The whole way of a request with a secret text, over a database that fails while it quotes it."""
    project = world.make_project(sqlite_workspace)
    ana = world.ensure_annotator(sqlite_workspace, "Ana")
    run_round(sqlite_workspace, project)
    (lease,) = labelling.claim(sqlite_workspace, project, ana)

    def fail(connection: Any, *_: Any) -> None:
        query = (
            "SELECT :secret FROM nowhere" if breaks == "program" else "SELECT abs(:secret), abs(-9223372036854775808)"
        )
        try:
            connection.execute(text(query), {"secret": SECRET})
        except Exception as error:
            if breaks == "program":
                raise
            raise OperationalError(str(error), {"comment": SECRET}, Exception(f"disk full: {SECRET}")) from error

    monkeypatch.setattr(queue_counts, "progress", fail)
    act = {"key": "a", "item": lease.item_id, "action": "label", "class": "pen", "revision": 1, "comment": SECRET}
    body = json.dumps({"session": session_name(project, ana), "claims": True, "acts": [act]})
    client = browser(site(sqlite_workspace), raise_server_exceptions=False)
    answer = client.post("/labelling", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == (503 if breaks == "database" else 500)
    assert SECRET not in stream.getvalue()
    (line, *_) = [each for each in _lines(stream) if each["logger"] == "lamm_core.web.routes"]
    assert (line["project_id"], line["annotator_id"]) == (project.id, ana)
    if breaks == "database":
        assert line["event"] == "labels could not be stored: StorageUnavailable"
        assert line["request_id"] == answer.headers["x-request-id"]
