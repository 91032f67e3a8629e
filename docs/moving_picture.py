"""The moving picture at the head of the README: a few labels by key, then how far each language is, and the rounds.

`make_screenshots.py` calls it, on the same project in the same browser.
"""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

SIZE = {"width": 1100, "height": 680}
SHOWN_WIDTH = 880
LABELS = 4
READING_MS = 900


@dataclass(frozen=True)
class Frame:
    """A picture and how long it stands, in milliseconds."""

    picture: Image.Image
    stands: int


def take_moving_picture(browser: Browser, address: str, truth: dict[str, str], classes: list[str], path: Path) -> None:
    """Label a few texts, look at two pages, and write what was to be seen as one animated file.

    Args:
        truth: text to its class.
        classes: in the order of their keys.
        path: a .webp file.
    """
    page = browser.new_page(viewport=SIZE, color_scheme="light", device_scale_factor=1)
    page.goto(f"{address}/?annotator=Ana")
    frames = _label(page, truth, classes)
    for name, stands in (("languages", 4000), ("rounds", 3000)):
        page.goto(f"{address}/{name}?annotator=Ana")
        page.locator(".js-plotly-plot .main-svg").first.wait_for()
        page.wait_for_timeout(3000)
        frames.append(_frame(page, stands))
    page.close()
    first, *others = [each.picture for each in frames]
    durations = [each.stands for each in frames]
    first.save(path, save_all=True, append_images=others, duration=durations, loop=0, quality=80, method=6)


def _label(page: Page, truth: dict[str, str], classes: list[str]) -> list[Frame]:
    """A frame for each text, and one for the key that is pressed on it."""
    frames = []
    for _ in range(LABELS):
        text = page.locator("[data-part=text]:not(.empty):not(:empty)")
        text.wait_for()
        page.wait_for_timeout(READING_MS)
        frames.append(_frame(page, READING_MS))
        key = 1 + classes.index(truth[(text.text_content() or "").strip()])
        button = page.locator("[data-part=classes]").get_by_role("button").nth(key - 1)
        button.hover()
        frames.append(_frame(page, 350))
        page.keyboard.press(str(key))
        page.mouse.move(0, 0)
    page.wait_for_timeout(READING_MS)
    return [*frames, _frame(page, READING_MS)]


def _frame(page: Page, stands: int) -> Frame:
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    height = round(picture.height * SHOWN_WIDTH / picture.width)
    return Frame(picture.resize((SHOWN_WIDTH, height), Image.Resampling.LANCZOS), stands)
