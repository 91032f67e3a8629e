"""The language of the pages in a browser: chosen in the sidebar, kept by the address, at first that of the browser."""

import re

from conftest import NewScreen
from playwright.sync_api import Page, expect
from screen import Screen
from servers import Server


def _choose(page: Page, label: str, name: str) -> None:
    box = page.get_by_role("combobox", name=label, exact=True)
    box.scroll_into_view_if_needed()  # a list that is open closes where something scrolls
    page.wait_for_timeout(300)
    box.click()
    page.get_by_role("option", name=name).click()


def _expect_language(screen: Screen, title: str, code: str) -> None:
    expect(screen.page.get_by_role("heading", level=1)).to_have_text(title)
    expect(screen.page.locator("html")).to_have_attribute("lang", code)


def test_the_choice_is_kept_by_reloads_and_on_other_pages(server: Server, new_screen: NewScreen) -> None:
    screen = new_screen(server, "languages")
    _expect_language(screen, "Languages", "en")
    _choose(screen.page, "Language", "Deutsch")
    _expect_language(screen, "Sprachen", "de")
    expect(screen.page).to_have_url(re.compile("lang=de"))
    screen.page.get_by_text("Was wäre, wenn", exact=True).first.click()
    expect(screen.page).to_have_url(re.compile("view=What"))
    screen.page.reload()
    _expect_language(screen, "Sprachen", "de")
    expect(screen.page.get_by_test_id("stMain")).to_contain_text("Budget: Labels je Stapel")
    screen.page.get_by_role("link", name="Runden").click()
    _expect_language(screen, "Runden", "de")
    expect(screen.page).to_have_url(re.compile("/rounds.*lang=de"))
    _choose(screen.page, "Sprache", "日本語")
    _expect_language(screen, "ラウンド", "ja")
    screen.check_healthy()


def test_at_first_it_is_the_language_of_the_browser(server: Server, new_screen: NewScreen) -> None:
    browser = new_screen(server, "rounds").page.context.browser
    assert browser is not None
    page = browser.new_context(locale="fr-CA").new_page()
    page.goto(f"{server.url}/rounds")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cycles")
    assert "lang=" not in page.url
    page.context.close()
