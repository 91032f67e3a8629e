"""The door of the app: nobody gets past it without a session, and no other site can open or close one."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from support import world
from support.site import PASSWORD, browser, new_user, site

from lamm_core.accounts import Identity
from lamm_core.actors import Role
from lamm_core.errors import NotAllowed, StorageUnavailable
from lamm_core.web.outbox import session_name
from lamm_core.workflow import users
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.serving import check_address
from lamm_core.workflow.workspace import Workspace

HTML = {"accept": "text/html,application/xhtml+xml"}
JSON = {"content-type": "application/json"}
COOKIE = "lamm_session"


@pytest.fixture
def team(sqlite_workspace: Workspace) -> Workspace:
    """An installation with an admin, Ada, and nobody else."""
    new_user(sqlite_workspace, "ada", is_admin=True)
    return sqlite_workspace


@pytest.fixture
def client(team: Workspace) -> Iterable[TestClient]:
    """A browser that nobody has signed in with."""
    with browser(site(team)) as opened:
        yield opened


def _sign_in(client: TestClient, name: str = "ada", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in", data={"email": f"{name}@example.org", "password": password} | more)


def test_without_accounts_the_app_is_open_to_who_sits_at_it(sqlite_workspace: Workspace) -> None:
    with browser(site(sqlite_workspace)) as client:
        assert client.get("/", headers=HTML).text == "a page"
        with client.websocket_connect("/_stcore/stream") as socket:
            assert socket.receive_text() == "a page"


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via"])
def test_without_accounts_nobody_comes_through_a_proxy(sqlite_workspace: Workspace, name: str) -> None:
    with browser(site(sqlite_workspace)) as client:
        assert client.get("/", headers=HTML | {name: "203.0.113.9"}).status_code == 403
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream", headers={name: "x"}):
            pass
        assert client.post("/labelling", content="{}", headers=JSON | {name: "x"}).status_code == 403


def test_without_accounts_other_computers_are_refused_however_the_app_is_served(sqlite_workspace: Workspace) -> None:
    with TestClient(site(sqlite_workspace), "http://localhost", client=("203.0.113.9", 50_000)) as client:
        assert client.get("/", headers=HTML).status_code == 403


@pytest.mark.parametrize("origin", ["http://localhost:9999", "http://evil.example", "null"])
def test_a_websocket_of_another_site_is_refused(sqlite_workspace: Workspace, origin: str) -> None:
    with browser(site(sqlite_workspace)) as client:
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect("/_stcore/stream", headers={"origin": origin}),
        ):
            pass
        with client.websocket_connect("/_stcore/stream", headers={"origin": "http://testserver"}) as socket:
            assert socket.receive_text() == "a page"


def test_only_who_manages_a_project_uploads(team: Workspace, client: TestClient) -> None:
    project = world.make_project(team)
    for role, status in ((Role.ANNOTATOR, 403), (Role.MANAGER, 404)):  # there is no such session to upload into
        new_user(team, role.value)
        users.set_role(team, project, f"{role.value}@example.org", role)
        _sign_in(client, role.value)
        assert client.put("/_stcore/upload_file/a/b", content=b"x").status_code == status


def test_behind_tls_a_plain_cookie_counts_for_nothing(team: Workspace) -> None:
    with browser(site(team)) as plain:
        token = _sign_in(plain).cookies[COOKIE]
    with browser(site(team), "https://localhost") as secure:
        assert secure.get("/", headers=HTML | {"cookie": f"{COOKIE}={token}"}).status_code == 303
        assert secure.get("/", headers=HTML | {"cookie": f"__Host-{COOKIE}={token}"}).text == "a page"


def test_the_first_account_closes_the_door_of_a_running_server(sqlite_workspace: Workspace) -> None:
    now = [0.0]
    with browser(site(sqlite_workspace, clock=lambda: now[0])) as client:
        assert client.get("/", headers=HTML).text == "a page"
        new_user(sqlite_workspace, "ada", is_admin=True)
        now[0] += 1.1
        assert client.get("/", headers=HTML).status_code == 303


@pytest.mark.parametrize("path", ["/", "/languages", "/languages?project=shop", "/no-such-page"])
def test_a_page_leads_nobody_to_the_sign_in_and_back(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 303
    there = urlsplit(answer.headers["location"])
    assert (there.path, parse_qs(there.query)) == ("/sign-in", {"next": [path]})
    assert _sign_in(client, next=path).headers["location"] == path
    assert client.get("/", headers=HTML).text == "a page"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/media/secret.csv"),
        ("PUT", "/_stcore/upload_file/a/b"),
        ("POST", "/labelling"),
        ("GET", "/_stcore/host-config"),
        ("GET", "/sign-in/"),
        ("GET", "/sign-in/../languages"),
        ("GET", "/SIGN-IN"),
        ("GET", "/static/index.js"),
    ],
)
def test_everything_else_is_closed_to_nobody(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path, headers=JSON)
    assert (answer.status_code, answer.json()) == (401, {"problem": "Sign in first."})


def test_no_page_runs_for_nobody(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream"):
        pass
    client.cookies.set(COOKIE, "made-up")
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream"):
        pass
    client.cookies.clear()
    cookie = {"cookie": f"{COOKIE}={_sign_in(client).cookies[COOKIE]}"}
    with client.websocket_connect("/_stcore/stream", headers=cookie) as socket:
        assert socket.receive_text() == "a page"


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(team: Workspace) -> None:
    with browser(site(team)) as plain:
        told = _sign_in(plain).headers["set-cookie"].lower()
        assert told.startswith("lamm_session=")
        assert "httponly" in told
        assert "samesite=lax" in told
        assert "secure" not in told.replace("lamm_session", "")
    with browser(site(team), "https://localhost") as secure:
        told = _sign_in(secure).headers["set-cookie"]
        assert told.startswith("__Host-lamm_session=")
        assert "; Secure" in told
    with browser(site(team)) as proxied:
        told = proxied.post(
            "/sign-in",
            data={"email": "ada@example.org", "password": PASSWORD},
            headers={"x-forwarded-proto": "https"},
        ).headers["set-cookie"]
        assert "; Secure" in told


def test_a_session_that_somebody_prepared_is_not_taken_over(client: TestClient) -> None:
    client.cookies.set(COOKIE, "prepared-by-somebody")
    token = _sign_in(client).cookies[COOKIE]
    assert token != "prepared-by-somebody"
    # Signing in again ends the session that the browser had.
    client.cookies.clear()
    client.cookies.set(COOKIE, token)
    _sign_in(client)
    client.cookies.clear()
    client.cookies.set(COOKIE, token)
    assert client.get("/", headers=HTML).status_code == 303


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/welcome"])
@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://elsewhere.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
)
def test_no_other_site_signs_anybody_in_or_out(client: TestClient, path: str, headers: dict[str, str]) -> None:
    mine = _sign_in(client).cookies[COOKIE]
    form = {"email": "ada@example.org", "password": PASSWORD, "token": "t"}
    answer = client.post(path, data=form, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    client.cookies.set(COOKIE, mine)
    assert client.get("/", headers=HTML).text == "a page"


def test_a_visit_of_the_sign_out_does_nothing_and_its_button_does_it(client: TestClient) -> None:
    _sign_in(client)
    assert "Sign out of LAMM?" in client.get("/sign-out", headers=HTML).text
    assert client.get("/", headers=HTML).text == "a page"
    assert client.post("/sign-out").status_code == 303
    assert client.get("/", headers=HTML).status_code == 303


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nset-cookie: x=1", "a"],
)
def test_the_sign_in_leads_nowhere_else(client: TestClient, wanted: str) -> None:
    assert _sign_in(client, next=wanted).headers["location"] == "/"


def test_a_wrong_password_is_told_in_one_sentence_and_the_address_stays(client: TestClient) -> None:
    answer = _sign_in(client, password="another password")
    assert answer.status_code == 403
    assert "This e-mail address and this password do not go together." in answer.text
    assert 'value="ada@example.org"' in answer.text
    assert "another password" not in answer.text
    for _ in range(5):
        answer = _sign_in(client, password="another password")
    assert answer.status_code == 429


def test_pages_of_the_sign_in_run_no_script_and_show_what_is_typed_as_text(client: TestClient) -> None:
    evil = '"><script>alert(1)</script>'
    answer = client.post("/sign-in", data={"email": evil, "password": "p", "next": f"/{evil}"})
    assert "<script>" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"


def test_a_link_sets_a_password_and_is_used_up_by_its_form_only(client: TestClient, team: Workspace) -> None:
    users.add_user(team, "<b>Ben</b>", "ben@example.org")
    token = users.new_link(team, "ben@example.org")
    for _ in range(2):  # programs that look into mail open links too
        page = client.get("/welcome", params={"token": token}, headers=HTML)
        assert "Welcome, &lt;b&gt;Ben&lt;/b&gt;" in page.text
    short = client.post("/welcome", data={"token": token, "password": "short"})
    assert (short.status_code, "10 to 200" in short.text) == (400, True)
    assert client.post("/welcome", data={"token": token, "password": PASSWORD}).headers["location"] == "/"
    assert client.get("/", headers=HTML).text == "a page"
    again = client.post("/welcome", data={"token": token, "password": PASSWORD})
    assert (again.status_code, "works no more" in again.text) == (403, True)


@pytest.mark.parametrize("body", [b"\xff\xfe=1&%00=%00", b"&".join(b"a=1" for _ in range(100)), b"x" * 30_000])
def test_a_form_that_makes_no_sense_is_refused(client: TestClient, body: bytes) -> None:
    answer = client.post("/sign-in", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code in (400, 403)


def test_the_sign_in_speaks_the_language_of_the_browser(client: TestClient) -> None:
    page = client.get("/sign-in", headers=HTML | {"accept-language": "de-AT,de;q=0.9,en;q=0.5"})
    assert '<html lang="de">' in page.text
    assert "Anmelden" in page.text


def test_an_app_behind_a_path_has_its_door_there(team: Workspace) -> None:
    with browser(site(team, "/lamm")) as client:
        assert client.get("/lamm/", headers=HTML).headers["location"].startswith("/lamm/sign-in?")
        form = {"email": "ada@example.org", "password": PASSWORD, "next": "/elsewhere"}
        assert client.post("/lamm/sign-in", data=form).headers["location"] == "/lamm"
        assert client.get("/lamm/", headers=HTML).text == "a page"


def test_where_the_database_does_not_answer_nobody_is_let_in() -> None:
    def broken() -> Workspace:
        raise StorageUnavailable("The database does not answer.")

    with browser(site(broken)) as client:
        answer = client.get("/", headers=HTML)
    assert (answer.status_code, answer.json()) == (503, {"problem": "The database does not answer."})


def test_cards_label_for_their_own_user_only(team: Workspace, client: TestClient) -> None:
    project = world.make_project(team)
    run_round(team, project)
    ben, eve = (new_user(team, name).user.annotator_id for name in ("ben", "eve"))
    users.set_role(team, project, "ben@example.org", Role.ANNOTATOR)

    def claim(annotator: int) -> Any:
        body = json.dumps({"session": session_name(project, annotator), "claims": True})
        return client.post("/labelling", content=body, headers=JSON)

    _sign_in(client, "eve")  # has no part in the project
    assert (claim(eve).status_code, claim(ben).status_code) == (404, 404)
    _sign_in(client, "ben")
    assert claim(eve).status_code == 403
    answer = claim(ben)
    assert (answer.status_code, len(answer.json()["items"])) == (200, 4)


def test_a_change_of_role_reaches_a_running_server_within_a_second(team: Workspace) -> None:
    project = world.make_project(team)
    run_round(team, project)
    ben = new_user(team, "ben").user.annotator_id
    users.set_role(team, project, "ben@example.org", Role.ANNOTATOR)
    now = [0.0]
    with browser(site(team, clock=lambda: now[0])) as client:
        _sign_in(client, "ben")
        body = json.dumps({"session": session_name(project, ben), "claims": True})
        assert client.post("/labelling", content=body, headers=JSON).status_code == 200
        users.set_role(team, project, "ben@example.org", None)
        now[0] += 1.1
        assert client.post("/labelling", content=body, headers=JSON).status_code == 404
        users.set_disabled(team, "ben@example.org", is_disabled=True)
        now[0] += 1.1
        assert client.post("/labelling", content=body, headers=JSON).status_code == 401


class _Elsewhere:
    """A provider that trusts a cookie."""

    def names(self) -> Sequence[str]:
        return ("acme",)

    def address(self, name: str) -> str:
        return f"https://id.example/{name}"

    def identity(self, cookies: Mapping[str, str]) -> Identity | None:
        email = cookies.get("vouched", "")
        return Identity("https://id.example", email, email, is_verified=True) if email else None

    def cookies(self, cookies: Mapping[str, str]) -> Iterable[str]:
        return [name for name in cookies if name == "vouched"]


def test_who_comes_back_from_a_provider_gets_a_session_of_ours(team: Workspace) -> None:
    users.add_user(team, "Ben", "ben@example.org")
    with browser(site(team, provider=_Elsewhere())) as client:
        assert "Sign in by acme" in client.get("/sign-in", headers=HTML).text
        assert client.get("/sign-in?provider=acme").headers["location"] == "https://id.example/acme"
        assert client.get("/sign-in?provider=other").status_code == 200
        client.cookies.set("vouched", "eve@example.org")
        refused = client.get("/", headers=HTML)
        assert (refused.status_code, "no account for" in refused.text) == (403, True)
        client.cookies.set("vouched", "ben@example.org")
        assert client.get("/languages?a=b", headers=HTML).headers["location"] == "/languages?a=b"
        assert client.get("/languages", headers=HTML).text == "a page"
        client.cookies.clear()
        vouched = {"cookie": "vouched=ben@example.org"}
        out = client.post("/sign-out", headers=vouched)
        assert 'vouched=""' in out.headers["set-cookie"]
        assert client.get("http://localhost//evil.example/x", headers=HTML | vouched).headers["location"] == "/"


@pytest.mark.parametrize("address", ["", "0.0.0.0", "::", "192.0.2.1", "lamm.example.org", "127.evil.example"])
def test_other_computers_are_served_only_once_there_are_accounts(sqlite_workspace: Workspace, address: str) -> None:
    with pytest.raises(NotAllowed, match="lamm user add"):
        check_address(sqlite_workspace, address)
    new_user(sqlite_workspace, "ada", is_admin=True)
    check_address(sqlite_workspace, address)


def test_a_proxy_for_other_computers_needs_accounts_too(sqlite_workspace: Workspace) -> None:
    settings = replace(sqlite_workspace.settings, public_url="https://lamm.example.org/here")
    with pytest.raises(NotAllowed, match=r"lamm\.example\.org"):
        check_address(replace(sqlite_workspace, settings=settings), "127.0.0.1")
    here = replace(settings, public_url="http://localhost:9000")
    check_address(replace(sqlite_workspace, settings=here), "127.0.0.1")


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "[::1]", "127.1.2.3"])
def test_this_computer_is_served_without_accounts(sqlite_workspace: Workspace, address: str) -> None:
    check_address(sqlite_workspace, address)
