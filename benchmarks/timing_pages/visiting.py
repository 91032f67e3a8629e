"""Visits to pages of a server that runs: what a browser says to open one, and how long until the page is whole."""

import asyncio
import time
from dataclasses import dataclass, field
from statistics import median

from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from timing_labels.messages import PageState, is_end_of_run, parse
from timing_labels.server import Server
from timing_pages.history import ANNOTATORS
from timing_pages.project import NAME

_PATIENCE = 180.0  # seconds until a page must be whole


@dataclass(frozen=True)
class Page:
    """A page, or a view of it.

    Attributes:
        name: in the address.
        view: what the address says besides.
    """

    name: str
    view: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The page in a table."""
        return " ".join([self.name, *self.view.values()])


PAGES = (
    Page("annotate"),
    Page("history"),
    Page("team"),
    Page("review"),
    Page("languages"),
    Page("languages", {"view": "What if"}),
    Page("languages", {"view": "Check sets"}),
    Page("languages", {"language": "en"}),
    Page("rounds"),
    Page("compare"),
    Page("project"),
    Page("trail"),
    Page("users"),
)


@dataclass(frozen=True)
class Visit:
    """How long a page took, in milliseconds.

    Attributes:
        first: from what a browser says that has just come until the server has run the page.
        again: the same when this browser wants it anew; the middle one of several.
        cpu: processor time of the server for each of these, whatever else the machine does.
    """

    first: float
    again: float
    cpu: float


def visit(server: Server, page: Page, times: int) -> Visit:
    """Open a page, and let it be run again.

    Args:
        times: how often it is run again.
    """
    return asyncio.run(_visit(server, page, times))


async def _visit(server: Server, page: Page, times: int) -> Visit:
    state = PageState(f"{server.url}/", NAME, ANNOTATORS[0])
    name = "" if page.name == "annotate" else page.name
    address = server.url.replace("http", "ws", 1)
    async with connect(
        f"{address}/_stcore/stream", subprotocols=[Subprotocol("streamlit")], max_size=None, open_timeout=_PATIENCE
    ) as socket:

        async def run(message: bytes) -> float:
            began = time.perf_counter()
            await socket.send(message)
            async for data in socket:
                told = parse(data if isinstance(data, bytes) else data.encode())
                state.read(told)
                if is_end_of_run(told):
                    break
            return 1000 * (time.perf_counter() - began)

        first = await asyncio.wait_for(run(state.opening(name, **page.view)), _PATIENCE)
        used = server.cpu_seconds()
        again = [await asyncio.wait_for(run(state.again(**page.view)), _PATIENCE) for _ in range(times)]
        cpu = 1000 * (server.cpu_seconds() - used) / times
    return Visit(round(first, 1), round(median(again), 1), round(cpu, 1))
