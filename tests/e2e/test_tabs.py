"""One annotator in several windows: what is answered in one of them is not asked again in another."""

from typing import Any

import pytest
from conftest import NewHome, NewScreen, NewServer
from hand import Hand
from playwright.sync_api import Route, expect
from screen import READING_MS
from servers import Server
from support.workers import until

_ALTERNATING = 20
# The window does nothing else meanwhile; what it is told, it hears when that is over.
_BE_BUSY = "() => setTimeout(() => { const end = Date.now() + 1500; while (Date.now() < end); })"


@pytest.fixture(scope="module")
def small(new_module_server: NewServer, new_small_home: NewHome) -> Server:
    return new_module_server(new_small_home())


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """An annotator who has done nothing before."""
    return str(request.node.name)[:100]


@pytest.fixture
def tabs(small: Server, new_screen: NewScreen, name: str) -> list[Hand]:
    """Two tabs of one annotator in one browser."""
    return [new_screen(small, annotator=name, project="small", kind=Hand, owner="tabs") for _ in range(2)]


def _read_together(*windows: Hand) -> str:
    """Wait until all windows show the same text, and return that."""
    text = windows[0].wait_for_text()
    for each in windows[1:]:
        expect(each.part("text")).to_have_text(text)
    windows[0].page.wait_for_timeout(READING_MS)
    return text


def _stored(hand: Hand) -> list[tuple[Any, ...]]:
    texts = hand.texts()
    return [(texts[item], *rest) for item, _, *rest in hand.acts(hand.annotator)]


def test_two_tabs_that_label_by_turns_never_ask_for_the_same_text(tabs: list[Hand]) -> None:
    seen: list[str] = []
    for number in range(_ALTERNATING):
        seen.append(_read_together(*tabs))
        tabs[number % 2].press(str(1 + number % 4))
    for each in tabs:
        each.wait_until_saved()
    assert len(set(seen)) == _ALTERNATING
    assert _stored(tabs[0]) == [
        (text, 1, "label", tabs[0].class_of(1 + number % 4)) for number, text in enumerate(seen)
    ]
    assert _read_together(*tabs) not in seen


def test_a_text_answered_in_one_tab_without_a_line_does_not_come_back_in_the_other(tabs: list[Hand]) -> None:
    first, second = tabs
    _read_together(first, second)
    first.page.route("**/labelling", lambda route: route.abort())
    answered = [first.text, first.press("1")]
    first.press("2")
    seen = [_read_together(second, first)]
    seen += [second.press("3") for _ in range(9)]  # so many that this tab has asked for further texts
    second.wait_until_saved()
    assert not set(answered) & set(seen)
    first.page.unroute("**/labelling")
    first.wait_until_saved()
    acts = _stored(first)
    assert sorted(acts) == sorted(
        [(text, 1, "label", first.class_of(1 + place)) for place, text in enumerate(answered)]
        + [(text, 1, "label", first.class_of(3)) for text in seen[:9]]
    )


def test_a_tab_that_is_busy_hears_later_what_was_answered_in_the_other(tabs: list[Hand]) -> None:
    first, second = tabs
    answered = _read_together(first, second)
    second.page.evaluate(_BE_BUSY)
    first.press("1")
    first.wait_until_saved()
    expect(second.part("text")).to_have_text(first.text)
    second.press("2")
    second.wait_until_saved()
    assert [text for text, *_ in _stored(first)].count(answered) == 1
    assert len(_stored(first)) == 2


def test_an_answer_that_travels_while_the_other_tab_asks_is_not_asked_for_again(tabs: list[Hand]) -> None:
    first, second = tabs
    held: list[Route] = []
    second.page.route("**/labelling", lambda route: held.append(route))
    second.page.reload()
    until(lambda: second.page.wait_for_timeout(20) or held, 20)
    answer = held[0].fetch()  # said by the server before the first tab answers, and heard by the second afterwards
    answered = first.wait_for_text()
    first.press("1")
    first.wait_until_saved()
    held[0].fulfill(response=answer)
    second.page.unroute("**/labelling")
    assert _read_together(second, first) != answered
    assert [text for text, *_ in _stored(first)] == [answered]


def test_what_is_taken_back_in_one_tab_can_be_answered_in_the_other(tabs: list[Hand]) -> None:
    first, second = tabs
    answered = _read_together(first, second)
    first.press("1")
    first.wait_until_saved()
    first.press("u")
    first.wait_until_saved()
    assert first.text == answered
    second.page.reload()
    assert second.wait_for_text() == answered
    second.press("2")
    second.wait_until_saved()
    expect(first.part("text")).not_to_have_text(answered)
    classes = [(action, class_name) for _, _, action, class_name in _stored(first)]
    assert classes == [("label", first.class_of(1)), ("undo", None), ("label", first.class_of(2))]


def test_a_text_answered_in_two_browsers_is_an_answer_and_its_edit(
    small: Server, new_screen: NewScreen, name: str
) -> None:
    windows = [
        new_screen(small, annotator=name, project="small", kind=Hand, owner=owner) for owner in ("at home", "at work")
    ]
    first, second = windows
    seen = [_read_together(first, second)]
    for each, key in ((first, "1"), (second, "2")):
        each.press(key)
        each.wait_until_saved()
    assert _stored(first) == [(seen[0], 1, "label", first.class_of(1)), (seen[0], 2, "label", first.class_of(2))]
    first.press("ArrowLeft")
    first.tap("3")  # changed once more, in the browser that does not know of the edit
    first.wait_until_saved()
    first.press("ArrowRight")
    for number in range(4):  # the same answer in both is one
        seen.append(_read_together(first, second))
        for each in windows:
            each.press(str(1 + number))
            each.wait_until_saved()
    assert _stored(first)[2:] == [
        (seen[0], 3, "label", first.class_of(3)),
        *((text, 1, "label", first.class_of(1 + number)) for number, text in enumerate(seen[1:])),
    ]
    for each in windows:
        expect(each.part("problem")).to_be_hidden()
    assert first.count == second.count == f"Batch 1: {len({act[0] for act in first.acts()})} of 200"
