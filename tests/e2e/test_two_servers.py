"""Two processes of the app on one PostgreSQL: whoever is sent to either of them finds one installation."""

import json
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from servers import Server
from support import workers, world

from lamm_core.storage.migrate import migrate
from lamm_core.web.outbox import session_name
from lamm_core.workflow.rounds import run_round

_PEOPLE = ("Ana", "Ben", "Cleo", "Dov")


def _post(server: Server, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{server.url}/labelling", json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def test_labels_through_two_processes_are_stored_once_and_none_is_lost(postgres: Any, tmp_path: Path) -> None:
    """Each of four people sends every message to the other process than the one before, and every third one to both."""
    settings = workers.settings_for(tmp_path, postgres("ready"))
    workspace = workers.opened(settings)
    migrate(workspace.database)
    project = world.make_project(workspace, budget=40)
    run_round(workspace, project)
    people = {name: world.ensure_annotator(workspace, name) for name in _PEOPLE}
    servers = [Server(tmp_path, settings.database_url), Server(tmp_path, settings.database_url)]

    def label_all(name: str) -> list[int]:
        session, done, acts, turn = session_name(project, people[name]), [], [], 0
        while True:
            body = {"session": session, "claims": True, "acts": acts}
            told = _post(servers[turn % 2], body)
            if turn % 3 == 0:  # as after an answer that was lost
                told = _post(servers[(turn + 1) % 2], body)
            assert told["stored"] == [act["key"] for act in acts]
            assert not told["problem"]
            if not told["items"]:
                return done
            turn += 1
            item = told["items"][0]
            acts = [{"key": f"{name}-{turn}", "item": item["id"], "action": "label", "class": "pen"}]
            acts[0]["revision"] = item["revision"]
            done.append(item["id"])

    try:
        for server in servers:
            server.launch()
        for server in servers:
            server.wait()
        with ThreadPoolExecutor(len(people)) as threads:
            done = [item for items in threads.map(label_all, people) for item in items]
        stored = Counter(item for item, annotator, *_ in world.history(workspace, project) if annotator is not None)
        assert len(done) == len(set(done)) == 40
        assert stored == Counter(done)
        assert all(row.closed_at is not None for row in world.queue_rows(workspace, project))
    finally:
        for server in servers:
            server.close()
        workspace.close()
