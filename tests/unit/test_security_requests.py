"""The server asks nobody but the translator that was configured, whatever a user or that translator says."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from support import world

from lamm_core.errors import EncoderUnavailable, InvalidProject, TranslatorUnavailable, UnknownTranslator
from lamm_core.model.encoders import load_encoder
from lamm_core.translation import same_host
from lamm_core.translation.translators import load_translator
from lamm_core.workflow.projects import check_settings

_ADDRESSES = ["http://127.0.0.1:9/model", "https://example.org/m", "file:///etc", "s3://bucket/m", "hf://user/m"]


class Redirecting(BaseHTTPRequestHandler):
    """Sends every request to where the server's `to` says, and notes the path."""

    server: "Server"

    def log_message(self, *_: object) -> None:
        """Nothing on the error stream."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body = b"[]" if not self.server.to or self.path == "/inside" else b""
        self.send_response(302 if not body else 200)
        if not body:
            self.send_header("Location", self.server.to)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Redirecting)
        self.to = ""
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    """The configured one, and one that only this machine can reach."""
    both = Server(), Server()
    threads = [Thread(target=each.serve_forever, args=(0.02,), daemon=True) for each in both]
    for thread in threads:
        thread.start()
    yield both
    for each, thread in zip(both, threads, strict=True):
        each.shutdown()
        each.server_close()
        thread.join()


@pytest.mark.parametrize("way", ["other port", "other host", "file", "ftp"])
def test_a_translator_that_sends_on_to_another_server_is_refused(servers: tuple[Server, Server], way: str) -> None:
    configured, hidden = servers
    configured.to = {
        "other port": f"{hidden.url}/secret",
        "other host": f"http://localhost:{configured.server_port}/secret",
        "file": "file:///etc/passwd",
        "ftp": f"ftp://127.0.0.1:{hidden.server_port}/secret",
    }[way]
    with pytest.raises(TranslatorUnavailable) as caught:
        load_translator(f"libretranslate:{configured.url}").supports("en", "de")
    assert "\n" not in str(caught.value)
    assert hidden.asked == []
    assert configured.asked == ["/languages"]


def test_a_redirect_within_the_server_is_followed(servers: tuple[Server, Server]) -> None:
    configured, _ = servers
    configured.to = "/inside"
    assert not load_translator(f"libretranslate:{configured.url}").supports("en", "de")
    assert configured.asked == ["/languages", "/inside"]


def test_an_answer_without_end_is_not_read(servers: tuple[Server, Server], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(same_host, "MAX_ANSWER", 1)
    with pytest.raises(TranslatorUnavailable, match="does not answer as a LibreTranslate server does"):
        load_translator(f"libretranslate:{servers[0].url}").supports("en", "de")


@pytest.mark.parametrize("address", _ADDRESSES)
def test_no_address_is_taken_for_a_model(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("somebody was asked")

    monkeypatch.setattr(socket, "create_connection", never)
    monkeypatch.setattr(socket, "getaddrinfo", never)
    with pytest.raises(InvalidProject, match="it is an address"):
        check_settings(world.settings_of(encoder=address))
    with pytest.raises(EncoderUnavailable, match="it is an address"):
        load_encoder(address)
    with pytest.raises(UnknownTranslator, match="it is an address"):
        load_translator(f"transformers:{address}")
