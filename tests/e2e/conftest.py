"""Fixtures for the tests that drive the app in Chromium. Without a browser they fail; they are never skipped."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hand import Hand
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from screen import Screen
from servers import Server
from support import world

from lamm_core.workflow.importing import embed_project
from lamm_core.workflow.projects import change_settings, get_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.sample import SAMPLE_NAME, ensure_sample_project
from lamm_core.workflow.serving import set_local_name
from lamm_core.workflow.workspace import open_workspace

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The first two are pages of its own that Chromium loads with each of ours, for an address bar in which nobody types: a
# second of work. The others are those that Playwright switches off; Chromium heeds the last list alone.
_WITHOUT = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
]
_FLAGS = [
    f"--disable-features={','.join(_WITHOUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The first thing a page waits for may be a round in a process of its own, on a busy machine.
_PATIENCE_MS = 45_000
WHOLE_POOL = sum(world.POOL.values())

NewServer = Callable[..., Server]
NewScreen = Callable[..., Screen]
NewHome = Callable[..., Path]

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium or Chrome, else the one that Playwright brings."""
    found = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data with the sample project, its texts embedded; to be copied, never to be served."""
    home = tmp_path_factory.mktemp("sample")
    workspace = open_workspace(home)
    embed_project(workspace, ensure_sample_project(workspace))
    set_local_name(workspace, "somebody")
    workspace.close()
    return home


@pytest.fixture(scope="session")
def new_small_home(tmp_path_factory: pytest.TempPathFactory) -> NewHome:
    """Call it, perhaps with settings, for fresh data: the small project, with its first batch chosen."""

    def new(**changes: Any) -> Path:
        home = tmp_path_factory.mktemp("small")
        workspace = open_workspace(home)
        run_round(workspace, world.make_project(workspace, **({"budget": WHOLE_POOL} | changes)))
        set_local_name(workspace, "somebody")
        workspace.close()
        return home

    return new


@pytest.fixture
def new_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewServer]:
    """Call it for a fresh server that is started: with a copy of the sample project, or on a `home` of yours."""
    yield from _servers(request, tmp_path_factory)


@pytest.fixture(scope="module")
def new_module_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewServer]:
    """As `new_server`, for a server that all tests of a file share."""
    yield from _servers(request, tmp_path_factory)


@pytest.fixture(scope="module")
def server(new_module_server: NewServer) -> Server:
    """One server for all tests of a file: the sample project, with a batch so long that no test comes to its end."""
    server = new_module_server(start=False)
    project = get_project(server.workspace, SAMPLE_NAME)
    guidelines = "The thing itself decides.\nNot its box."
    settings = replace(project.settings, budget=1000, guidelines=guidelines, suggestions=True)
    change_settings(server.workspace, project, settings)
    return server.start()


def _servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewServer]:
    opened: list[Server] = []

    def new(home: Path | None = None, start: bool = True) -> Server:
        chosen = home or tmp_path_factory.mktemp("server") / "home"
        if home is None:
            # Made only where it is wanted: its texts take seconds to embed.
            shutil.copytree(request.getfixturevalue("sample_home"), chosen)
        opened.append(Server(chosen))
        return opened[-1].start() if start else opened[-1]

    try:
        yield new
    finally:
        for each in opened:
            each.close()


@pytest.fixture(scope="session")
def browsers(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """One browser context for each way to look at the app, so that the app's own files are fetched only once."""
    opened: dict[tuple[tuple[str, Any], ...], BrowserContext] = {}

    def browser(**options: Any) -> BrowserContext:
        wanted = tuple(sorted(options.items()))
        if wanted not in opened:
            size = {"width": options.pop("width", 1280), "height": options.pop("height", 900)}
            opened[wanted] = chromium.new_context(viewport=size, **_without_owner(options))
            opened[wanted].set_default_timeout(_PATIENCE_MS)
        return opened[wanted]

    yield browser
    for each in opened.values():
        each.close()


def _without_owner(options: dict[str, Any]) -> dict[str, Any]:
    """What the browser is told; the owner only keeps the browsers of two people apart."""
    return {name: value for name, value in options.items() if name != "owner"}


@pytest.fixture
def new_screen(browsers: Callable[..., BrowserContext]) -> Iterator[NewScreen]:
    """Call it with a server, and perhaps a path and an annotator, for an open page.

    When the test ends, none of these pages may have met a JavaScript error or show an exception.
    """
    opened: list[Screen] = []

    def new(
        server: Server,
        path: str = "",
        annotator: str | None = None,
        project: str = SAMPLE_NAME,
        kind: type[Screen] = Screen,
        **options: Any,
    ) -> Screen:
        screen = kind(browsers(**options).new_page(), server, project, annotator)
        opened.append(screen)
        return screen.open(path)

    try:
        yield new
        for each in opened:
            each.check_healthy()
    finally:
        for each in opened:
            each.page.close()


@pytest.fixture
def hand(server: Server, new_screen: NewScreen) -> Hand:
    """A card with a text to label, of an annotator who has done nothing before."""
    screen = new_screen(server, annotator=f"annotator {next(_numbers)}", kind=Hand)
    assert isinstance(screen, Hand)
    screen.wait_for_text()
    return screen
