"""What is on its way to the server when a person changes their mind, and what a browser kept from before."""

import itertools
import json
from typing import Any

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
    """The line to the server, on which the next label can get lost."""

    def __init__(self, screen: Screen) -> None:
        self.losing = False
        self.lost = 0
        screen.page.route("**/labelling", self._pass_on)

    def _pass_on(self, route: Route) -> None:
        if self.losing and '"action"' in (route.request.post_data or ""):
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
