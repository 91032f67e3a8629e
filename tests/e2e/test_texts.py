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
_DIRECTION = "(element) => element.dir === 'auto' && getComputedStyle(element).direction"
# Where each character of a text stands on the screen, from the left; characters in a mark are not looked at.
_PLACES = """(element) => [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).flatMap((node) =>
    [...node.data].map((sign, place) => {
        const range = document.createRange();
        range.setStart(node, place);
        range.setEnd(node, place + 1);
        return [sign, range.getBoundingClientRect().left];
    }))"""
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
        shown[seen[-1]] = (text.get_attribute("lang"), text.evaluate(_DIRECTION))
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
    screen.part("guidelines").click()
    expect(screen.part("guidelinesText")).to_be_visible()
    assert screen.part("guidelinesText").text_content() == f"{_HTML}\n{_MARKUP}"
    assert screen.part("guidelinesText").locator("*").count() == 0
    screen.page.keyboard.press("Escape")
    expect(screen.page.get_by_role("combobox", name="Project")).to_have_value(_NAME)
    for title in ("Languages", "Rounds", "Project"):
        screen.go_to(title).settled()
        assert screen.page.evaluate("() => window.harm") is None
    assert screen.page.get_by_test_id("stText").first.text_content() == "  ·  ".join([*_CLASSES, "pen", "ink"])


_HIDDEN = {
    "abc\u202edef\u202c ghi": ["RLO", "PDF"],
    "pass\u200bword and zero\u200dwidth": ["ZWSP", "ZWJ"],
    "bell\x07 tags\U000e0041\U000e0042": ["U+0007", "TAGS × 2"],
    "right\u2067to\u2069left\u200fmark\ufeff": ["RLI", "PDI", "RLM", "BOM"],
}
_AT_WORK = {
    "می\u200cخواهم کتاب\u200cها": "fa",
    "क्\u200dष और क्\u200cष": "hi",
    "ภาษา\u200bไทย": "th",
    "👩\u200d👩\u200d👧 👍🏽 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f": "en",
    "two\r\nlines\tand a tab": "en",
}


@pytest.fixture(scope="module")
def hidden_server(new_module_server: NewServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A project of texts with characters that nobody sees."""
    home = tmp_path_factory.mktemp("hidden")
    texts = dict.fromkeys(_HIDDEN, "en") | _AT_WORK
    rows = [(f"i{number}", language, text, "pen", "pool") for number, (text, language) in enumerate(texts.items())]
    workspace = open_workspace(home)
    world.make_project(
        workspace,
        rows=pd.DataFrame(rows, columns=["id", "language", "text", "class", "split"], dtype=object),
        targets=dict.fromkeys(texts.values(), 0.9),
        name="hidden",
        automatic_rounds=True,
    )
    workspace.close()
    return new_module_server(home)


def test_what_nobody_can_see_is_marked_and_turns_nothing_round(hidden_server: Server, new_screen: NewScreen) -> None:
    screen = new_screen(hidden_server, project="hidden", annotator="Ana")
    texts = [*_HIDDEN, *_AT_WORK]
    marked = {}
    for number in range(len(texts)):
        text = screen.wait_for_text()
        marks = screen.part("text").locator(".mark")
        marked[text] = [each.get_attribute("data-mark") for each in marks.all()]
        assert all(each.get_attribute("title") for each in marks.all())
        assert screen.part("marks").is_visible() == bool(marked[text])
        if "\u202e" in text:
            places = [left for sign, left in screen.part("text").evaluate(_PLACES) if sign.isalpha()]
            assert places == sorted(places)
            expect(screen.part("marks")).to_contain_text("right-to-left override (switched off here)")
        if number < len(texts) - 1:
            screen.press("s")
    assert marked == _HIDDEN | {text: [] for text in _AT_WORK}


def test_a_long_text_scrolls_and_the_answers_stay_in_sight(odd_server: Server, new_screen: NewScreen) -> None:
    screen = new_screen(odd_server, annotator=_ANNOTATOR, project=_NAME, width=390)
    while screen.wait_for_text() != _LONG:
        screen.press("s")
    text = screen.part("text")
    assert text.evaluate("(element) => element.scrollHeight > element.clientHeight")
    screen.page.keyboard.press("ArrowDown")
    assert text.evaluate("(element) => element.scrollTop") > 0
    expect(screen.part("skip")).to_be_in_viewport(ratio=1)
