"""Take the pictures in docs/images: the sample project after 400 further labels, in a real browser.

Run it from the project's root: `.venv/bin/python docs/make_screenshots.py`. It needs a Chromium and four minutes; with
`--moving-only` it makes no more than the moving picture.
The labels are the true classes of sample_data/catalogue.csv, given through the same calls as the browser's by two
people, one of whom errs now and then.
"""

import dataclasses
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd
from moving_picture import take_moving_picture
from playwright.sync_api import Browser, sync_playwright

from lamm_core.records import Action, Lease, Project
from lamm_core.workflow import labelling
from lamm_core.workflow.acts import Act
from lamm_core.workflow.first_steps import show_first_steps
from lamm_core.workflow.projects import change_settings, ensure_annotator, get_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.sample import SAMPLE_FILE, SAMPLE_NAME, ensure_sample_project
from lamm_core.workflow.status import project_status
from lamm_core.workflow.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
LABELS = 500
BROWSER_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
# Path of each page and the height that shows what matters on it.
PAGES = {
    "annotate": ("/", 640),
    "languages": ("/languages", 1200),
    "language": ("/languages?language=de", 1500),
    "what-if": ("/languages?view=What+if", 900),
    "rounds": ("/rounds", 1000),
    "compare": ("/compare", 1150),
    "project": ("/project", 900),
    "review": ("/review", 900),
    "annotators": ("/team", 800),
    "trail": ("/trail", 800),
}
# Each person's share of wrong labels.
PEOPLE = {"Ana": 0.02, "Ben": 0.12}
SHARED = 0.25  # share of texts that both label


def label_from_truth(workspace: Workspace, labels: int) -> None:
    """Answer the sample project's batches, nearly always with the true classes, until it has this many labels."""
    table = pd.read_csv(SAMPLE_FILE, dtype=str)
    truth = dict(zip(table["id"], table["class"], strict=True))
    project = ensure_sample_project(workspace)
    show_first_steps(workspace, shown=False)
    # Rounds run here one after the other, so that every picture shows the same project.
    settings = dataclasses.replace(project.settings, automatic_rounds=False, overlap_share=SHARED)
    project = change_settings(workspace, project, settings)
    people = {ensure_annotator(workspace, name): wrong for name, wrong in PEOPLE.items()}
    rng = np.random.default_rng(0)
    run_round(workspace, project)
    while project_status(workspace, project).labels < labels:
        for annotator in np.repeat(list(people), 10).tolist() * 10:
            for lease in labelling.claim(workspace, project, annotator, 1):
                act = answer(project, lease, truth[lease.external_id], people[annotator], rng)
                labelling.record(workspace, project, annotator, act)
        run_round(workspace, project)


def answer(project: Project, lease: Lease, true: str, wrong: float, rng: np.random.Generator) -> Act:
    """A text's true class, or with this chance another one; who is not sure flags it."""
    is_wrong, is_flagged = rng.random() < wrong, rng.random() < 0.02
    others = [each for each in project.settings.classes if each != true]
    given = str(rng.choice(others)) if is_wrong else true
    comment = "Sold as both." if is_flagged else None
    seconds = float(rng.uniform(2, 7))
    return Act(lease.item_id, Action.LABEL, lease.revision, given, seconds, comment, flagged=is_flagged)


def start_server(home: Path) -> tuple[subprocess.Popen[bytes], str]:
    """The app on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"LAMM_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return server, address
    server.kill()
    raise TimeoutError("the app did not start within 20 seconds")


def take_pictures(browser: Browser, address: str) -> None:
    """Every page in light and dark, and two of them on a telephone."""
    for scheme in ("light", "dark"):
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=scheme, device_scale_factor=1)
        for name, (path, height) in PAGES.items():
            page.set_viewport_size({"width": 1280, "height": height})
            page.goto(f"{address}{path}{'&' if '?' in path else '?'}annotator=Ana")
            page.get_by_role("heading", level=1).wait_for()
            page.wait_for_timeout(6000)
            page.screenshot(path=IMAGES / f"{name}-{scheme}.png")
        page.close()
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="light", device_scale_factor=1)
    page.goto(f"{address}/?annotator=Ana")
    page.locator("[data-part=count]").wait_for()
    page.wait_for_timeout(3000)
    page.screenshot(path=IMAGES / "annotate-narrow.png")
    page.goto(f"{address}/languages?annotator=Ana")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.wait_for_timeout(3000)
    page.screenshot(path=IMAGES / "languages-narrow.png")


def take_moving(browser: Browser, address: str, project: Project) -> None:
    """The moving picture of the README."""
    table = pd.read_csv(SAMPLE_FILE, dtype=str)
    truth = {text.strip(): name for text, name in zip(table["text"], table["class"], strict=True)}
    take_moving_picture(browser, address, truth, list(project.settings.classes), IMAGES / "labelling.webp")


def main(*, moving_only: bool) -> None:
    """Make the project, start the app, take the pictures."""
    IMAGES.mkdir(exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="lamm-pictures-"))
    try:
        workspace = open_workspace(home)
        label_from_truth(workspace, LABELS)
        for each in project_status(workspace, get_project(workspace, SAMPLE_NAME)).languages:
            print(each.language, each.measured.accuracy)
        if not moving_only:
            compare = ["backtest", SAMPLE_NAME, "--strategies", "random,ea,lamm"]
            subprocess.run([sys.executable, "-m", "lamm_core.cli", "--home", str(home), *compare], check=True)
        server, address = start_server(home)
        try:
            with sync_playwright() as playwright:
                chromium = shutil.which("chromium") or shutil.which("google-chrome")
                browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
                if not moving_only:
                    take_pictures(browser, address)
                take_moving(browser, address, get_project(workspace, SAMPLE_NAME))
        finally:
            server.terminate()
            server.wait(10)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(moving_only="--moving-only" in sys.argv)
