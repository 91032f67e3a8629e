"""What is on its way to the server when a person changes their mind, and what a browser kept from before."""

import itertools
import json
from typing import Any

import pytest
from conftest import NewScreen
from playwright.sync_api import Route, expect
from screen import Screen
from servers import Server
from support.workers import until

from lamm_core.web.outbox import session_name
from lamm_core.workflow.projects import ensure_annotator

_names = (f"annotator {number}" for number in itertools.count(1))
_KEPT = "() => Object.entries(localStorage).filter(([key, kept]) => key.startsWith('lamm-outbox') && kept !== '[]')"


class Line:
    """The line to the server, on which the next label can get lost, or the answer to it."""

    def __init__(self, screen: Screen) -> None:
        self.losing = False
        self.losing_answers = False
        self.lost = 0
        self.sent: list[str] = []  # keys of all acts, as often as they were sent
        screen.page.route("**/labelling", self._pass_on)

    def _pass_on(self, route: Route) -> None:
        keys = [act["key"] for act in json.loads(route.request.post_data or "{}").get("acts", [])]
        self.sent += keys
        if keys and (self.losing or self.losing_answers):
            if self.losing_answers:
                route.fetch()
            self.losing, self.lost = False, self.lost + 1
            route.abort()
        else:
            route.continue_()


def test_a_label_under_way_when_the_name_changes_is_stored_under_the_name_that_gave_it(
    server: Server, new_screen: NewScreen
) -> None:
    first, second = next(_names), next(_names)
    screen = new_screen(server, annotator=first)
    screen.wait_for_text()
    line = Line(screen)
    text = screen.wait_for_text()
    line.losing = True
    screen.page.keyboard.press("3")
    until(lambda: screen.page.wait_for_timeout(20) or line.lost == 1, 10)
    name = screen.page.get_by_role("textbox", name="Your name")
    name.fill(second)
    name.press("Enter")
    acts = screen.expect_acts(1, first)
    assert screen.texts()[acts[0][0]] == text
    assert acts[0][-1] == screen.project.settings.classes[2]
    screen.wait_for_text(but=text)
    until(lambda: screen.page.evaluate(_KEPT) == [], 20)
    assert screen.acts(second) == []


def test_a_damaged_answer_in_the_browser_is_dropped_with_one_sentence(server: Server, new_screen: NewScreen) -> None:
    name = next(_names)
    screen = new_screen(server, annotator=name)
    screen.wait_for_text()
    session = session_name(screen.project, ensure_annotator(server.workspace, name))
    damaged: list[Any] = [{"key": "bad", "item": "x", "action": "delete"}, 3, None, {"item": 1}]
    screen.page.evaluate(
        "([key, kept]) => localStorage.setItem(key, kept)", [f"lamm-outbox/{session}", json.dumps(damaged)]
    )
    screen.page.reload()
    expect(screen.part("problem")).to_contain_text("cannot be read, and is left out.")
    screen.press("2")
    screen.wait_until_saved()
    assert [(action, class_name) for *_, action, class_name in screen.expect_acts(1, name)] == [
        ("label", screen.project.settings.classes[1])
    ]
    until(lambda: screen.page.evaluate(_KEPT) == [], 20)
    expect(screen.part("problem")).to_be_hidden()


def test_what_was_stored_is_stored_once_though_no_answer_came_back_and_all_was_sent_again(
    server: Server, new_screen: NewScreen
) -> None:
    name = next(_names)
    screen = new_screen(server, annotator=name)
    seen = [screen.wait_for_text()]
    line = Line(screen)
    line.losing_answers = True
    seen += [screen.press("1"), screen.press("s")]
    assert screen.press("u") == seen[1]
    seen.append(screen.press("2"))
    until(lambda: screen.page.wait_for_timeout(20) or len(screen.acts(name)) == 4, 20)
    until(lambda: screen.page.wait_for_timeout(20) or len(line.sent) > 2 * len(set(line.sent)), 30)
    expect(screen.part("state")).to_have_text("Offline: 4 answers kept here")
    line.losing_answers = False
    screen.wait_until_saved()
    classes = screen.project.settings.classes
    by_id = screen.texts()
    assert [(by_id[item], *rest) for item, _, *rest in screen.expect_acts(4, name)] == [
        (seen[0], 1, "label", classes[0]),
        (seen[1], 1, "skip", None),
        (seen[1], 2, "undo", None),
        (seen[1], 3, "label", classes[1]),
    ]
    assert len(set(line.sent)) == 4


@pytest.mark.parametrize(("status", "told"), [(401, {"error": "Who are you?"}), (200, {"page": "Pay for this line."})])
def test_somebody_else_who_answers_for_the_server_is_no_server(
    server: Server, new_screen: NewScreen, status: int, told: dict[str, str]
) -> None:
    name = next(_names)
    screen = new_screen(server, annotator=name)
    screen.wait_for_text()
    screen.page.route("**/labelling", lambda route: route.fulfill(status=status, json=told))
    screen.press("1")
    expect(screen.part("state")).to_have_text("Offline: 1 answer kept here")
    screen.press("2")
    screen.page.unroute("**/labelling")
    screen.wait_until_saved()
    assert [(action, class_name) for *_, action, class_name in screen.expect_acts(2, name)] == [
        ("label", each) for each in screen.project.settings.classes[:2]
    ]
