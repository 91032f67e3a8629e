"""Without a line to the server labelling goes on through the texts at hand, and nothing is lost or doubled."""

import re
from collections.abc import Callable

import pytest
from conftest import NewScreen
from hand import Hand
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect
from servers import Server

_HELD = 8
_OFFLINE = "Offline: {} answers kept here"
_NOTICES = """() => {
    window.notices = 0;
    const look = () => document.querySelector('[role=dialog]') && (window.notices += 1);
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}"""


@pytest.fixture
def lone(server: Server, new_screen: NewScreen, request: pytest.FixtureRequest) -> Hand:
    """A card in a browser of its own, on a server that may be treated badly."""
    screen = new_screen(server, annotator=request.node.name[:100], kind=Hand, owner="offline")
    assert isinstance(screen, Hand)
    screen.wait_for_text()
    return screen


def _expect_each_once(hand: Hand, texts: list[str], classes: list[str]) -> None:
    hand.wait_until_saved()
    acts = hand.expect_acts(len(texts), hand.annotator)
    by_id = hand.texts()
    assert [(by_id[item], class_name) for item, *_, class_name in acts] == list(zip(texts, classes, strict=True))


def test_with_the_network_cut_for_two_minutes_labelling_goes_on_and_nothing_is_lost_or_doubled(lone: Hand) -> None:
    lone.page.clock.install()
    lone.page.reload()
    lone.wait_for_text()
    asked: list[str] = []
    lone.page.on("requestfinished", lambda request: asked.append(request.url))
    refused: list[str] = []
    lone.page.on("requestfailed", lambda request: refused.append(request.url))
    lone.page.context.set_offline(True)
    try:
        expect(lone.part("state")).to_have_text("Offline: answers are kept here")
        seen = [lone.wait_for_text()] + [lone.press(str(1 + number)) for number in range(_HELD - 1)]
        lone.tap("8")
        expect(lone.part("text")).to_have_text(re.compile("^All texts held here are answered."))
        expect(lone.part("state")).to_have_text(_OFFLINE.format(_HELD))
        lone.tap("1", "s")  # there is nothing to answer
        expect(lone.part("state")).to_have_text(_OFFLINE.format(_HELD))
        lone.page.clock.fast_forward("02:00")
        expect(lone.part("state")).to_have_text(_OFFLINE.format(_HELD))
        expect(lone.part("announcement")).to_have_text("Offline. Answers are kept in this browser; go on.")
        # They were tried again and again (several at once where keys come faster than refusals), and none came through.
        assert refused.count(f"{lone.server.url}/labelling") > 1
        assert asked == []
        assert lone.done == []
    finally:
        lone.page.context.set_offline(False)
    assert lone.wait_for_text() not in seen
    _expect_each_once(lone, seen, [lone.class_of(1 + number) for number in range(_HELD)])
    expect(lone.part("announcement")).to_have_text("Connected again.")


def test_while_the_server_stalls_labelling_goes_on(lone: Hand) -> None:
    lone.server.stall()
    try:
        seen = [lone.wait_for_text(), lone.press("1")]
        expect(lone.part("state")).to_have_text("Offline: 1 answer kept here")
        lone.press("2")
        expect(lone.part("state")).to_have_text(_OFFLINE.format(2))
    finally:
        lone.server.go_on()
    _expect_each_once(lone, seen, [lone.class_of(1), lone.class_of(2)])


def test_the_notice_of_a_lost_server_does_not_stand_before_the_card(lone: Hand) -> None:
    lone.page.evaluate(_NOTICES)
    lone.server.kill()
    seen = [lone.wait_for_text(), lone.press("1")]
    lone.page.wait_for_function("() => window.notices > 0")
    expect(lone.page.get_by_role("dialog")).to_have_count(0)
    expect(lone.part("state")).to_have_text("Offline: 1 answer kept here")
    lone.press("2")
    expect(lone.part("state")).to_have_text(_OFFLINE.format(2))
    lone.server.start()
    _expect_each_once(lone, seen, [lone.class_of(1), lone.class_of(2)])


def _go_elsewhere(hand: Hand) -> None:
    hand.page.goto("about:blank")


def _reload_in_vain(hand: Hand) -> None:
    with pytest.raises(PlaywrightError, match="ERR_CONNECTION_REFUSED"):
        hand.page.reload()
    hand.use_new_page()  # the browser's own page of the error would load again by itself


def _crash(hand: Hand) -> None:
    """The process that draws the page dies; all that is left is what the browser itself keeps."""
    with hand.page.expect_event("crash"), pytest.raises(PlaywrightError):
        hand.page.goto("chrome://crash")
    hand.use_new_page()


@pytest.mark.parametrize("leave", [_go_elsewhere, _reload_in_vain, _crash])
def test_what_was_answered_offline_outlives_the_page(lone: Hand, leave: Callable[[Hand], None]) -> None:
    lone.server.kill()
    seen = [lone.wait_for_text(), lone.press("1")]
    lone.press("2")
    leave(lone)
    lone.server.start()
    lone.open()
    assert lone.wait_for_text() not in seen
    _expect_each_once(lone, seen, [lone.class_of(1), lone.class_of(2)])
    assert lone.press("u") == seen[1]
