"""Texts, classes, names and guidelines of users are shown as they are, and nothing in them is ever executed."""

import pandas as pd
import pytest
from conftest import NewScreen, NewServer
from playwright.sync_api import expect
from servers import Server
from support import world

from lamm_core.workflow.workspace import open_workspace

_HTML = '<img src=x onerror="window.harm = 1"><script>window.harm = 1</script>'
_MARKUP = "**bold** $x$ :smile: [link](javascript:alert(1)) `code` # title"
_LONG = "unbroken" * 120
_LINES = "first line\n\n    second line,  with  spaces"
_TEXTS = [
    (_HTML, "en"),
    (_MARKUP, "en"),
    (_LONG, "en"),
    (_LINES, "en"),
    ("دفتر ملاحظات مسطر للمدرسة", "ar"),
    ("青いボールペン、三本セット", "ja"),
]
_DIRECTIONS = {"en": "ltr", "ar": "rtl", "ja": "ltr"}
# One person for all tests: whoever comes second would find the few texts held by the first.
_ANNOTATOR = "<b>*Ana*</b>"
_NAME = f"{_MARKUP} <b>name</b>"
_CLASSES = (f"{_HTML} class", "**bold** class", "دفتر", _LONG[:150])


@pytest.fixture(scope="module")
def odd_server(new_module_server: NewServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A project of odd texts with made-up embeddings; its first batch holds them all."""
    home = tmp_path_factory.mktemp("odd")
    rows = pd.DataFrame(
        [(f"i{number}", language, text, "pen", "pool") for number, (text, language) in enumerate(_TEXTS)],
        columns=["id", "language", "text", "class", "split"],
        dtype=object,
    )
    workspace = open_workspace(home)
    world.make_project(
        workspace,
        rows=rows,
        name=_NAME,
        targets=dict.fromkeys(_DIRECTIONS, 0.9),
        classes=(*_CLASSES, "pen", "ink"),
        guidelines=f"{_HTML}\n{_MARKUP}",
        automatic_rounds=True,
    )
    workspace.close()
    return new_module_server(home)


@pytest.mark.parametrize("options", [{}, {"width": 390}], ids=["wide", "narrow"])
def test_texts_are_shown_as_they_are(odd_server: Server, new_screen: NewScreen, options: dict[str, int]) -> None:
    screen = new_screen(odd_server, annotator=_ANNOTATOR, project=_NAME, **options)
    seen = [screen.wait_for_text()]
    shown = {}
    while True:
        text = screen.part("text")
        shown[seen[-1]] = (text.get_attribute("lang"), text.get_attribute("dir"))
        assert screen.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
        if len(seen) == len(_TEXTS):
            break
        seen.append(screen.press("s"))
        expect(screen.part("recent")).to_have_text(f"skipped: {seen[-2]}")
    for _ in range(len(seen) - 1):
        screen.press("u")
    screen.wait_until_saved()
    assert shown == {text: (language, _DIRECTIONS[language]) for text, language in _TEXTS}
    assert screen.part("text").locator("*").count() == 0
    assert screen.class_buttons.locator("span").all_text_contents() == [*_CLASSES, "pen", "ink"]
    assert screen.page.evaluate("() => window.harm") is None


def test_names_and_guidelines_are_shown_as_they_are(odd_server: Server, new_screen: NewScreen) -> None:
    screen = new_screen(odd_server, annotator=_ANNOTATOR, project=_NAME)
    screen.wait_for_text()
    screen.page.get_by_text("Guidelines").click()
    guidelines = screen.page.get_by_test_id("stExpander").get_by_test_id("stText")
    expect(guidelines).to_be_visible()
    assert guidelines.text_content() == f"{_HTML}\n{_MARKUP}"
    expect(screen.page.get_by_role("combobox", name="Project")).to_have_value(_NAME)
    for title in ("Languages", "Rounds", "Project"):
        screen.go_to(title).settled()
        assert screen.page.evaluate("() => window.harm") is None
    assert screen.page.get_by_test_id("stText").first.text_content() == "  ·  ".join([*_CLASSES, "pen", "ink"])
