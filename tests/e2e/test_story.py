"""The whole loop as a small team meets it: label a batch, see the model learn, label on."""

import re

from conftest import NewScreen, NewServer
from playwright.sync_api import expect
from screen import Screen, true_classes
from support.workers import until

from lamm_core.workflow.status import project_status, round_history

_PERCENT = re.compile(r"\d+%")


def _shown_numbers(screen: Screen) -> list[str]:
    """The numbers under the flags, in order of size."""
    labels = screen.page.locator("[data-testid=stPlotlyChart] .annotation-text")
    labels.first.wait_for()
    return sorted(text for text in labels.all_text_contents() if _PERCENT.fullmatch(text))


def _true_numbers(screen: Screen) -> list[str]:
    """The accuracy and the target of each language."""
    languages = project_status(screen.server.workspace, screen.project).languages
    shares = [share for each in languages for share in (each.measured.accuracy, each.target)]
    return sorted(f"{share:.0%}" for share in shares)


def test_a_batch_labelled_by_keyboard_brings_a_better_model_and_the_next_batch(
    new_server: NewServer, new_screen: NewScreen
) -> None:
    truth = true_classes()
    server = new_server()
    manager = new_screen(server, "languages")  # stays open, and is never loaded again
    screen = new_screen(server)
    screen.wait_for_text()
    assert screen.count == "Batch 1: 0 of 25"

    before = _true_numbers(manager)
    until(lambda: _shown_numbers(manager) == before, 30)

    for _ in range(12):
        screen.label(truth[screen.wait_for_text()])
    screen.wait_until_saved()
    shown = screen.text
    screen.page.reload()
    assert screen.wait_for_text() == shown
    assert screen.count == "Batch 1: 12 of 25"
    screen.expect_acts(12)

    for _ in range(13):
        screen.label(truth[screen.wait_for_text()])
    expect(screen.part("count")).to_have_text(re.compile("^Batch 2: "))  # no reload on the way here
    screen.wait_for_text()
    screen.wait_until_saved()
    acts = screen.expect_acts(25)
    texts = screen.texts()
    assert len({item for item, *_ in acts}) == 25
    assert all(truth[texts[item]] == class_name for item, *_, class_name in acts)

    history = until(lambda: (found := round_history(screen.server.workspace, screen.project))[1:] and found)
    assert [entry.model.number for entry in history] == [1, 2]
    assert history[1].round.labels > history[0].round.labels == 100

    assert _true_numbers(manager) != before
    until(lambda: _shown_numbers(manager) == _true_numbers(manager), 30)

    screen.go_to("Rounds")
    expect(screen.page.get_by_role("heading", name="Models")).to_be_visible()
    expect(screen.page.get_by_test_id("stPlotlyChart")).to_have_count(2)
    cells = screen.page.get_by_test_id("stDataFrame").locator("td[role=gridcell]")
    until(lambda: {"version 1", "version 2"} <= set(cells.all_text_contents()), 30)
