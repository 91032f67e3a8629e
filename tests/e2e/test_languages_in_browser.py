"""The page Languages in a browser: links to every view, a click on a line, pictures, and what-if."""

import re
from pathlib import Path

import pytest
from conftest import NewScreen, NewServer
from playwright.sync_api import expect
from screen import Screen
from servers import Server
from support import world
from support.workers import until

from lamm_core.workflow.projects import get_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status

_PROJECT = "small"
# Of the table of languages: how far its first line is from its corner, and a cell that is no check box.
_FIRST_LINE, _SOME_CELL = 70, 60


@pytest.fixture(scope="module")
def small(new_module_server: NewServer) -> Server:
    """A server with a project that has a model, beside the sample project."""
    server = new_module_server(start=False)
    run_round(server.workspace, world.make_project(server.workspace, labels=80, name=_PROJECT))
    return server.start()


@pytest.fixture
def screen(small: Server, new_screen: NewScreen) -> Screen:
    screen = new_screen(small, "languages", project=_PROJECT)
    expect(screen.page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    return screen


def _first_language(server: Server) -> str:
    return project_status(server.workspace, get_project(server.workspace, _PROJECT)).languages[0].language


def _head(screen: Screen) -> str:
    return screen.page.locator("h3").first.inner_text()


def test_a_link_to_a_language_opens_it_on_a_fresh_server(new_server: NewServer, new_screen: NewScreen) -> None:
    server = new_server(start=False)
    run_round(server.workspace, world.make_project(server.workspace, labels=80, name=_PROJECT))
    screen = new_screen(server.start(), "languages", project=_PROJECT)
    screen.page.goto(f"{server.url}/languages?project={_PROJECT}&language=de")
    expect(screen.page.locator("h3").first).to_have_text(re.compile("^German: "))
    expect(screen.page.get_by_role("combobox", name="Project")).to_have_value(_PROJECT)
    expect(screen.page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    screen.check_healthy()


@pytest.mark.parametrize(
    ("address", "words"), [("view=What+if", "Budget: labels per batch"), ("view=Check+sets", "Needed for ±5")]
)
def test_a_link_leads_to_each_view(small: Server, screen: Screen, address: str, words: str) -> None:
    screen.page.goto(f"{small.url}/languages?project={_PROJECT}&{address}")
    expect(screen.page.get_by_test_id("stMain")).to_contain_text(words)


def test_a_click_on_a_line_opens_the_language_and_the_browser_leads_back(small: Server, screen: Screen) -> None:
    table = screen.page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    screen.settled()
    corner = table.bounding_box()
    assert corner is not None
    screen.page.mouse.click(corner["x"] + _SOME_CELL, corner["y"] + _FIRST_LINE)
    expect(screen.page).to_have_url(re.compile(f"language={_first_language(small)}"))
    expect(screen.page.locator("h3", has_text="Confusion matrix")).to_be_visible()
    screen.page.reload()
    expect(screen.page.locator("h3", has_text="Confusion matrix")).to_be_visible()
    screen.page.get_by_role("button", name="All languages").click()
    expect(screen.page).not_to_have_url(re.compile("language="))
    expect(screen.page.get_by_role("button", name="Swahili", exact=True)).to_be_visible()
    screen.page.go_back()
    expect(screen.page.locator("h3", has_text="Confusion matrix")).to_be_visible()


def test_a_chart_is_saved_as_a_picture(screen: Screen, tmp_path: Path) -> None:
    chart = screen.page.get_by_test_id("stPlotlyChart").first
    buttons = chart.locator(".modebar-btn")
    expect(buttons).to_have_count(1)
    with screen.page.expect_download() as download:
        buttons.click()
    assert download.value.suggested_filename == f"{_PROJECT}-languages.png"
    download.value.save_as(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_the_report_is_one_file(screen: Screen, tmp_path: Path) -> None:
    with screen.page.expect_download() as download:
        screen.page.get_by_role("button", name="Report (HTML)").click()
    assert download.value.suggested_filename == f"{_PROJECT}-report.html"
    download.value.save_as(tmp_path / "report.html")
    assert _PROJECT in (tmp_path / "report.html").read_text("utf-8")


def test_what_if_changes_nothing_until_it_is_saved(small: Server, screen: Screen) -> None:
    screen.page.get_by_test_id("stMain").get_by_text("What if", exact=True).click()
    budget = screen.page.get_by_role("spinbutton", name="Budget: labels per batch")
    budget.fill("40")
    budget.press("Enter")
    expect(screen.page.get_by_text("Not saved yet: this only looks ahead.")).to_be_visible()
    assert get_project(small.workspace, _PROJECT).settings.budget == 20
    screen.page.get_by_role("button", name="Reset").click()
    expect(budget).to_have_value("20")
    assert get_project(small.workspace, _PROJECT).settings.budget == 20
    budget.fill("40")
    budget.press("Enter")
    screen.page.get_by_role("button", name="Save", exact=True).click()
    expect(screen.alerts).to_contain_text("Saved. It holds from the next round on.")
    assert get_project(small.workspace, _PROJECT).settings.budget == 40
    expect(screen.page.get_by_role("spinbutton", name="Budget: labels per batch")).to_have_value("40")


def test_a_target_is_changed_in_the_table(small: Server, screen: Screen) -> None:
    first = _first_language(small)
    screen.page.get_by_test_id("stMain").get_by_text("What if", exact=True).click()
    expect(screen.page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    table = screen.page.get_by_test_id("stDataFrame").first
    expect(table.locator("canvas").first).to_be_visible()
    screen.settled()
    editor = screen.page.locator("#portal input")

    def open_editor() -> bool:
        corner = table.bounding_box()
        assert corner is not None
        screen.page.mouse.dblclick(corner["x"] + corner["width"] - 30, corner["y"] + 36 + 17)
        screen.page.wait_for_timeout(200)
        return editor.is_visible()

    until(open_editor, 20)
    editor.fill("55")
    editor.press("Enter")
    expect(screen.page.get_by_text("Not saved yet: this only looks ahead.")).to_be_visible()
    assert get_project(small.workspace, _PROJECT).settings.targets[first] == 0.9
    screen.page.get_by_role("button", name="Save", exact=True).click()
    expect(screen.alerts).to_contain_text("Saved. It holds from the next round on.")
    assert get_project(small.workspace, _PROJECT).settings.targets == world.TARGETS | {first: 0.55}


def test_nothing_scrolls_sideways_on_a_telephone(small: Server, new_screen: NewScreen) -> None:
    for query in ("", "&language=sw", "&view=What+if", "&view=Check+sets"):
        screen = new_screen(small, "languages", project=_PROJECT, width=390)
        screen.page.goto(f"{small.url}/languages?project={_PROJECT}{query}")
        screen.settled()
        expect(screen.page.get_by_test_id("stDataFrame").first).to_be_visible()
        main = screen.page.get_by_test_id("stMain")
        assert main.evaluate("element => element.scrollWidth <= element.clientWidth"), query
