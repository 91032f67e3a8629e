"""What a person sees and does: the labelling card and the pages, in words of the product."""

import csv
import re
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect
from servers import Server
from support import world
from support.workers import until

from lamm_core.records import Project
from lamm_core.storage import items
from lamm_core.workflow import projects
from lamm_core.workflow.sample import SAMPLE_FILE

# Longer than the card refuses keys after a new text; nobody reads a text faster.
READING_MS = 150


def true_classes() -> dict[str, str]:
    """Text to its true class, for the texts of the sample project."""
    with SAMPLE_FILE.open(encoding="utf-8", newline="") as file:
        return {row["text"].strip(): row["class"] for row in csv.DictReader(file)}


class Screen:
    """One open page of one person."""

    def __init__(self, page: Page, server: Server, project: str, annotator: str | None) -> None:
        self.page = page
        self.server = server
        self._project = project
        self.annotator = annotator
        self.errors: list[str] = []
        self._watch()

    def _watch(self) -> None:
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def use_new_page(self) -> None:
        """Go on in another page of the same browser; the one before is closed."""
        before = self.page
        self.page = before.context.new_page()
        self._watch()
        before.close()

    def open(self, path: str = "") -> "Screen":
        """Go to a page by its address."""
        query = {"project": self._project} | ({"annotator": self.annotator} if self.annotator else {})
        self.page.goto(f"{self.server.url}/{path}?{urlencode(query)}")
        return self

    def go_to(self, title: str) -> "Screen":
        """Go to a page as people do, by the sidebar."""
        self.page.get_by_test_id("stSidebarNav").get_by_text(title, exact=True).click()
        expect(self.title).to_have_text(title)
        return self

    def check_healthy(self) -> None:
        """No error of JavaScript so far, and no exception on the page."""
        assert self.errors == []
        assert self.exceptions.count() == 0

    def settled(self) -> "Screen":
        """Wait until the server has drawn the page to its end."""
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        return self

    @property
    def title(self) -> Locator:
        return self.page.locator("h1")

    @property
    def exceptions(self) -> Locator:
        return self.page.get_by_test_id("stException")

    @property
    def alerts(self) -> Locator:
        return self.page.get_by_test_id("stAlert")

    # the labelling card

    def part(self, name: str) -> Locator:
        return self.page.locator(f"[data-part={name}]")

    @property
    def text(self) -> str:
        """The text to be labelled."""
        return self.part("text").text_content() or ""

    @property
    def class_buttons(self) -> Locator:
        return self.part("classes").get_by_role("button")

    @property
    def count(self) -> str:
        """How far the batch is, such as "Batch 1: 3 of 25"."""
        return self.part("count").text_content() or ""

    def wait_for_text(self, but: str | None = None) -> str:
        """Wait for a text to label (another one than `but`), read it, and return it."""
        text = self.page.locator("[data-part=text]:not(.empty):not(:empty)")
        text.wait_for()
        if but is not None:
            expect(text).not_to_have_text(re.compile(f"^{re.escape(but)}$"))
        self.page.wait_for_timeout(READING_MS)
        return self.text

    def press(self, key: str) -> str:
        """Press a key that moves on to another text, and return that text."""
        before = self.wait_for_text()
        self.page.keyboard.press(key)
        return self.wait_for_text(but=before)

    def label(self, class_name: str) -> None:
        """Give the text on the screen a class by its key."""
        before = self.wait_for_text()
        self.page.keyboard.press(str(self.project.settings.classes.index(class_name) + 1))
        expect(self.part("text")).not_to_have_text(re.compile(f"^{re.escape(before)}$"))

    def wait_until_saved(self) -> None:
        """Wait until the server has said of every act that it is stored."""
        expect(self.part("state")).to_have_text("Saved")

    # what is stored

    @property
    def project(self) -> Project:
        return projects.get_project(self.server.workspace, self._project)

    def acts(self, annotator: str | None = None) -> list[tuple[Any, ...]]:
        """Acts of people, oldest first: (item id, annotator, revision, action, class)."""
        stored = world.history(self.server.workspace, self.project)
        return [each for each in stored if each[1] is not None and annotator in (None, each[1])]

    def expect_acts(self, count: int, annotator: str | None = None) -> list[tuple[Any, ...]]:
        """Wait until so many acts are stored; fails when there are ever more, or stay fewer."""
        # Waiting in the page lets the browser's messages through where a test stands between it and the server.
        until(lambda: self.page.wait_for_timeout(20) or len(self.acts(annotator)) >= count, 20)
        acts = self.acts(annotator)
        assert len(acts) == count, acts
        return acts

    def texts(self) -> dict[int, str]:
        """Item id to text, for all items of the project."""
        with self.server.workspace.database.read() as connection:
            return dict(items.read_texts(connection, list(world.stored_items(self.server.workspace, self.project))))
