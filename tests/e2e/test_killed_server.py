"""The server, or the process of a round, is killed while people label: all that was answered is there, once."""

import os
import signal
from typing import Any

import pytest
from conftest import NewHome, NewScreen, NewServer
from hand import Hand
from playwright.sync_api import expect
from servers import Server
from spoilt_server import ENDLESS_FIT
from support.workers import until

from lamm_core.records import RoundState
from lamm_core.workflow.status import project_status


def _hand_at(server: Server, new_screen: NewScreen) -> Hand:
    screen = new_screen(server, annotator="Ana", project="small", kind=Hand, owner="killed")
    assert isinstance(screen, Hand)
    screen.wait_for_text()
    return screen


@pytest.mark.parametrize(("moment", "stored"), [("before the commit", 0), ("after the commit", 1)])
def test_a_label_is_stored_once_when_the_server_is_killed_around_its_commit(
    new_server: NewServer, new_small_home: NewHome, new_screen: NewScreen, moment: str, stored: int
) -> None:
    server = new_server(new_small_home(), start=False).start(spoilt=moment)
    hand = _hand_at(server, new_screen)
    seen = [hand.text, hand.press("1")]
    server.wait_until_it_stands()
    assert len(hand.done) == stored
    seen.append(hand.press("2"))  # labelling goes on, whatever the server does
    server.kill()
    assert len(hand.done) == stored, "what was not committed is not there"
    hand.tap("s")
    server.start()
    hand.wait_until_saved()
    acts = hand.expect_acts(3)
    texts = hand.texts()
    assert [(texts[item], revision, action, class_name) for item, _, revision, action, class_name in acts] == [
        (seen[0], 1, "label", hand.class_of(1)),
        (seen[1], 1, "label", hand.class_of(2)),
        (seen[2], 1, "skip", None),
    ]
    assert hand.text not in seen
    assert hand.count == "Batch 1: 3 of 200"


def _latest_round(hand: Hand) -> Any:
    latest = project_status(hand.server.workspace, hand.project).latest
    assert latest is not None
    return latest


def test_labelling_goes_on_while_a_round_is_killed_at_fitting_and_run_again(
    new_server: NewServer, new_small_home: NewHome, new_screen: NewScreen
) -> None:
    home = new_small_home(budget=10)
    server = new_server(home, start=False).start(spoilt="rounds")
    hand = _hand_at(server, new_screen)
    seen = [hand.text, *(hand.press(key) for key in "123")]
    manager = new_screen(server, "rounds", project="small")
    (home / ENDLESS_FIT).touch()
    manager.page.get_by_role("button", name="Run a round now").click()
    expect(manager.page.get_by_text("Preparing batch 2: fitting the model")).to_be_visible()
    seen.append(hand.press("4"))
    os.kill(_latest_round(hand).process_id, signal.SIGKILL)
    seen.append(hand.press("1"))
    expect(manager.alerts.first).to_contain_text("Round 2 did not finish.")
    seen.append(hand.press("2"))
    hand.wait_until_saved()
    assert hand.count == "Batch 1: 6 of 10"

    (home / ENDLESS_FIT).unlink()
    manager.page.get_by_role("button", name="Run the round again").click()
    done = until(lambda: (latest := _latest_round(hand)).state is RoundState.DONE and latest)
    assert (done.number, done.attempt, done.labels) == (2, 2, 6)
    expect(manager.alerts).to_have_count(0)
    seen += [hand.press(key) for key in "341234"]  # what was left, and two of the new batch
    hand.wait_until_saved()
    expect(hand.part("count")).to_have_text("Batch 2: 2 of 10")
    acts = hand.expect_acts(12)
    texts = hand.texts()
    assert [(texts[item], class_name) for item, *_, class_name in acts] == [
        (text, hand.class_of(int(key))) for text, key in zip(seen, "123412341234", strict=False)
    ]
