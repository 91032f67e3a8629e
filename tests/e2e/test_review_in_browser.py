"""From a flag to a decision: the reviewer sends back, the annotator answers, the reviewer accepts."""

from conftest import NewHome, NewScreen, NewServer
from hand import Hand
from playwright.sync_api import expect

from lamm_core.workflow.review import needing_review, review_item

_REMARK = "Look at the **size** <b>again</b>."


def test_a_flagged_text_is_sent_back_answered_and_accepted(
    new_server: NewServer, new_small_home: NewHome, new_screen: NewScreen
) -> None:
    server = new_server(new_small_home())
    hand = new_screen(server, annotator="Ana", project="small", kind=Hand)
    assert isinstance(hand, Hand)
    text = hand.wait_for_text()
    hand.tap("f")
    hand.press("1")
    hand.wait_until_saved()

    reviewer = new_screen(server, "review", annotator="Rea", project="small")
    page = reviewer.page
    expect(page.locator(".big .words")).to_have_text(text)
    page.get_by_text("Send back", exact=True).first.click()
    page.get_by_label("What they should mind").fill(_REMARK)
    page.get_by_label("What they should mind").press("Control+Enter")
    page.get_by_role("button", name="Send back", exact=True).click()
    expect(page.get_by_text("No answer yet;")).to_be_visible()

    hand.open()
    assert hand.wait_for_text() == text
    expect(hand.part("sentBack")).to_contain_text(f"Rea: {_REMARK}")
    hand.press("2")
    hand.wait_until_saved()
    expect(hand.part("sentBack")).to_be_hidden()

    reviewer.open("review").settled()
    expect(page.locator(".big .words")).to_have_text(text)
    expect(page.get_by_text(_REMARK)).to_be_visible()
    page.get_by_role("heading", name="Review").click()
    page.keyboard.press("a")
    expect(page.get_by_text("Rea accepted ink")).to_be_visible()
    item_id = hand.acts("Ana")[0][0]
    assert review_item(server.workspace, hand.project, item_id).class_name == hand.class_of(2)
    assert needing_review(server.workspace, hand.project).total == 0
