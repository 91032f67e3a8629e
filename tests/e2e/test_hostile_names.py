"""Whatever people call things: no page and no report runs it, takes it for markup, or asks a server that it names."""

from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from conftest import NewScreen, NewServer
from playwright.sync_api import Page, expect
from servers import Server
from support import world

from lamm_core.model.embedding_store import text_key
from lamm_core.records import Action
from lamm_core.report.html import report_html
from lamm_core.workflow import labelling
from lamm_core.workflow.acts import Act
from lamm_core.workflow.projects import get_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import open_workspace

_TAGS = "<img src=x onerror=window.harm=1><script>window.harm=1</script>"
_LINKS = "![x](http://evil.test/i) [y](javascript:window.harm=1) <a href='javascript:window.harm=1'>z</a>"
_NAME = f"{_TAGS} {_LINKS}"
_CLASSES = {name: f"{name} {_TAGS}" for name in world.CLASSES} | {"pen": f"pen {_LINKS}"}
_PEOPLE = (f"Ana {_TAGS}", f"Ben {_LINKS}")
_PATHS = [
    "languages",
    "languages?language=sw",
    "languages?view=What+if",
    "languages?view=Check+sets",
    "rounds",
    "compare",
    "project",
]
_FOREIGN = """() => [...document.querySelectorAll("[src], [href], script")].filter((element) =>
    /evil|^x$|^javascript:/.test(element.getAttribute("src") || element.getAttribute("href") || "")
    || element.textContent === "window.harm=1").map((element) => element.outerHTML)"""


@pytest.fixture(scope="module")
def hostile(new_module_server: NewServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A project in which everything that people can name is markup: two rounds, two annotators, comments."""
    home = tmp_path_factory.mktemp("hostile")
    workspace = open_workspace(home)
    vectors = world.vectors_of(world.ROWS)
    # Texts of the check set are shown as the hardest ones. Those of the pool differ, or they would be copies of these.
    texts = world.ROWS["text"].where(world.ROWS["split"] == "pool", world.ROWS["text"] + _NAME)
    rows = world.ROWS.assign(text=texts, **{"class": world.ROWS["class"].map(_CLASSES)}).astype(object)
    project = world.make_project(
        workspace,
        labels=60,
        rows=rows,
        name=_NAME,
        embedded=False,
        classes=tuple(_CLASSES.values()),
        class_targets={("sw", _CLASSES["ink"]): 0.9},
        encoder=f"test:{_TAGS}",
        translator=f"parallel:{_TAGS}.csv",
        guidelines=_NAME,
        currency="<b>$x$</b>",
        price_per_label=1.0,
        overlap_share=1.0,
    )
    workspace.embedding_store(project.settings.encoder).append([text_key(text) for text in rows["text"]], vectors)
    run_round(workspace, project)
    for person, name in enumerate(_PEOPLE):
        annotator = world.ensure_annotator(workspace, name)
        for lease in labelling.claim(workspace, project, annotator, 12):
            chosen = project.settings.classes[person]
            act = Act(lease.item_id, Action.LABEL, lease.revision, chosen, 3.0, _NAME)
            labelling.record(workspace, project, annotator, act)
    run_round(workspace, project)
    workspace.close()
    return new_module_server(home)


def expect_inert(page: Page) -> None:
    """Nothing of what people wrote has become an element, and nothing of it ran."""
    assert page.evaluate(_FOREIGN) == []
    assert page.evaluate("() => window.harm") is None


def test_no_page_runs_what_people_wrote_or_asks_their_server(hostile: Server, new_screen: NewScreen) -> None:
    screen = new_screen(hostile, annotator=_PEOPLE[0], project=_NAME)
    page, asked = screen.page, list[str]()
    page.on("request", lambda request: asked.append(urlsplit(request.url).hostname or ""))
    screen.wait_for_text()
    expect_inert(page)
    for path in _PATHS:
        page.goto(f"{hostile.url}/{path}{'&' if '?' in path else '?'}{urlencode({'project': _NAME})}")
        expect(page.get_by_role("combobox", name="Project")).to_have_value(_NAME)
        screen.settled()
        expect_inert(page)
    # The page Project is the last of them.
    for tab in page.get_by_role("tab").all():
        tab.click()
        expect_inert(page)
    page.get_by_test_id("stFileUploaderDropzoneInput").last.set_input_files(
        {"name": f"{_TAGS}.csv", "mimeType": "text/csv", "buffer": b""}
    )
    expect(screen.alerts.last).to_contain_text("is empty")
    expect(screen.alerts.last).to_contain_text("<img src=x onerror=")
    expect_inert(page)
    assert "evil.test" not in asked


def test_the_report_runs_only_its_own_scripts(hostile: Server, new_screen: NewScreen, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(report_html(hostile.workspace, get_project(hostile.workspace, _NAME)), "utf-8")
    page, asked = new_screen(hostile, "rounds", project=_NAME).page, list[str]()
    page.goto("about:blank")
    page.on("request", lambda request: asked.append(urlsplit(request.url).scheme))
    page.goto(file.as_uri())
    expect(page.locator("body")).to_have_attribute("data-drawn", "all")
    expect_inert(page)
    expect(page.get_by_text(_TAGS).first).to_be_attached()
    assert set(asked) <= {"file", "blob", "data"}


def test_a_table_does_not_offer_itself_as_csv(hostile: Server, new_screen: NewScreen) -> None:
    screen = new_screen(hostile, "rounds", project=_NAME)
    screen.page.get_by_test_id("stDataFrame").first.hover()
    expect(screen.page.get_by_role("button", name="Search")).to_have_count(1)
    expect(screen.page.get_by_role("button", name="Download as CSV")).to_have_count(0)
