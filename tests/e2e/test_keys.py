"""One press of a key is one act, whatever the hand, the browser or the rest of the page does."""

from collections.abc import Callable

import pytest
from hand import Hand
from playwright.sync_api import expect
from support import world

_PRESS_TWICE = """(event) => {
    for (let time = 0; time < 2; time += 1) document.body.dispatchEvent(new KeyboardEvent("keydown", event));
}"""


def test_a_key_held_for_a_second_acts_once(hand: Hand) -> None:
    hand.hold("1")
    hand.hold("s")
    hand.hold("u")
    hand.hold("f")
    expect(hand.part("flag")).to_have_attribute("aria-pressed", "true")
    assert hand.labels_once_more() == [
        ("label", hand.class_of(1)),
        ("skip", None),
        ("undo", None),
        ("label", hand.class_of(8)),
    ]


def test_a_key_pressed_twice_within_a_moment_labels_once(hand: Hand) -> None:
    hand.page.evaluate(_PRESS_TWICE, {"code": "Digit1", "key": "1", "bubbles": True})
    hand.wait_until_saved()
    assert hand.labels_once_more() == [("label", hand.class_of(1)), ("label", hand.class_of(8))]


def test_a_command_pressed_twice_within_a_moment_acts_once(hand: Hand) -> None:
    for key in "12":
        hand.press(key)
    for code in ("KeyS", "KeyU", "KeyF"):
        hand.read()
        hand.page.evaluate(_PRESS_TWICE, {"code": code, "bubbles": True})
    expect(hand.part("flag")).to_have_attribute("aria-pressed", "true")
    assert [action for action, _ in hand.labels_once_more()] == ["label", "label", "skip", "undo", "label"]


def test_undo_clicked_twice_takes_back_one_answer(hand: Hand) -> None:
    for key in "12":
        hand.press(key)
    hand.read()
    hand.part("undo").dblclick(delay=70)
    assert [action for action, _ in hand.labels_once_more()] == ["label", "label", "undo", "label"]


def test_a_held_key_that_opens_a_field_writes_nothing_into_it(hand: Hand) -> None:
    before = hand.text
    hand.read()
    hand.hold("c")
    expect(hand.part("commentField")).to_have_value("")
    hand.page.keyboard.type("cc")  # pressed anew, it is a letter
    expect(hand.part("commentField")).to_have_value("cc")
    hand.page.keyboard.press("Escape")
    assert hand.text == before


def test_keys_that_mean_something_else_do_nothing(hand: Hand) -> None:
    before = hand.text
    others = (
        "Control+1",
        "Alt+1",
        "Meta+1",
        "Control+u",
        "Alt+s",
        "Meta+Backspace",
        "Control+ArrowLeft",
        "Alt+Numpad1",
    )
    for key in (*others, "9", "Numpad9", "0", "x"):
        hand.page.keyboard.press(key)
    assert hand.text == before
    assert hand.labels_once_more() == [("label", hand.class_of(8))]


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
    assert hand.labels_once_more() == [("label", hand.class_of(8))]


def test_keys_do_nothing_on_other_pages(hand: Hand) -> None:
    hand.go_to("Languages").settled()
    for key in "12su":
        hand.page.keyboard.press(key)
    hand.go_to("Annotate")
    hand.wait_for_text()
    assert hand.labels_once_more() == [("label", hand.class_of(8))]


def test_the_number_pad_labels(hand: Hand) -> None:
    hand.press("Numpad3")
    hand.wait_until_saved()
    assert hand.done == [("label", hand.class_of(3))]


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
    assert classes == dict(zip(seen, [hand.class_of(4), hand.class_of(4), hand.class_of(5)], strict=False))


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
    assert hand.done == [("label", hand.class_of(1)), ("label", hand.class_of(8))]


def _double_click(hand: Hand) -> None:
    hand.class_buttons.first.dblclick(delay=70)


def _hold_enter(hand: Hand) -> None:
    hand.class_buttons.first.focus()
    hand.hold("Enter")


@pytest.mark.parametrize("gesture", [_double_click, _hold_enter])
def test_a_button_pressed_too_long_or_twice_labels_once(hand: Hand, gesture: Callable[[Hand], None]) -> None:
    gesture(hand)
    assert hand.labels_once_more() == [("label", hand.class_of(1)), ("label", hand.class_of(8))]


def test_a_batch_labelled_as_fast_as_keys_go_is_stored_whole_and_in_order(hand: Hand) -> None:
    seen = [hand.wait_for_text()] + [hand.press(str(1 + number % 8)) for number in range(20)]
    hand.page.reload()  # at once: the last labels are still on their way
    assert hand.wait_for_text() == seen[20]
    hand.wait_until_saved()
    acts = hand.acts(hand.annotator)
    texts = hand.texts()
    assert [texts[item] for item, *_ in acts] == seen[:20]
    assert [class_name for *_, class_name in acts] == [hand.class_of(1 + number % 8) for number in range(20)]


def test_a_label_given_in_the_moment_of_leaving_the_page_is_stored_once(hand: Hand) -> None:
    hand.page.keyboard.press("1")
    hand.go_to("Languages")
    hand.go_to("Annotate")
    hand.wait_for_text()
    assert hand.labels_once_more() == [("label", hand.class_of(1)), ("label", hand.class_of(8))]


def test_keys_of_an_input_method_and_keys_behind_a_dialog_do_nothing(hand: Hand) -> None:
    before = hand.text
    hand.dispatch(code="Digit1", key="1", isComposing=True)
    hand.dispatch(code="Digit1", key="Process")
    hand.dispatch(code="Digit1", key="1", keyCode=229)
    hand.dispatch(code="KeyS", key="s", ctrlKey=True, altKey=True)
    hand.dispatch(code="Digit1", key="¹", modifierAltGraph=True)
    hand.page.evaluate("() => document.body.insertAdjacentHTML('beforeend', '<div id=over role=dialog>Over it</div>')")
    hand.tap("1", "s", "u", "f", "?")
    hand.page.evaluate("() => document.getElementById('over').remove()")
    assert hand.text == before
    expect(hand.part("flag")).to_have_attribute("aria-pressed", "false")
    assert hand.labels_once_more() == [("label", hand.class_of(8))]


def test_an_input_method_at_work_in_the_comment_keeps_its_own_keys(hand: Hand) -> None:
    before = hand.text
    hand.tap("c")
    browser = hand.page.context.new_cdp_session(hand.page)
    browser.send("Input.imeSetComposition", {"text": "ぺん", "selectionStart": 2, "selectionEnd": 2})
    for key in ("Escape", "Enter", "1"):  # to the input method: it gives up a choice, takes one, takes the first
        browser.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": 229})
    expect(hand.part("commentField")).to_be_focused()
    browser.send("Input.insertText", {"text": "ペン"})
    expect(hand.part("commentField")).to_have_value("ペン")
    hand.page.keyboard.press("Escape")
    assert hand.text == before
    hand.press("8")
    hand.wait_until_saved()
    assert hand.remarks == [("label", hand.class_of(8), False, "ペン")]


def test_keys_work_under_other_layouts(hand: Hand) -> None:
    hand.dispatch(code="Digit1", key="١")  # Arabic
    hand.dispatch(code="Digit2", key="é")  # French, where the digit itself needs shift
    hand.dispatch(code="KeyS", key="ы")  # Russian
    hand.dispatch(code="KeyF", key="ら")  # Japanese
    expect(hand.part("flag")).to_have_attribute("aria-pressed", "true")
    hand.dispatch(code="KeyG", key="u")  # Dvorak and its kin: what the key is called decides where it is a Latin letter
    expect(hand.part("undo")).to_be_enabled()
    hand.dispatch(code="Minus", key="?", shiftKey=True)  # German
    expect(hand.part("helpDialog")).to_be_visible()
    hand.page.keyboard.press("Escape")
    hand.wait_until_saved()
    assert hand.done == [("label", hand.class_of(1)), ("label", hand.class_of(2)), ("skip", None), ("undo", None)]


def test_flag_and_comment_go_with_the_answer(hand: Hand) -> None:
    before = hand.text
    hand.tap("f", "c")
    hand.page.keyboard.type("1 s u cr / ? غير")
    hand.page.keyboard.press("Escape")
    hand.tap("c")
    expect(hand.part("commentField")).to_have_value("1 s u cr / ? غير")
    hand.page.keyboard.press("Escape")
    expect(hand.part("commentField")).to_be_hidden()
    hand.page.reload()  # what has no answer yet is kept too
    assert hand.wait_for_text() == before
    expect(hand.part("flag")).to_have_attribute("aria-pressed", "true")
    hand.press("3")
    expect(hand.part("flag")).to_have_attribute("aria-pressed", "false")
    hand.press("s")
    hand.wait_until_saved()
    assert hand.remarks == [("label", hand.class_of(3), True, "1 s u cr / ? غير"), ("skip", None, False, None)]
    hand.check_healthy()


def test_arrows_lead_back_to_answers_which_can_be_changed(hand: Hand) -> None:
    seen = [hand.wait_for_text()] + [hand.press(each) for each in "12s"]
    hand.wait_until_saved()
    hand.page.reload()  # from here on the answers come from the server
    assert hand.wait_for_text() == seen[3]
    assert [hand.press("ArrowLeft") for _ in range(3)] == seen[2::-1]
    hand.tap("ArrowLeft")  # there is no further one
    expect(hand.part("classes").locator("[aria-pressed=true]")).to_have_text(f"1{hand.class_of(1)}")
    hand.tap("1")  # the class that it has: nothing changes
    assert hand.press("ArrowRight") == seen[1]
    hand.tap("5")
    expect(hand.part("classes").locator("[aria-pressed=true]")).to_have_text(f"5{hand.class_of(5)}")
    hand.tap("f")
    assert hand.press("ArrowRight") == seen[2]
    hand.tap("6")
    assert hand.press("ArrowRight") == seen[3]
    expect(hand.part("forth")).to_be_disabled()
    hand.press("7")
    hand.wait_until_saved()
    assert [each[:3] for each in hand.remarks[3:]] == [
        ("label", hand.class_of(5), False),
        ("label", hand.class_of(5), True),
        ("label", hand.class_of(6), False),
        ("label", hand.class_of(7), False),
    ]
    stored = world.stored_items(hand.server.workspace, hand.project)
    classes = {text: stored[item].class_name for item, text in hand.texts().items()}
    assert [classes[text] for text in seen] == [hand.class_of(key) for key in (1, 5, 6, 7)]


def test_arrows_reach_back_over_twenty_answers_and_no_further(hand: Hand) -> None:
    seen = [hand.wait_for_text()] + [hand.press(str(1 + number % 8)) for number in range(21)]
    hand.wait_until_saved()
    for _ in range(2):  # as the card remembers them, and as the server tells them
        for _ in range(21):
            hand.page.keyboard.press("ArrowLeft")
        assert hand.text == seen[1]
        expect(hand.part("visit")).to_contain_text("(20 back)")
        expect(hand.part("back")).to_be_disabled()
        for _ in range(20):
            hand.page.keyboard.press("ArrowRight")
        assert hand.text == seen[21]
        expect(hand.part("visit")).to_be_hidden()
        hand.page.reload()
        hand.wait_for_text()
    assert len(hand.done) == 21


def test_an_answer_that_is_looked_at_can_be_taken_back(hand: Hand) -> None:
    seen = [hand.wait_for_text()] + [hand.press(each) for each in "123"]
    hand.press("ArrowLeft")
    assert hand.press("ArrowLeft") == seen[1]
    hand.tap("u")
    expect(hand.part("visit")).to_be_hidden()
    assert hand.text == seen[1]
    hand.press("4")
    hand.wait_until_saved()
    assert hand.done[3:] == [("undo", None), ("label", hand.class_of(4))]


def test_help_and_guidelines_open_over_the_card_and_keys_do_nothing_behind_them(hand: Hand) -> None:
    before = hand.text
    for key, dialog, words in (
        ("?", "helpDialog", "take the last answer back"),
        ("g", "guidelinesDialog", "The thing itself decides."),
    ):
        hand.tap(key)
        expect(hand.part(dialog)).to_be_visible()
        expect(hand.part(dialog)).to_contain_text(words)
        hand.tap("1", "s", "f", "c")
        hand.page.keyboard.press("Escape")
        expect(hand.part(dialog)).to_be_hidden()
    assert hand.text == before
    assert hand.labels_once_more() == [("label", hand.class_of(8))]
    assert hand.remarks == [("label", hand.class_of(8), False, None)]


def test_a_suggestion_is_shown_and_stored_beside_the_answer(hand: Hand) -> None:
    shown = []
    for _ in range(6):
        suggested = hand.part("suggestion").text_content() or ""
        shown.append(suggested.removeprefix("The model suggests: ") or None)
        assert hand.part("classes").locator(".suggested span").all_text_contents() == [
            each for each in shown[-1:] if each
        ]
        hand.press("1")
    hand.wait_until_saved()
    assert any(shown)
    assert hand.suggested == shown
