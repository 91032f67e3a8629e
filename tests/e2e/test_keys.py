"""One press of a key is one act, whatever the hand, the browser or the rest of the page does."""

import itertools
from collections.abc import Callable

import pytest
from conftest import NewScreen
from playwright.sync_api import expect
from screen import READING_MS, Screen
from servers import Server
from support import world

_numbers = itertools.count(1)


class Hand(Screen):
    """The screen of an annotator of their own, who has done nothing before."""

    @property
    def done(self) -> list[tuple[str, str | None]]:
        """What is stored of this annotator: (action, class), oldest first."""
        return [(action, class_name) for *_, action, class_name in self.acts(self.annotator)]

    def labels_once_more(self) -> list[tuple[str, str | None]]:
        """Give one more label, wait until all is saved, and return everything stored.

        Acts are stored in the order in which they were made, so nothing can still be on its way afterwards.
        """
        self.page.wait_for_timeout(READING_MS)
        self.press("8")
        self.wait_until_saved()
        return self.done


@pytest.fixture
def hand(server: Server, new_screen: NewScreen) -> Hand:
    """A card with a text to label."""
    screen = new_screen(server, annotator=f"annotator {next(_numbers)}", kind=Hand)
    assert isinstance(screen, Hand)
    screen.wait_for_text()
    return screen


def _class(screen: Screen, key: int) -> str:
    return screen.project.settings.classes[key - 1]


def test_a_key_held_for_a_second_labels_once(hand: Hand) -> None:
    for _ in range(30):
        hand.page.keyboard.down("1")  # all but the first are repeats, as from a held key
        hand.page.wait_for_timeout(33)
    hand.page.keyboard.up("1")
    assert hand.labels_once_more() == [("label", _class(hand, 1)), ("label", _class(hand, 8))]


def test_a_key_pressed_twice_within_a_moment_labels_once(hand: Hand) -> None:
    hand.page.evaluate(
        """() => {
            const press = () => document.dispatchEvent(new KeyboardEvent("keydown", { code: "Digit1", key: "1" }));
            press();
            press();
        }"""
    )
    hand.wait_until_saved()
    assert hand.labels_once_more() == [("label", _class(hand, 1)), ("label", _class(hand, 8))]


def test_keys_that_mean_something_else_do_nothing(hand: Hand) -> None:
    before = hand.text
    for key in ("Control+1", "Alt+1", "Meta+1", "Control+u", "9", "0", "x"):
        hand.page.keyboard.press(key)
    assert hand.text == before
    assert hand.labels_once_more() == [("label", _class(hand, 8))]


def test_keys_in_a_field_of_the_sidebar_only_write(hand: Hand) -> None:
    before = hand.text
    name = hand.page.get_by_role("textbox", name="Your name")
    name.click()
    name.press("End")
    name.press_sequentially("1s5")
    for _ in range(3):
        name.press("Backspace")
    hand.page.get_by_role("combobox", name="Project").click()
    hand.page.keyboard.type("1")
    hand.page.keyboard.press("Escape")
    assert hand.text == before
    hand.part("text").click()
    assert hand.labels_once_more() == [("label", _class(hand, 8))]


def test_keys_do_nothing_on_other_pages(hand: Hand) -> None:
    hand.go_to("Languages").settled()
    for key in "12su":
        hand.page.keyboard.press(key)
    hand.go_to("Annotate")
    hand.wait_for_text()
    assert hand.labels_once_more() == [("label", _class(hand, 8))]


def test_the_number_pad_labels(hand: Hand) -> None:
    hand.press("Numpad3")
    hand.wait_until_saved()
    assert hand.done == [("label", _class(hand, 3))]


def test_s_sets_a_text_aside_and_the_next_one_appears(hand: Hand) -> None:
    before = hand.text
    hand.press("s")
    hand.wait_until_saved()
    assert hand.done == [("skip", None)]
    expect(hand.part("recent")).to_have_text(f"skipped: {before}")


@pytest.mark.parametrize("key", ["u", "Backspace"])
def test_undo_goes_back_one_text_at_a_time(hand: Hand, key: str) -> None:
    seen = [hand.wait_for_text()] + [hand.press(each) for each in "12s"]
    back = [hand.press(key) for _ in range(3)]
    assert back == seen[2::-1]
    expect(hand.part("undo")).to_be_disabled()
    assert [hand.press(each) for each in "445"] == seen[1:]
    hand.wait_until_saved()
    stored = world.stored_items(hand.server.workspace, hand.project)
    texts = hand.texts()
    classes = {texts[item]: stored[item].class_name for item, *_ in hand.acts(hand.annotator)}
    assert classes == dict(zip(seen, [_class(hand, 4), _class(hand, 4), _class(hand, 5)], strict=False))


def test_undo_reaches_back_over_a_reload(hand: Hand) -> None:
    seen = [hand.wait_for_text()] + [hand.press(each) for each in "123"]
    hand.wait_until_saved()
    hand.page.reload()
    assert hand.wait_for_text() == seen[3]
    for text in seen[2::-1]:
        expect(hand.part("undo")).to_be_enabled()
        assert hand.press("u") == text
        hand.wait_until_saved()
    assert [action for action, _ in hand.done] == ["label"] * 3 + ["undo"] * 3


def test_the_buttons_of_the_classes_label(hand: Hand) -> None:
    for place in (0, 7):
        before = hand.text
        hand.class_buttons.nth(place).click()
        hand.wait_for_text(but=before)
    hand.wait_until_saved()
    assert hand.done == [("label", _class(hand, 1)), ("label", _class(hand, 8))]


def _double_click(hand: Hand) -> None:
    hand.class_buttons.first.dblclick(delay=70)


def _hold_enter(hand: Hand) -> None:
    hand.class_buttons.first.focus()
    for _ in range(30):
        hand.page.keyboard.down("Enter")
        hand.page.wait_for_timeout(33)
    hand.page.keyboard.up("Enter")


@pytest.mark.parametrize("gesture", [_double_click, _hold_enter])
def test_a_button_pressed_too_long_or_twice_labels_once(hand: Hand, gesture: Callable[[Hand], None]) -> None:
    gesture(hand)
    assert hand.labels_once_more() == [("label", _class(hand, 1)), ("label", _class(hand, 8))]


def test_a_batch_labelled_as_fast_as_keys_go_is_stored_whole_and_in_order(hand: Hand) -> None:
    seen = [hand.wait_for_text()] + [hand.press(str(1 + number % 8)) for number in range(20)]
    hand.page.reload()  # at once: the last labels are still on their way
    assert hand.wait_for_text() == seen[20]
    hand.wait_until_saved()
    acts = hand.acts(hand.annotator)
    texts = hand.texts()
    assert [texts[item] for item, *_ in acts] == seen[:20]
    assert [class_name for *_, class_name in acts] == [_class(hand, 1 + number % 8) for number in range(20)]


def test_a_label_given_in_the_moment_of_leaving_the_page_is_stored_once(hand: Hand) -> None:
    hand.page.keyboard.press("1")
    hand.go_to("Languages")
    hand.go_to("Annotate")
    hand.wait_for_text()
    assert hand.labels_once_more() == [("label", _class(hand, 1)), ("label", _class(hand, 8))]
