"""A person without a browser: a real websocket, and on it what the page would say."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from timing_labels.checks import Given
from timing_labels.errors import BenchmarkStopped
from timing_labels.messages import PageState, Timer, parse, timer_of

_PATIENCE = 30.0  # seconds until an answer must be there
_ASK_AGAIN = 4.0  # seconds after which the card sends again, or asks for texts where it has none


@dataclass
class Log:
    """What one person, or all of them, met.

    Attributes:
        given: labels that the server acknowledged.
        milliseconds: for each, the time from sending it until the acknowledgement was read.
        reruns: how often the server was made to run the page or a part of it.
    """

    given: list[Given] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    reruns: int = 0

    def __add__(self, other: "Log") -> "Log":
        return Log(self.given + other.given, self.milliseconds + other.milliseconds, self.reruns + other.reruns)


class Person:
    """One person on one page."""

    def __init__(self, port: int, project: str, name: str, rng: np.random.Generator) -> None:
        self.name = name
        self.log = Log()
        self._port = port
        self._page = PageState(f"http://127.0.0.1:{port}/", project, name)
        self._rng = rng
        self._socket: ClientConnection | None = None
        self._data: dict[str, Any] = {}
        self._news = asyncio.Event()
        self._answered: set[int] = set()
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._reader: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect, and wait until there is a text to label."""
        address = f"ws://127.0.0.1:{self._port}/_stcore/stream"
        self._socket = await connect(
            address, subprotocols=[Subprotocol("streamlit")], max_size=None, open_timeout=_PATIENCE
        )
        self._reader = asyncio.create_task(self._read(self._socket))
        await self._send(self._page.opening())
        await self._until(lambda: bool(self._open_items()), "has no text to label")

    async def label(self, pause: tuple[float, float]) -> None:
        """Look at a text for a while, label it, and wait for the acknowledgement."""
        seconds = float(self._rng.uniform(*pause))
        await asyncio.sleep(seconds)
        while not (items := self._open_items()):
            await self._send_outbox([])
            await self._wait_for_news(_ASK_AGAIN)
        item = items[0]
        name = str(self._rng.choice(self._data["classes"]))
        act = self._act(item, name, seconds)
        self._answered.add(item["id"])
        began = time.perf_counter()
        await self._send_outbox([act])
        await self._until(lambda: act["key"] in self._data["stored"], "was not told that a label is stored", act)
        self.log.milliseconds.append(1000 * (time.perf_counter() - began))
        self.log.given.append(Given(self.name, item["text"], name))

    async def close(self) -> None:
        """Leave, as when the page is closed."""
        tasks = [*self._timers.values(), *([self._reader] if self._reader else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()

    def _open_items(self) -> list[dict[str, Any]]:
        return [item for item in self._data.get("items", []) if item["id"] not in self._answered]

    def _act(self, item: dict[str, Any], class_name: str, seconds: float) -> dict[str, Any]:
        session = self._data["session"]
        return {
            "item": item["id"],
            "round": item.get("round"),
            "revision": item["revision"],
            "action": "label",
            "class": class_name,
            "seconds": round(seconds, 1),
            "session": session,
            "key": f"{session}:{item['id']}:{item['revision']}:label:{class_name}",
        }

    async def _send_outbox(self, acts: list[dict[str, Any]]) -> None:
        await self._send(self._page.sending(acts, self._data.get("session"), time.time_ns() // 1_000_000))

    async def _send(self, message: bytes) -> None:
        if self._socket is None:
            raise BenchmarkStopped(f"{self.name} is not connected.")
        self.log.reruns += 1
        await self._socket.send(message)

    async def _read(self, socket: ClientConnection) -> None:
        async for data in socket:
            message = parse(data if isinstance(data, bytes) else data.encode())
            news = self._page.read(message)
            if news is not None:
                self._data = news
                self._news.set()
            timer = timer_of(message)
            if timer is not None:
                self._start(timer)

    def _start(self, timer: Timer) -> None:
        if timer.fragment in self._timers:
            self._timers[timer.fragment].cancel()
        self._timers[timer.fragment] = asyncio.create_task(self._keep_asking(timer))

    async def _keep_asking(self, timer: Timer) -> None:
        while True:
            await asyncio.sleep(timer.seconds)
            await self._send(self._page.notice(timer))

    async def _until(self, ready: Callable[[], bool], complaint: str, act: dict[str, Any] | None = None) -> None:
        """Wait for data of the card that the condition holds for; an act is sent again, as the card would."""
        give_up = time.monotonic() + _PATIENCE
        while not ready():
            if time.monotonic() > give_up or (self._reader is not None and self._reader.done()):
                problem = self._data.get("problem") or self._data.get("empty") or "the server says nothing"
                raise BenchmarkStopped(f"{self.name} {complaint}: {problem}")
            if not await self._wait_for_news(_ASK_AGAIN) and act is not None:
                await self._send_outbox([act])

    async def _wait_for_news(self, seconds: float) -> bool:
        """Whether data of the card came within that time."""
        self._news.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
            return True
        return False
