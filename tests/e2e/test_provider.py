"""Signing in by an OIDC provider, which runs on this machine and knows two people."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from conftest import NewServer
from joserfc import jwt
from joserfc.jwk import RSAKey
from support.site import new_user

from lamm_core.storage.migrate import migrate
from lamm_core.workflow.users import add_user

_CLIENT = "lamm"


class _Provider(ThreadingHTTPServer):
    """Answers what OpenID Connect asks for; `claims` says who is signed in there."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)
        self.claims: dict[str, Any] = {}
        self.nonces: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: _Provider

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/.well-known/openid-configuration":
            url = self.server.url
            self._tell(
                {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "jwks_uri": f"{url}/keys",
                }
            )
        elif address.path == "/keys":
            self._tell({"keys": [self.server.key.as_dict(private=False)]})
        else:
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            self.server.nonces["code"] = asked["nonce"]
            self.send_response(302)
            back = urlencode({"code": "code", "state": asked["state"]})
            self.send_header("location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        now = int(time.time())
        claims = {"iss": self.server.url, "aud": _CLIENT, "iat": now, "exp": now + 60} | self.server.claims
        token = jwt.encode(
            {"alg": "RS256", "kid": "one"}, claims | {"nonce": self.server.nonces["code"]}, self.server.key
        )
        self._tell({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token})

    def _tell(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is written."""


@pytest.fixture
def provider() -> Iterator[_Provider]:
    """A provider that answers."""
    with _Provider() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_provider_signs_in_who_has_an_account_and_nobody_else(
    provider: _Provider, new_server: NewServer, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    server = new_server(home, start=False)
    migrate(server.workspace.database)
    new_user(server.workspace, "ada", is_admin=True)
    add_user(server.workspace, "Ben", "ben@example.org")
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(
        f'[auth]\nredirect_uri = "{server.url}/oauth2callback"\ncookie_secret = "{"s" * 40}"\n'
        f'client_id = "{_CLIENT}"\nclient_secret = "known to both"\n'
        f'server_metadata_url = "{provider.url}/.well-known/openid-configuration"\n',
        "utf-8",
    )
    server.start(options={"secrets.files": str(secrets)})
    with httpx.Client(base_url=server.url, headers={"accept": "text/html"}, follow_redirects=True) as client:
        assert "Sign in by default" in client.get("/").text
        provider.claims = {"sub": "2", "email": "eve@example.org", "email_verified": True}
        refused = client.get("/sign-in?provider=default")
        assert (refused.status_code, "no account for" in refused.text) == (403, True)
        provider.claims = {"sub": "1", "email": "ben@example.org", "email_verified": True}
        welcomed = client.get("/sign-in?provider=default")
        assert (welcomed.status_code, welcomed.url.path) == (200, "/")
        assert client.cookies.get("lamm_session")
        # What Streamlit remembered has done its work: signing out is signing out.
        assert not [name for name in client.cookies if name.startswith("_streamlit_user")]
        client.post("/sign-out")
        assert client.get("/").url.path == "/sign-in"
