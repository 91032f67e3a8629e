"""Every page opens by its address, in light, in dark and on a telephone."""

import re

import pytest
from conftest import NewScreen, NewServer
from playwright.sync_api import expect
from servers import Server
from support.workers import until

from lamm_core.workflow.sample import SAMPLE_NAME

_PATHS = {"": "Annotate", "languages": "Languages", "rounds": "Rounds", "project": "Project"}
_LOOKS = [
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"color_scheme": "light", "width": 390},
]
_TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll("[data-testid=stMain]")]
    .filter((element) => element.scrollWidth > element.clientWidth).length"""


def test_a_page_opened_first_on_a_fresh_server_has_the_whole_frame(
    new_server: NewServer, new_screen: NewScreen
) -> None:
    paths = {path: title for path, title in _PATHS.items() if path}
    servers = {path: new_server(start=False).launch() for path in paths}
    for path, title in paths.items():
        screen = new_screen(servers[path].wait(), path)
        expect(screen.title).to_have_text(title)
        expect(screen.page.get_by_test_id("stSidebarNav").get_by_role("link")).to_contain_text(list(_PATHS.values()))
        expect(screen.page.get_by_role("combobox", name="Project")).to_have_value(SAMPLE_NAME)
        expect(screen.page).to_have_url(re.compile(rf"/{path}(\?.*)?$"))
        expect(screen.title).to_have_count(1)
        screen.go_to("Annotate").wait_for_text()


@pytest.mark.parametrize("look", _LOOKS, ids=lambda look: f"{look['color_scheme']} {look.get('width', 1280)}")
def test_a_page_shows_no_error_and_never_scrolls_sideways(
    server: Server, new_screen: NewScreen, look: dict[str, object]
) -> None:
    for path, title in _PATHS.items():
        screen = new_screen(server, path, **look)
        expect(screen.title).to_have_text(title)
        screen.settled()
        if not path:
            screen.wait_for_text()
        if path in ("languages", "rounds"):
            expect(screen.page.get_by_test_id("stPlotlyChart").first).to_be_visible()
        until(lambda screen=screen: screen.page.evaluate(_TOO_WIDE) == 0, 5)
        expect(screen.page.get_by_test_id("stAlertContentError")).to_have_count(0)
        screen.check_healthy()


@pytest.mark.parametrize("address", ["?project=gone", "?annotator=" + "x" * 300, "?annotator=%20", "?project="])
def test_an_address_that_makes_no_sense_still_gives_a_page(server: Server, new_screen: NewScreen, address: str) -> None:
    screen = new_screen(server)
    screen.page.goto(f"{server.url}/{address}")
    expect(screen.title).to_have_text("Annotate")
    screen.settled()
    screen.wait_for_text()


def test_a_name_that_cannot_be_stored_gets_one_sentence(server: Server, new_screen: NewScreen) -> None:
    screen = new_screen(server)
    screen.page.goto(f"{server.url}/?annotator=%00")
    expect(screen.alerts).to_have_text(re.compile("cannot hold a NUL character"))
    screen.check_healthy()
