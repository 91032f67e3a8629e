"""A LibreTranslate server on this machine that translates by putting the language in front, and counts what it does."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CODES = ("en", "de", "sw", "zh-Hans", "pb")


class LibreServer(ThreadingHTTPServer):
    """What the server is to do, and what it did.

    Attributes:
        refusals: (status, error) of the next requests to translate, first one first; answered in earnest after that.
        limit: characters that one request may have.
        key: API key that a request must carry; empty for none.
        hold_at: number of the request to translate, from 1, that waits for `go_on`; 0 for none.
        held: set while a request waits.
        answered: (text, target) to how often a translation of it was sent.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.refusals: list[tuple[int, str]] = []
        self.limit = 10_000
        self.key = ""
        self.hold_at = 0
        self.held = threading.Event()
        self.go_on = threading.Event()
        self.requests: list[dict[str, Any]] = []
        self.answered: Counter[tuple[str, str]] = Counter()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def name(self) -> str:
        """The translator that asks this server."""
        return f"libretranslate:{self.url}"


@contextmanager
def libre_server() -> Iterator[LibreServer]:
    """A server that runs inside the block."""
    server = LibreServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: LibreServer

    def log_message(self, *_: object) -> None:
        """Nothing on the error stream."""

    def do_GET(self) -> None:
        targets = list(CODES)
        self._answer(200, [{"code": code, "name": code, "targets": targets} for code in CODES])

    def do_POST(self) -> None:
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.requests.append(body)
        if len(server.requests) == server.hold_at:
            server.held.set()
            server.go_on.wait(120)
            return  # whoever waited for it is gone
        if server.refusals:
            status, error = server.refusals.pop(0)
            self._answer(status, {"error": error})
        elif server.key and body.get("api_key") != server.key:
            self._answer(403, {"error": "Invalid API key"})
        elif sum(map(len, body["q"])) > server.limit:
            self._answer(400, {"error": f"Invalid request: request exceeds text limit ({server.limit})"})
        else:
            self._answer(200, {"translatedText": [f"{body['target']} {text}" for text in body["q"]]})
            server.answered.update((text, body["target"]) for text in body["q"])

    def _answer(self, status: int, value: object) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
