"""The time for a text ends while somebody writes about it."""

import pytest
from conftest import NewHome, NewScreen, NewServer
from hand import Hand
from playwright.sync_api import expect
from servers import Server
from support import world

from lamm_core.workflow.exporting import labels_table
from lamm_core.workflow.projects import get_project

_LEASE_MINUTES = 30


@pytest.fixture(scope="module")
def small(new_module_server: NewServer, new_small_home: NewHome) -> Server:
    return new_module_server(new_small_home(lease_minutes=_LEASE_MINUTES))


@pytest.fixture
def writer(small: Server, new_screen: NewScreen, request: pytest.FixtureRequest) -> Hand:
    """An annotator who has begun to comment on a text, and whose clock the test moves."""
    world.end_leases(small.workspace, get_project(small.workspace, "small"))  # of the tests before
    screen = new_screen(small, annotator=request.node.name[:60], project="small", kind=Hand)
    assert isinstance(screen, Hand)
    screen.page.clock.install()
    screen.page.reload()
    screen.wait_for_text()
    screen.page.keyboard.press("c")
    screen.page.keyboard.type("It is a pen, ")
    return screen


def _let_colleague_take(writer: Hand, new_screen: NewScreen) -> Hand:
    """The leases end, a colleague labels the same text, and the writer's card asks what is left."""
    world.end_leases(writer.server.workspace, writer.project)
    name = f"colleague of {writer.annotator}"
    colleague = new_screen(writer.server, annotator=name, project="small", kind=Hand, owner="colleague")
    assert isinstance(colleague, Hand)
    assert colleague.wait_for_text() == writer.text
    colleague.press("1")
    colleague.wait_until_saved()
    with writer.page.expect_response("**/labelling"):
        writer.page.clock.fast_forward(1000 * 60 * _LEASE_MINUTES // 2 + 5000)
    return colleague


def _rows_of(writer: Hand, text: str) -> dict[str, tuple[str, str, bool]]:
    """Annotator to class, comment and whether it decides, of the labels of a text."""
    table = labels_table(writer.server.workspace, writer.project).fillna({"comment": ""})
    rows = table[table["text"] == text].dropna(subset=["annotator"])
    return {row["annotator"]: (row["class"], row["comment"], row["deciding"]) for row in rows.to_dict("records")}


def test_a_comment_goes_on_while_a_colleague_labels_the_text_and_is_kept_with_the_late_label(
    writer: Hand, new_screen: NewScreen
) -> None:
    text = writer.text
    colleague = _let_colleague_take(writer, new_screen)
    field = writer.part("commentField")
    expect(field).to_be_focused()
    writer.page.keyboard.type("I think.")
    expect(field).to_have_value("It is a pen, I think.")
    assert writer.text == text
    writer.page.keyboard.press("Escape")
    after = writer.press("4")
    assert after not in (text, colleague.text)
    writer.wait_until_saved()
    expect(writer.part("problem")).to_be_hidden()
    assert _rows_of(writer, text) == {
        colleague.annotator: (writer.class_of(1), "", True),
        writer.annotator: (writer.class_of(4), "It is a pen, I think.", False),
    }


def test_a_comment_that_was_finished_is_kept_though_a_colleague_labels_the_text_before_the_answer(
    writer: Hand, new_screen: NewScreen
) -> None:
    text = writer.text
    writer.page.keyboard.press("Escape")
    colleague = _let_colleague_take(writer, new_screen)
    expect(writer.part("commentName")).to_have_text("Comment kept")
    assert writer.text == text
    writer.press("4")
    writer.wait_until_saved()
    assert _rows_of(writer, text) == {
        colleague.annotator: (writer.class_of(1), "", True),
        writer.annotator: (writer.class_of(4), "It is a pen,", False),
    }
