"""The card for eyes, ears and hands of all kinds: checked by axe-core, and by what must be in sight and in order."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import NewScreen
from hand import Hand
from playwright.sync_api import expect
from servers import Server

_GRAVE = {"serious", "critical"}
_LOOKS = [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"color_scheme": "light", "width": 390}]
_IN_SIGHT = """(names) => names.filter((name) => {
    const part = [...document.querySelectorAll("*")].map((each) => each.shadowRoot ?? each)
        .map((root) => root.querySelector(`[data-part=${name}]`)).find(Boolean);
    const { top, bottom, left, right } = part.getBoundingClientRect();
    return top < 0 || left < 0 || bottom > window.innerHeight || right > window.innerWidth;
})"""
_FOCUSED = """() => {
    let element = document.activeElement;
    while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element.dataset.part ?? element.parentElement.parentElement.dataset.part ?? element.tagName;
}"""


def _grave(hand: Hand) -> list[tuple[str, Any]]:
    report = Axe().run(hand.page, options={"resultTypes": ["violations", "passes"]}).response
    looked_at = [node["html"] for each in report["passes"] for node in each["nodes"]]
    assert any('data-part="skip"' in html for html in looked_at)  # else it did not look into the card
    found = [each for each in report["violations"] if each["impact"] in _GRAVE]
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]


@pytest.mark.parametrize("look", _LOOKS, ids=lambda look: f"{look['color_scheme']} {look.get('width', 1280)}")
def test_axe_finds_nothing_serious(server: Server, new_screen: NewScreen, look: dict[str, object]) -> None:
    hand = new_screen(server, annotator="axe", kind=Hand, **look)
    assert isinstance(hand, Hand)
    hand.press("1")
    hand.tap("f", "c")
    hand.page.keyboard.type("a comment")
    hand.part("why").locator("summary").click()
    hand.settled()
    assert _grave(hand) == []
    hand.part("text").focus()
    hand.press("ArrowLeft")
    assert _grave(hand) == []
    hand.tap("?")
    expect(hand.part("helpDialog")).to_be_visible()
    assert _grave(hand) == []


def test_at_double_zoom_text_and_answers_are_in_sight(server: Server, new_screen: NewScreen) -> None:
    hand = new_screen(server, annotator="zoom", width=640, height=450, device_scale_factor=2)
    hand.wait_for_text()
    hand.settled()
    assert hand.page.evaluate(_IN_SIGHT, ["text", "classes", "skip", "undo", "flag", "comment", "help"]) == []
    assert hand.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_the_focus_goes_from_the_text_to_the_classes_and_on_to_the_rest(hand: Hand) -> None:
    hand.press("1")
    hand.part("text").focus()
    order = ["text"]
    for _ in range(14):
        hand.page.keyboard.press("Tab")
        order.append(hand.page.evaluate(_FOCUSED))
    assert order == ["text", *["classes"] * 8, "skip", "undo", "flag", "comment", "back", "guidelines"]
    for name, part in (("Flag", "flag"), ("Comment", "comment"), ("Help: all keys", "help")):
        assert name in (hand.part(part).get_attribute("aria-label") or hand.part(part).inner_text())
