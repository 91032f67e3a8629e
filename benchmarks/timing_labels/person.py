"""A person without a browser: the page's websocket, and beside it what the labelling card sends and is told."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from aiohttp import ClientError, ClientSession, CookieJar
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from timing_labels.checks import Given
from timing_labels.errors import BenchmarkStopped
from timing_labels.messages import PageState, Timer, is_end_of_run, parse, timer_of

_PATIENCE = 30.0  # seconds until an answer must be there
_MOST_WAITING = 300.0  # seconds without a text, for a round that takes its time
_ASK_AGAIN = 4.0  # seconds after which the card sends again, or asks for texts where it has none
_FEW_AT_HAND = 4  # with no more texts than these, the card asks for further ones


@dataclass
class Log:
    """What one person, or all of them, met.

    Attributes:
        given: labels that the server acknowledged.
        milliseconds: for each, the time from sending it until the acknowledgement was read.
        reruns: how often the server was made to run the page or a part of it.
        waited: seconds without a text to label, as between two batches.
        problems: what the server, or the way to it, said instead of an answer.
    """

    given: list[Given] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    reruns: int = 0
    waited: float = 0.0
    problems: list[str] = field(default_factory=list)

    def __add__(self, other: "Log") -> "Log":
        return Log(
            self.given + other.given,
            self.milliseconds + other.milliseconds,
            self.reruns + other.reruns,
            self.waited + other.waited,
            self.problems + other.problems,
        )


class Person:
    """One person on one page."""

    def __init__(self, port: int, project: str, name: str, rng: np.random.Generator, token: str | None = None) -> None:
        self.name = name
        self._cookies = {} if token is None else {"lamm_session": token}
        self.log = Log()
        self._server = f"127.0.0.1:{port}"
        self._page = PageState(f"http://{self._server}/", project, name)
        self._rng = rng
        self._socket: ClientConnection | None = None
        self._http: ClientSession | None = None
        self._card: dict[str, Any] = {}
        self._items: list[dict[str, Any]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._has_run = asyncio.Event()

    async def open(self) -> None:
        """Open the page, and wait until there is a text to label."""
        self._http = ClientSession(f"http://{self._server}", cookies=self._cookies, cookie_jar=CookieJar(unsafe=True))
        self._socket = await connect(
            f"ws://{self._server}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            additional_headers=[("cookie", f"{name}={value}") for name, value in self._cookies.items()],
            max_size=None,
            open_timeout=_PATIENCE,
        )
        await self._send_page(self._page.opening())
        self._card = await asyncio.wait_for(self._read_card(self._socket), _PATIENCE)
        self._tasks.append(asyncio.create_task(self._read_on(self._socket)))
        await self._until_there_are_items()

    async def label(self, pause: tuple[float, float], stop: asyncio.Event | None = None) -> None:
        """Look at a text for a while, label it, and wait for the acknowledgement.

        Args:
            stop: ends the wait for a text where there is none.
        """
        seconds = float(self._rng.uniform(*pause))
        await asyncio.sleep(seconds)
        await self._until_there_are_items(stop)
        if not self._items:
            return
        item = self._items.pop(0)
        name = str(self._rng.choice(self._card["frame"]["classes"]))
        act = self._act(item, name, seconds)
        began = time.perf_counter()
        give_up = began + _PATIENCE
        while act["key"] not in await self._exchange([act]):
            if time.perf_counter() > give_up:
                raise BenchmarkStopped(f"{self.name} was not told that a label is stored.")
            await asyncio.sleep(_ASK_AGAIN)
        self.log.milliseconds.append(1000 * (time.perf_counter() - began))
        self.log.given.append(Given(self.name, item["text"], name))

    async def run_page_again(self) -> None:
        """Let the server run the whole page, and wait until it has."""
        self._has_run.clear()
        await self._send_page(self._page.again())
        await asyncio.wait_for(self._has_run.wait(), _PATIENCE)

    async def close(self) -> None:
        """Leave, as when the page is closed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
        if self._socket is not None:
            await self._socket.close()

    def _act(self, item: dict[str, Any], class_name: str, seconds: float) -> dict[str, Any]:
        return {
            "item": item["id"],
            "round": item["round"],
            "revision": item["revision"],
            "action": "label",
            "class": class_name,
            "seconds": round(seconds, 1),
            "key": f"{self._card['session']}:{item['id']}:{item['revision']}:label:{class_name}",
        }

    async def _until_there_are_items(self, stop: asyncio.Event | None = None) -> None:
        began = time.perf_counter()
        while not self._items:
            await self._exchange([])
            if self._items or (stop is not None and stop.is_set()):
                break
            if time.perf_counter() > began + _MOST_WAITING:
                raise BenchmarkStopped(f"{self.name} has no text to label.")
            await asyncio.sleep(_ASK_AGAIN)
        self.log.waited += time.perf_counter() - began

    async def _exchange(self, acts: list[dict[str, Any]]) -> list[str]:
        """Say what the card says; keys of acts that are stored. None are where the server does not answer."""
        claims = len(self._items) <= _FEW_AT_HAND
        frame = self._card["frame"]["name"]
        message = {"session": self._card["session"], "acts": acts, "claims": claims, "frame": frame, "zone": "UTC"}
        if self._http is None:
            raise BenchmarkStopped(f"{self.name} is not connected.")
        try:
            async with self._http.post(self._card["address"], json=message) as answer:
                told = await answer.json()
        except (ClientError, TimeoutError) as error:
            self.log.problems.append(f"{type(error).__name__}: {error}")
            return []
        if told.get("problem"):
            self.log.problems.append(str(told["problem"]))
        if told.get("items") is not None:
            self._items = told["items"]
        stored: list[str] = told.get("stored", [])
        return stored

    async def _send_page(self, message: bytes) -> None:
        if self._socket is None:
            raise BenchmarkStopped(f"{self.name} is not connected.")
        self.log.reruns += 1
        await self._socket.send(message)

    async def _read_card(self, socket: ClientConnection) -> dict[str, Any]:
        async for data in socket:
            card = self._page.read(parse(data if isinstance(data, bytes) else data.encode()))
            if card is not None:
                return card
        raise BenchmarkStopped(f"The server hung up on {self.name}.")

    async def _read_on(self, socket: ClientConnection) -> None:
        """What else the page is told; it runs parts of itself again and again if it is asked to."""
        async for data in socket:
            message = parse(data if isinstance(data, bytes) else data.encode())
            self._page.read(message)
            if is_end_of_run(message):
                self._has_run.set()
            timer = timer_of(message)
            if timer is not None:
                self._tasks.append(asyncio.create_task(self._keep_asking(timer)))

    async def _keep_asking(self, timer: Timer) -> None:
        while True:
            await asyncio.sleep(timer.seconds)
            await self._send_page(self._page.notice(timer))
