"""Many classes: letters after the digits, groups, and a field that finds classes by their name."""

import pandas as pd
import pytest
from conftest import NewScreen, NewServer
from hand import Hand
from playwright.sync_api import expect
from servers import Server
from support import world

from lamm_core.workflow.workspace import open_workspace

_GROUPS = ("Furniture", "Kitchen", "Été")
_THINGS = [f"{group} > thing {number:02}" for group in _GROUPS for number in range(99)]
_CLASSES = (*_THINGS, "pen", "ink", "Été > Thé")
_NAME = "many classes"


@pytest.fixture(scope="module")
def many(new_module_server: NewServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A project of 300 classes; its first batch holds all its texts."""
    home = tmp_path_factory.mktemp("many")
    rows = [(f"i{number}", "en", f"text {number}", "pen", "pool") for number in range(40)]
    workspace = open_workspace(home)
    world.make_project(
        workspace,
        rows=pd.DataFrame(rows, columns=["id", "language", "text", "class", "split"], dtype=object),
        name=_NAME,
        targets={"en": 0.9},
        classes=_CLASSES,
        budget=100,
        automatic_rounds=True,
    )
    workspace.close()
    return new_module_server(home)


@pytest.fixture
def hand(many: Server, new_screen: NewScreen, request: pytest.FixtureRequest) -> Hand:
    screen = new_screen(many, annotator=request.node.name, project=_NAME, kind=Hand)
    assert isinstance(screen, Hand)
    screen.wait_for_text()
    return screen


def test_letters_that_are_no_command_stand_for_the_classes_after_the_ninth(hand: Hand) -> None:
    for key in ("9", "Numpad9", "a", "B", "z"):
        hand.press(key)
    hand.dispatch(code="KeyA", key="ф")  # Russian
    hand.dispatch(code="KeyZ", key="y")  # German
    hand.wait_until_saved()
    places = (8, 8, 9, 10, 29, 9, 28)
    assert [class_name for _, class_name in hand.done] == [_CLASSES[place] for place in places]
    hints = hand.part("classes").locator("kbd").all_text_contents()
    assert "".join(hints) == "123456789ABDEHIJKLMNOPQRTVWXYZ"


def test_a_class_is_found_by_a_part_of_its_name(hand: Hand) -> None:
    assert hand.part("classes").locator(".heading").all_text_contents() == list(_GROUPS)
    before = hand.text
    hand.tap("/")
    hand.page.keyboard.type("ete the")  # neither accents nor case nor the whole name
    expect(hand.class_buttons).to_have_text(["Thé"])
    assert hand.text == before
    hand.page.keyboard.press("Enter")
    hand.page.keyboard.press("Enter")  # a double press
    hand.wait_for_text(but=before)
    expect(hand.part("search")).to_have_value("")
    expect(hand.class_buttons).to_have_count(len(_CLASSES))
    hand.press("s")  # keys are commands again
    hand.wait_until_saved()
    assert hand.done == [("label", "Été > Thé"), ("skip", None)]


def test_arrows_choose_among_the_classes_found(hand: Hand) -> None:
    before = hand.text
    hand.tap("/")
    hand.page.keyboard.type("kitchen 9")
    expect(hand.part("found")).to_have_text("18 of 300 classes")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        hand.page.keyboard.press(key)
    expect(hand.part("classes").locator(".marked")).to_have_text("thing 19")
    hand.page.keyboard.press("Enter")
    hand.wait_for_text(but=before)
    hand.tap("/")
    hand.page.keyboard.type("nothing like it")
    hand.page.keyboard.press("Enter")
    hand.page.keyboard.press("Escape")
    expect(hand.class_buttons).to_have_count(len(_CLASSES))
    hand.wait_until_saved()
    assert hand.done == [("label", "Kitchen > thing 19")]


def test_a_held_key_searches_and_labels_once(hand: Hand) -> None:
    before = hand.text
    hand.read()
    hand.hold("/")
    expect(hand.part("search")).to_have_value("")
    hand.page.keyboard.type("pen")
    hand.hold("Enter")
    after = hand.wait_for_text(but=before)
    hand.press("s")
    hand.wait_until_saved()
    assert hand.done == [("label", "pen"), ("skip", None)]
    assert hand.text not in (before, after)


def test_an_input_method_at_work_in_the_search_gives_no_class(hand: Hand) -> None:
    before = hand.text
    hand.tap("/")
    browser = hand.page.context.new_cdp_session(hand.page)
    browser.send("Input.imeSetComposition", {"text": "pen", "selectionStart": 3, "selectionEnd": 3})
    expect(hand.part("classes").locator(".marked")).to_have_text("pen")
    for key in ("Enter", "Escape", "1"):  # Enter takes what the input method offers, and no class
        browser.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": 229})
    browser.send("Input.insertText", {"text": "ink"})
    expect(hand.class_buttons).to_have_text(["ink"])
    assert hand.text == before
    hand.page.keyboard.press("Enter")
    hand.wait_for_text(but=before)
    hand.wait_until_saved()
    assert hand.done == [("label", "ink")]
