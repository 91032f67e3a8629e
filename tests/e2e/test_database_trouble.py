"""A disk without room, one that is read-only, and a database that another process holds: nothing is lost or doubled."""

import sqlite3
import time
from contextlib import closing
from typing import Any

import pytest
from conftest import NewHome, NewScreen, NewServer
from hand import Hand
from playwright.sync_api import expect
from servers import Server
from spoilt_server import FULL, READ_ONLY
from support.workers import until

_LOCKED_SECONDS = 10
_KEPT = """() => Object.entries(localStorage).filter(([place]) => place.startsWith("lamm-outbox"))
    .flatMap(([, kept]) => JSON.parse(kept)).map((act) => [act.item, act.class])"""


@pytest.fixture(scope="module")
def spoilt(new_module_server: NewServer, new_small_home: NewHome) -> Server:
    """A server whose disk fails as the tests want."""
    return new_module_server(new_small_home(), start=False).start(spoilt="disk")


@pytest.fixture
def hand(spoilt: Server, new_screen: NewScreen, request: pytest.FixtureRequest) -> Hand:
    screen = new_screen(spoilt, annotator=request.node.name[:100], project="small", kind=Hand)
    assert isinstance(screen, Hand)
    screen.wait_for_text()
    return screen


def _label_with_comment(hand: Hand, key: str, comment: str) -> str:
    """Give the text on the screen a class and a comment; returns the text."""
    text = hand.wait_for_text()
    hand.page.keyboard.press("c")
    hand.part("commentField").fill(comment)
    hand.page.keyboard.press("Escape")
    hand.press(key)
    return text


def _stored(hand: Hand) -> list[tuple[Any, ...]]:
    texts = hand.texts()
    return [(texts[item], *rest) for item, _, *rest in hand.acts(hand.annotator)]


def _kept(hand: Hand) -> list[tuple[str, str]]:
    """What the browser keeps: (text, class)."""
    texts = hand.texts()
    return [(texts[item], class_name) for item, class_name in hand.page.evaluate(_KEPT)]


def _is_told(hand: Hand) -> bool:
    """Whether the server has said what became of all answers."""
    return hand.part("problem").is_visible() or hand.part("state").text_content() == "Saved"


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (FULL, "The database did not answer: database or disk is full."),
        (READ_ONLY, "The database did not answer: attempt to write a readonly database."),
    ],
)
def test_a_disk_that_takes_nothing_is_told_in_a_sentence_and_gets_all_labels_once_it_does_again(
    hand: Hand, trouble: str, sentence: str
) -> None:
    given = [_label_with_comment(hand, "1", "x" * 2_000)]
    hand.wait_until_saved()
    (hand.server.home / trouble).touch()
    try:
        # A disk is not full before the room left in the last page is used.
        while not hand.part("problem").is_visible():
            given.append(_label_with_comment(hand, str(1 + len(given) % 4), "x" * 2_000))
            until(lambda: hand.page.wait_for_timeout(20) or _is_told(hand), 30)
        expect(hand.part("problem")).to_have_text(sentence)
        given.append(hand.wait_for_text())
        hand.press("4")  # labelling goes on
        expect(hand.part("problem")).to_have_text(sentence)
        kept = _kept(hand)
        assert 2 <= len(kept) < len(given)
        assert [text for text, *_ in _stored(hand)] + [text for text, _ in kept] == given
        expect(hand.part("state")).to_have_text(f"Saving {len(kept)} …")
    finally:
        (hand.server.home / trouble).unlink()
    hand.wait_until_saved()
    expect(hand.part("problem")).to_be_hidden()
    assert _kept(hand) == []
    classes = [hand.class_of(1 + number % 4) for number in range(len(given) - 1)] + [hand.class_of(4)]
    assert _stored(hand) == [(text, 1, "label", class_name) for text, class_name in zip(given, classes, strict=True)]
    assert [comment for *_, comment in hand.remarks] == ["x" * 2_000] * (len(given) - 1) + [None]


def test_while_another_process_locks_the_database_labelling_goes_on_and_nothing_is_lost(hand: Hand) -> None:
    given = []
    with closing(sqlite3.connect(hand.server.home / "lamm.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        end = time.monotonic() + _LOCKED_SECONDS
        for key in "1234":
            given.append(hand.wait_for_text())
            hand.press(key)
        expect(hand.part("state")).to_have_text("Saving 4 …")
        expect(hand.part("state")).to_have_text("Offline: 4 answers kept here")
        given.append(hand.wait_for_text())
        hand.press("1")
        assert _stored(hand) == []
        hand.page.wait_for_timeout(1000 * max(0, end - time.monotonic()))
        expect(hand.part("state")).to_have_text("Offline: 5 answers kept here")
        other.execute("COMMIT")
    hand.wait_until_saved()
    assert _stored(hand) == [
        (text, 1, "label", hand.class_of(int(key))) for text, key in zip(given, "12341", strict=True)
    ]
    assert hand.wait_for_text() not in given
