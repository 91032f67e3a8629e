"""What a newcomer waits for, step by step, in a real browser."""

import time
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from timing_first_item.starting import Clone

_PATIENCE_MS = 120_000  # the first start embeds the sample's texts before there is a text to label
_READING_MS = 150  # longer than the card refuses keys after a new text
_NAME = "Newcomer"


@dataclass(frozen=True)
class Steps:
    """Seconds from a beginning until each step was done, one after the other.

    Attributes:
        cloned: git has the files; 0 where they were there.
        answered: everything is installed, and the app answers.
        shown: a text to label is on the screen.
        labelled: its label is stored, and the page says so.
        load: processes that wanted to run on the machine at the beginning, mean of a minute.
    """

    cloned: float
    answered: float
    shown: float
    labelled: float
    load: float


class Clock:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def __call__(self) -> float:
        """Seconds since it was made, to the hundredth."""
        return round(time.perf_counter() - self._began, 2)


def label_one(page: Page, at: Clone, clock: Clock, load: float, cloned: float = 0.0) -> Steps:
    """Start the app, open it, and label the first text.

    Raises:
        BenchmarkStopped: the app did not start.
        playwright.sync_api.Error: the page did not show what is waited for.
    """
    with at.running() as address:
        answered = clock()
        _open(page, address)
        shown = clock()
        page.wait_for_timeout(_READING_MS)
        page.keyboard.press("1")
        expect(page.locator("[data-part=state]")).to_have_text("Saved", timeout=_PATIENCE_MS)
        return Steps(cloned, answered, shown, clock(), load)


def _open(page: Page, address: str) -> None:
    """Open the page, say a name where it is asked for, and wait for a text."""
    page.goto(address)
    text = page.locator("[data-part=text]:not(.empty):not(:empty)")
    start = page.get_by_role("button", name="Start labelling")
    text.or_(start).first.wait_for(timeout=_PATIENCE_MS)
    if start.is_visible():
        page.get_by_label("Under which name").fill(_NAME)
        start.click()
    text.wait_for(timeout=_PATIENCE_MS)
