"""The report: one file that asks nobody for anything, and shows what users wrote as text, whatever it is."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from support import world

from lamm_core.errors import InvalidInput
from lamm_core.model.check_record import CHECK_RECORD, CheckRecord
from lamm_core.records import Project
from lamm_core.report import html as report
from lamm_core.report.html import report_html
from lamm_core.storage import models
from lamm_core.workflow import labelling
from lamm_core.workflow.headline import headline
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status
from lamm_core.workflow.workspace import Workspace

_EMPTY = {"meta", "br", "img", "link", "input", "hr", "base", "source"}
_PLOTLY = "window.Plotly = 'not needed to read a page';"


@pytest.fixture(autouse=True)
def _small_plotly(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Five megabytes in every page would only cost time."""
    if "whole" not in request.node.name:
        monkeypatch.setattr(report, "get_plotlyjs", lambda: _PLOTLY)


class Page(HTMLParser):
    """What a browser would find; fails where tags do not match."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.words: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        assert len(found) == len(attrs), f"an attribute twice in <{tag}>"
        self.elements.append((tag, found))
        if tag not in _EMPTY:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append((found, ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            attributes, before = self.scripts[-1]
            self.scripts[-1] = (attributes, before + data)
        elif not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def blocks(self) -> dict[str, Any]:
        return {each["id"]: json.loads(text) for each, text in self.scripts if each.get("type") == "application/json"}

    @property
    def code(self) -> list[str]:
        return [text for each, text in self.scripts if not each]

    @property
    def charts(self) -> set[str]:
        return {each["id"] for _, each in self.elements if "chart" in each.get("class", "").split()}

    def values(self, name: str) -> list[str]:
        return [each[name] for _, each in self.elements if name in each]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def sound(source: str) -> Page:
    """What holds for every report."""
    page = Page(source)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {each for each in page.values("href") if each.removeprefix("#") not in ids} == set()
    for chart in page.charts:
        assert {f"{chart}-light", f"{chart}-dark", f"chart-settings-{chart}"} <= set(page.blocks)
    assert not re.search(r"\b(nan|inf|None)\b", page.text)
    assert not any(re.search(r"\bnan\b|\bNone\b", each) for each in strings(page.blocks))
    # no request to anywhere
    tags = {tag for tag, _ in page.elements}
    assert tags.isdisjoint({"img", "link", "iframe", "object", "embed", "base", "form", "video", "audio"})
    assert page.values("src") == []
    assert all(each.startswith("#") for each in page.values("href"))
    assert not any(name.startswith("on") or name == "style" for _, each in page.elements for name in each)
    (style,) = re.findall(r"<style>(.*?)</style>", source, re.DOTALL)
    assert "url(" not in style
    assert "@import" not in style
    return page


def policy_of(page: Page) -> str:
    (policy,) = (
        each["content"]
        for tag, each in page.elements
        if tag == "meta" and each.get("http-equiv") == "Content-Security-Policy"
    )
    return policy


def label_batch(workspace: Workspace, project: Project, annotator_id: int, seconds: float = 4.0) -> None:
    for lease in labelling.claim(workspace, project, annotator_id, 20):
        name = world.TRUTH[lease.external_id]
        labelling.submit(workspace, project, annotator_id, lease.item_id, name, lease.revision, seconds)


@pytest.fixture
def worked(sqlite_workspace: Workspace) -> Project:
    """A project of four rounds, with a price, a class target and two annotators."""
    project = world.make_project(
        sqlite_workspace,
        labels=12,
        targets={"en": 0.3, "de": 0.8, "sw": 0.95},
        price_per_label=0.25,
        class_targets={("sw", "ink"): 0.9},
    )
    ana, ben = (world.ensure_annotator(sqlite_workspace, name) for name in ("Ana", "Ben"))
    for number in range(3):
        run_round(sqlite_workspace, project)
        label_batch(sqlite_workspace, project, ben if number == 1 else ana)
    run_round(sqlite_workspace, project)
    return project


def test_a_report_says_what_the_status_says(sqlite_workspace: Workspace, worked: Project) -> None:
    page = sound(report_html(sqlite_workspace, worked))
    status = project_status(sqlite_workspace, worked)
    assert headline(status) in page.text
    for each in status.languages:
        assert f"{each.measured.estimate:.1%}" in page.text
        assert f"{each.measured.low:.0%} to {each.measured.high:.0%}" in page.text
    assert "of round 4, learnt from 72 labels" in page.text
    assert "0.25 EUR" in page.text
    assert page.charts == {"flags"} | {
        f"{kind}-{language}" for kind in ("confusion", "classes", "drift") for language in ("en", "de", "sw")
    }
    assert re.findall(r'<section id="(\w+)">', report_html(sqlite_workspace, worked)) == [
        each.language for each in status.languages
    ]


def test_every_language_has_its_section_and_a_link_to_it(sqlite_workspace: Workspace, worked: Project) -> None:
    page = sound(report_html(sqlite_workspace, worked))
    assert set(page.values("href")) == {"#en", "#de", "#sw"}
    assert page.text.count("What is confused") == 3
    assert page.text.count("Agreement") == 3
    assert "Ana 4.0" in page.text


def test_gold_items_stand_in_the_section_of_their_language(sqlite_workspace: Workspace, worked: Project) -> None:
    assert "Gold items" not in sound(report_html(sqlite_workspace, worked)).text
    (item_id,) = world.add_gold(sqlite_workspace, worked, sw=1)
    labelling.submit(sqlite_workspace, worked, world.ensure_annotator(sqlite_workspace, "A <b>"), item_id, "ink")
    text = sound(report_html(sqlite_workspace, worked)).text
    assert text.count("Gold items") == 1
    assert "A <b> 1 1 100% 21% to 100%" in text


def test_agreement_names_what_people_disagree_on(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace)
    stored = world.stored_items(sqlite_workspace, project).values()
    items = [each.id for each in stored if each.language == "en"][:20]
    for name in ("A <b>", "Ben", "Cy"):
        annotator = world.ensure_annotator(sqlite_workspace, name)
        for place, item_id in enumerate(items):
            true = world.CLASSES[place % 4]
            given = "pen" if name == "Cy" and true == "ink" else true
            labelling.submit(sqlite_workspace, project, annotator, item_id, given)
    text = sound(report_html(sqlite_workspace, project)).text
    assert "Krippendorff's alpha 0.78, 95% interval 0." in text
    assert "over 20 texts with labels of two or more people." in text
    assert "The classes that people disagree on most" in text
    assert "A <b>, Cy 20 0.67 (" in text
    assert "A <b> 20 88% (" in text
    assert "A <b>, Ben" not in text
    assert text.count("Fewer than two people have labelled yet.") == 2


def test_only_the_chosen_languages_get_a_section(sqlite_workspace: Workspace, worked: Project) -> None:
    page = sound(report_html(sqlite_workspace, worked, ["sw", "en", "sw"]))
    assert set(page.values("href")) == {"#sw", "#en"}
    assert page.text.count("What is confused") == 2
    assert "German" in page.text  # in the overview
    with pytest.raises(InvalidInput, match="has no language 'xx'; it has: de, en, sw"):
        report_html(sqlite_workspace, worked, ["sw", "xx"])


def test_only_its_own_two_scripts_may_run_in_the_whole_file(sqlite_workspace: Workspace, worked: Project) -> None:
    page = sound(report_html(sqlite_workspace, worked))
    policy = policy_of(page)
    assert policy.startswith("default-src 'none';")
    script_policy = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in script_policy
    assert len(page.code) == 2
    assert len(page.code[0]) > 1_000_000  # Plotly, once
    digests = {base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in page.code}
    assert set(re.findall(r"'sha256-([^']+)'", script_policy)) == digests
    assert not re.search(r"https?:|//[a-z]", policy)


def test_charts_have_the_colours_of_both_themes(sqlite_workspace: Workspace, worked: Project) -> None:
    blocks = sound(report_html(sqlite_workspace, worked)).blocks
    for name in ("flags", "confusion-en", "classes-sw"):
        light, dark = (blocks[f"{name}-{theme}"]["layout"] for theme in ("light", "dark"))
        assert light["paper_bgcolor"] != dark["paper_bgcolor"]
        assert light["font"]["color"] == dark["paper_bgcolor"] or light["font"] != dark["font"]
        assert light["height"] == dark["height"]


EVIL = "<img src=x onerror=alert(1)>"
CLASSES = ("</script><script>alert(1)</script>", EVIL, '" onmouseover="alert(2)', "<a href='javascript:alert(3)'>x</a>")


def test_what_users_wrote_is_text_and_nothing_else(sqlite_workspace: Workspace) -> None:
    names = dict(zip(world.CLASSES, CLASSES, strict=True))
    rows = world.ROWS.assign(**{"class": world.ROWS["class"].map(names)})
    rows = rows.assign(text=[f"{EVIL} <b>{each}</b> </textarea><!-- {each}" for each in rows["text"]])
    rows = rows.assign(id=[f"<i>{each}</i>" for each in rows["id"]]).astype(object)
    embeddings = rows.assign(**{"class": world.ROWS["class"]})
    project = world.make_project(
        sqlite_workspace,
        60,
        rows,
        name=f"shop {EVIL}",
        embedded=False,
        classes=CLASSES,
        guidelines=EVIL,
        price_per_label=1.0,
        currency="<b>€</b>",
        class_targets={("sw", CLASSES[0]): 0.9, ("en", CLASSES[1]): 0.99},
    )
    world.add_embeddings(sqlite_workspace, embeddings)
    evil_person = world.ensure_annotator(sqlite_workspace, f"Eve {EVIL}")
    for _ in range(3):
        run_round(sqlite_workspace, project)
        for lease in labelling.claim(sqlite_workspace, project, evil_person, 20):
            labelling.submit(sqlite_workspace, project, evil_person, lease.item_id, CLASSES[0], lease.revision, 2.0)
    source = report_html(sqlite_workspace, project)
    page = sound(source)
    assert {tag for tag, _ in page.elements} <= {
        "html", "head", "meta", "title", "style", "script", "body", "header", "h1", "h2", "h3", "p", "section", "dl",
        "dt", "dd", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "br", "a", "ul", "li",
        "noscript",
    }  # fmt: skip
    assert len(page.code) == 2
    for shown in (f"shop {EVIL}", *CLASSES[:2], f"Eve {EVIL}", f"{EVIL} <b>sw check text"):
        assert shown in page.text
    # Plotly reads a few tags in its texts: those of users must not be among them.
    for each in strings(page.blocks):
        assert "<img" not in each
        assert "<a " not in each
        assert "<script" not in each
    assert EVIL not in source


def test_a_project_without_texts(sqlite_workspace: Workspace) -> None:
    project = create_project(sqlite_workspace, "empty", world.settings_of())
    page = sound(report_html(sqlite_workspace, project))
    assert "There are no texts yet." in page.text
    assert page.charts == set()
    assert page.text.count("No check item has been measured yet.") == 3


def test_a_project_without_a_model(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace)
    run_round(sqlite_workspace, project)
    page = sound(report_html(sqlite_workspace, project))
    assert "No accuracy is known yet" in page.text
    assert "none yet" in page.text
    assert page.charts == {"flags", "drift-en", "drift-de", "drift-sw"}


def test_a_project_without_a_check_set(sqlite_workspace: Workspace) -> None:
    rows = world.ROWS[world.ROWS["split"] == "pool"]
    project = world.make_project(sqlite_workspace, 60, rows)
    run_round(sqlite_workspace, project)
    page = sound(report_html(sqlite_workspace, project))
    assert "no language has labels in its check set yet" in page.text
    assert "of round 1" in page.text
    assert page.charts == {"flags"}


@pytest.mark.parametrize("right", [True, False])
def test_check_items_of_a_single_class(sqlite_workspace: Workspace, right: bool) -> None:
    project = world.make_project(sqlite_workspace, labels=60)
    run_round(sqlite_workspace, project)
    with sqlite_workspace.database.read() as connection:
        model = models.latest_model(connection, project.id)
    assert model is not None
    path = (sqlite_workspace.settings.models / model.file).with_suffix(CHECK_RECORD)
    record = CheckRecord.load(path)
    every = np.full(len(record.ids), "pen")
    replace(record, true=every, predicted=every if right else np.full(len(record.ids), "ink")).save(path)
    page = sound(report_html(sqlite_workspace, project))
    assert f"Macro-F1 {float(right):.1%}" in page.text
    assert ("Hardest texts" in page.text) is not right


def test_an_accuracy_of_exactly_one(sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "NOISE", dict.fromkeys(world.POOL, 0.01))
    project = world.make_project(sqlite_workspace, labels=60)
    run_round(sqlite_workspace, project)
    assert {each.measured.estimate for each in project_status(sqlite_workspace, project).languages} == {1.0}
    page = sound(report_html(sqlite_workspace, project))
    assert page.text.count("accuracy 100.0%, 95% interval 89% to 100%") == 3
    assert "Hardest texts" not in page.text


def test_right_to_left_texts_are_marked_and_long_ones_are_cut(sqlite_workspace: Workspace) -> None:
    rows = world.ROWS[world.ROWS["language"] == "sw"].assign(language="ar")
    rows = rows.assign(text=[f"{each} {'long ' * 200}end" for each in rows["text"]])
    project = world.make_project(sqlite_workspace, 30, rows, targets={"ar": 0.9})
    run_round(sqlite_workspace, project)
    page = sound(report_html(sqlite_workspace, project))
    texts = [each for tag, each in page.elements if tag == "span" and "lang" in each]
    assert texts
    assert all(each == {"lang": "ar", "dir": "rtl"} for each in texts)
    assert "long end" not in page.text
    assert page.text.count("…") == len(texts)
