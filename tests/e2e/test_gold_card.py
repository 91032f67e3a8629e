"""Texts whose class is known: what the card says of them, and what it does not."""

import pytest
from conftest import NewHome, NewScreen, NewServer
from hand import Hand
from playwright.sync_api import Route, expect
from servers import Server
from support import world
from support.workers import until

from lamm_core.workflow.projects import get_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import open_workspace

_GOLD = 3
_KNOWN = world.CLASSES.index("ink") + 1
_RIGHT = "Right: the text before is ink."
_WRONG = "The text before is ink; you gave it the class desk. ← shows it again."


@pytest.fixture(scope="module")
def gold_server(new_module_server: NewServer, new_small_home: NewHome) -> Server:
    """Two projects with gold items: one that tells newcomers the known class, and one that does not."""
    home = new_small_home(gold_count=_GOLD, gold_feedback=True)
    workspace = open_workspace(home)
    quiet = world.make_project(workspace, name="quiet", budget=20, embedded=False, gold_count=_GOLD)
    run_round(workspace, quiet)
    workspace.close()
    server = new_module_server(home, start=False)
    for name in ("small", "quiet"):
        world.add_gold(server.workspace, get_project(server.workspace, name), en=_GOLD)
    return server.start()


@pytest.fixture
def newcomer(gold_server: Server, new_screen: NewScreen, request: pytest.FixtureRequest) -> Hand:
    screen = new_screen(gold_server, annotator=request.node.name[:100], project="small", kind=Hand)
    assert isinstance(screen, Hand)
    screen.wait_for_text()
    return screen


def test_a_newcomer_is_told_the_known_class_after_the_answer_and_goes_on_by_keys(newcomer: Hand) -> None:
    lesson = newcomer.part("lesson")
    expect(lesson).to_be_hidden()
    newcomer.press(str(_KNOWN))
    expect(lesson).to_have_text(_RIGHT)
    expect(lesson).to_have_attribute("data-right", "true")
    wrong = newcomer.text
    newcomer.press("1")
    expect(lesson).to_have_text(_WRONG)
    expect(lesson).to_have_attribute("data-right", "false")
    newcomer.press("s")  # of a text that was set aside nothing is told
    newcomer.wait_until_saved()
    expect(lesson).to_be_hidden()
    newcomer.press("ArrowLeft")
    assert newcomer.press("ArrowLeft") == wrong
    newcomer.tap(str(_KNOWN))
    expect(lesson).to_have_text("Right: this text is ink.")
    newcomer.press("ArrowRight")
    newcomer.press("ArrowRight")
    newcomer.press("4")  # no gold item
    newcomer.wait_until_saved()
    expect(lesson).to_be_hidden()
    ink, desk = newcomer.class_of(_KNOWN), newcomer.class_of(1)
    assert newcomer.done == [
        ("label", ink),
        ("label", desk),
        ("skip", None),
        ("label", ink),
        ("label", newcomer.class_of(4)),
    ]


def test_what_is_told_late_is_told_of_the_text_that_it_is_about(newcomer: Hand) -> None:
    held: list[Route] = []
    # The first message travels for long, and until it has arrived nothing is heard of the second text.
    newcomer.page.route("**/labelling", lambda route: route.abort() if held else held.append(route))
    newcomer.press("1")
    newcomer.press(str(_KNOWN))
    until(lambda: newcomer.page.wait_for_timeout(20) or held, 20)
    held[0].continue_()
    lesson = newcomer.part("lesson")
    expect(lesson).to_have_text("The text 2 back is ink; you gave it the class desk.")
    newcomer.page.unroute("**/labelling")
    expect(lesson).to_have_text(_RIGHT)


def test_an_answer_taken_back_takes_what_was_told_off_the_card(newcomer: Hand) -> None:
    first = newcomer.text
    newcomer.press("1")
    expect(newcomer.part("lesson")).to_have_text(_WRONG)
    assert newcomer.press("u") == first
    expect(newcomer.part("lesson")).to_be_hidden()
    newcomer.press(str(_KNOWN))
    expect(newcomer.part("lesson")).to_have_text(_RIGHT)


def test_without_feedback_a_gold_item_looks_like_any_other(gold_server: Server, new_screen: NewScreen) -> None:
    hand = new_screen(gold_server, annotator="newcomer", project="quiet", kind=Hand)
    assert isinstance(hand, Hand)
    answers: list[str] = []
    hand.page.on("response", lambda answer: answers.append(answer.text()) if "labelling" in answer.url else None)
    for key in ("1", str(_KNOWN), "s", "4"):
        hand.press(key)
        hand.wait_until_saved()
        expect(hand.part("lesson")).to_be_hidden()
    gold = [text for text in hand.texts().values() if "gold" in text]
    assert len(gold) == _GOLD
    assert len(hand.done) == 4
    assert not [each for each in answers if '"known"' in each]
