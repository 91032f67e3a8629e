"""A person in Chromium, and what the page itself notes of each key."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from playwright.sync_api import Error, Page, WebSocket, sync_playwright

from timing_labels.checks import Given
from timing_labels.errors import BenchmarkStopped
from timing_labels.messages import is_rerun
from timing_labels.project import CLASSES, NAME

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_SCRIPT = Path(__file__).with_name("page.js")
_PERSON = "Person in a browser"
_PATIENCE_MS = 45_000
_POLL_MS = 25
_CALM_MS = 1_000  # what the page still does after its first text is there


@dataclass(frozen=True)
class Timed:
    """What the page noted.

    Attributes:
        given: the labels, all of them acknowledged.
        key_to_next: milliseconds from the key until the next text was painted.
        acknowledged: milliseconds from the key until the page said that the label is saved.
    """

    given: list[Given]
    key_to_next: list[float]
    acknowledged: list[float]


class BrowserPerson:
    """One person on one page of a real browser."""

    def __init__(self, page: Page) -> None:
        self.reruns = 0
        self._page = page
        page.on("websocket", self._listen)

    def open(self, url: str) -> None:
        """Open the page, wait for a text, and begin to take notes."""
        self._page.add_init_script(path=_SCRIPT)
        self._page.goto(f"{url}/?{urlencode({'project': NAME, 'annotator': _PERSON})}")
        self._page.locator("[data-part=text]:not(.empty):not(:empty)").wait_for()
        self._page.wait_for_timeout(_CALM_MS)
        self._page.evaluate("watchCard()")

    def label(self, labels: int, pace: tuple[float, float], rng: np.random.Generator) -> Timed:
        """Label by keys, one text after another, and wait until all of it is saved."""
        for _ in range(labels):
            self._page.wait_for_timeout(1000 * float(rng.uniform(*pace)))
            self._page.keyboard.press(str(1 + int(rng.integers(len(CLASSES)))))
            self._wait_for("timedPresses.at(-1).painted !== null")
        self._wait_for("timedPresses.every((press) => press.saved !== null)")
        return self._notes()

    def _wait_for(self, condition: str) -> None:
        self._page.wait_for_function(condition, polling=_POLL_MS)

    def _notes(self) -> Timed:
        presses = self._page.evaluate("timedPresses")
        return Timed(
            given=[Given(_PERSON, each["text"], CLASSES[int(each["code"][-1]) - 1]) for each in presses],
            key_to_next=[each["painted"] - each["pressed"] for each in presses],
            acknowledged=[each["saved"] - each["pressed"] for each in presses],
        )

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", self._count)

    def _count(self, message: str | bytes) -> None:
        self.reruns += is_rerun(message if isinstance(message, bytes) else message.encode())


@contextmanager
def chromium_page() -> Iterator[Page]:
    """An empty page of a Chromium, as long as the block lasts.

    Raises:
        BenchmarkStopped: there is no browser, or the page does not do what the block waits for.
    """
    found = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(_PATIENCE_MS)
            yield page
            browser.close()
    except Error as error:
        raise BenchmarkStopped(f"The browser did not go on: {error.message}") from error


@contextmanager
def browsing(url: str) -> Iterator[BrowserPerson]:
    """A person on a page that shows a text, as long as the block lasts.

    Raises:
        BenchmarkStopped: there is no browser, or the page does not do what a person waits for.
    """
    with chromium_page() as page:
        person = BrowserPerson(page)
        person.open(url)
        yield person
