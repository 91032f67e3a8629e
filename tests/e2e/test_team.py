"""A team's server in a browser: who sees which page, by the sidebar, by a link, and as nobody."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from conftest import NewServer
from playwright.sync_api import Browser, BrowserContext, Page, expect
from servers import Server
from support.site import PASSWORD, new_user

from lamm_core.actors import Role
from lamm_core.workflow import users
from lamm_core.workflow.projects import get_project

_PAGES = ("", "languages", "rounds", "compare", "project", "trail", "users", "review", "team", "history", "account")
# What no page may show to whom it does not concern.
_SECRET = "A guideline for the eyes of the team"
_OF_ALL = {"Annotate", "My answers", "Account"}
_OF_MANAGERS = {"Annotators", "Review", "Languages", "Rounds", "Compare", "Project", "Trail"}
_SEEN_BY = {
    "annotator": _OF_ALL | {"My work"},
    "manager": _OF_ALL | _OF_MANAGERS,
    "admin": _OF_ALL | _OF_MANAGERS | {"Users"},
}


@pytest.fixture(scope="module")
def team(new_small_home: Callable[..., object], new_module_server: NewServer) -> Server:
    """A server that nobody has opened yet, with a user of each role; the admin has no role in the project."""
    server = new_module_server(new_small_home(guidelines=_SECRET), start=False)  # type: ignore[arg-type]
    project = get_project(server.workspace, "small")
    new_user(server.workspace, "admin", is_admin=True)
    new_user(server.workspace, "stranger")
    for role in (Role.ANNOTATOR, Role.MANAGER):
        new_user(server.workspace, role.value)
        users.set_role(server.workspace, project, f"{role.value}@example.org", role)
    return server.start()


@pytest.fixture
def new_page(chromium: Browser, team: Server) -> Iterator[Callable[[str], Page]]:
    """Call it with a name for an open page, signed in as people do."""
    contexts: list[BrowserContext] = []

    def new(name: str) -> Page:
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB"))
        page = contexts[-1].new_page()
        page.goto(team.url)
        page.get_by_label("E-mail address").fill(f"{name}@example.org")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        return page

    yield new
    for each in contexts:
        each.close()


def test_nobody_gets_anything_from_a_fresh_server_but_the_sign_in(team: Server) -> None:
    with httpx.Client(base_url=team.url, headers={"accept": "text/html"}) as client:
        for page in _PAGES:
            for query in ("", "?project=small", "?project=small&language=en", "?annotator=Ana"):
                answer = client.get(f"/{page}{query}")
                assert (answer.status_code, _SECRET in answer.text) == (303, False)
                assert answer.headers["location"].startswith("/sign-in?next=")
        for path in ("/_stcore/host-config", "/media/x.csv", "/_stcore/upload_file/a/b", "/static/x.js", "/labelling"):
            for method in ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"):
                answer = client.request(method, path, headers={"accept": "*/*"})
                assert answer.status_code == 401
        socket = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
        answer = client.get("/_stcore/stream", headers=socket | {"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="})
        assert answer.status_code == 403


@pytest.mark.parametrize("name", _SEEN_BY)
def test_everybody_sees_the_pages_of_their_role_and_no_link_leads_to_others(
    new_page: Callable[[str], Page], team: Server, name: str
) -> None:
    page = new_page(name)
    expect(page.get_by_role("heading", name="Annotate")).to_be_visible()
    expect(page.get_by_text(f"Signed in as {name}")).to_be_visible()
    for path, title in (("languages", "Languages"), ("review", "Review"), ("trail", "Trail"), ("users", "Users")):
        page.goto(f"{team.url}/{path}?project=small")
        heading = title if title in _SEEN_BY[name] else "Annotate"
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        links = page.get_by_test_id("stSidebarNavLink")
        assert {each.split("\n")[-1] for each in links.all_inner_texts()} == _SEEN_BY[name]


def test_who_has_no_part_in_a_project_learns_nothing_of_it(new_page: Callable[[str], Page], team: Server) -> None:
    page = new_page("stranger")
    expect(page.get_by_text("You have no part in any project yet.")).to_be_visible()
    page.goto(f"{team.url}/?project=small")
    expect(page.get_by_text("You have no part in any project yet.")).to_be_visible()
    assert "small" not in page.inner_text("body")


def test_signing_out_ends_the_session_of_pages_that_are_still_open(
    new_page: Callable[[str], Page], team: Server
) -> None:
    page = new_page("manager")
    expect(page.get_by_role("heading", name="Annotate")).to_be_visible()
    other = page.context.new_page()
    other.goto(f"{team.url}/languages?project=small")
    expect(other.get_by_role("heading", name="Languages", exact=True)).to_be_visible()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.wait_for_timeout(1100)  # as long as a server may remember who somebody was
    other.get_by_test_id("stSidebarNav").get_by_text("Rounds", exact=True).click()
    expect(other.get_by_role("heading", name="You are signed out")).to_be_visible()
