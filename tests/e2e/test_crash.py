"""A label that somebody gave is stored exactly once, whatever becomes of the server."""

import re

import pytest
from conftest import NewScreen, NewServer
from playwright.sync_api import expect
from screen import READING_MS, Screen


def _reconnect(screen: Screen) -> None:
    """The page finds the server again by itself."""


def _open_again(screen: Screen) -> None:
    screen.page.goto("about:blank")
    screen.open()


@pytest.mark.parametrize("come_back", [_reconnect, _open_again])
def test_labels_given_while_the_server_is_dead_are_stored_once(
    new_server: NewServer, new_screen: NewScreen, come_back
) -> None:
    server = new_server()
    screen = new_screen(server, annotator="Ana")
    for key in "123":
        screen.press(key)
    server.kill()
    given = [screen.wait_for_text(), screen.press("4")]
    screen.page.keyboard.press("5")
    expect(screen.part("state")).to_have_text(re.compile("^Saving 2 …$|^Offline: 2 answers kept here$"))
    screen.page.wait_for_timeout(READING_MS)
    server.start()
    come_back(screen)
    screen.wait_for_text()
    screen.wait_until_saved()
    acts = screen.expect_acts(5, "Ana")
    texts = screen.texts()
    classes = screen.project.settings.classes
    assert len({item for item, *_ in acts}) == 5
    assert [(texts[item], class_name) for item, *_, class_name in acts[3:]] == [
        (given[0], classes[3]),
        (given[1], classes[4]),
    ]
    assert screen.count == "Batch 1: 5 of 25"
    assert screen.text not in {texts[item] for item, *_ in acts}
