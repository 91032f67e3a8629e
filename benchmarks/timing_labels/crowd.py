"""All people without a browser, in one process of their own, so that they do not slow down what measures the page."""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from multiprocessing.connection import Connection
from operator import add
from typing import Any

import numpy as np
from websockets.exceptions import WebSocketException

from timing_labels.errors import BenchmarkStopped
from timing_labels.person import Log, Person

_PATIENCE = 180.0  # seconds until everybody must be there, and until everybody must be done
_FAILED = "failed"


@dataclass(frozen=True)
class Errand:
    """What the crowd is to do.

    Attributes:
        ports: of the servers, which people take in turn.
        project: name of the project.
        people: how many they are.
        pause: shortest and longest time that each looks at a text, in seconds.
        seed: of the pauses and the classes given.
        most: labels of all together after which they stop; None goes on until they are told to.
        tokens: a session for each of them; none where nobody signs in.
    """

    ports: tuple[int, ...]
    project: str
    people: int
    pause: tuple[float, float]
    seed: int
    most: int | None = None
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True)
class Done:
    """What the crowd did.

    Attributes:
        log: of all people together.
        seconds: from the word to begin until the last one had stopped.
    """

    log: Log = field(default_factory=Log)
    seconds: float = 0.0


def name_of(number: int) -> str:
    """Name of one of the people, who are numbered from 0."""
    return f"Person {number + 1}"


class Crowd:
    """The process of the crowd, seen from outside. The calls come in this order: begin, then finish."""

    def __init__(self, connection: "Connection[Any, Any]") -> None:
        self._connection = connection

    def wait_until_there(self) -> None:
        """Return when everybody has a text on the page."""
        self._receive()

    def begin(self) -> None:
        """Let them label, and return when each has given a label."""
        self._connection.send("begin")
        self._receive()

    def finish(self, *, stop: bool) -> Done:
        """What they did; they are told to stop, or end by themselves where their errand has an end."""
        if stop:
            self._connection.send("stop")
        done = self._receive()
        if not isinstance(done, Done):
            raise BenchmarkStopped("The simulated people did not say what they did.")
        return done

    def _receive(self) -> Any:
        try:
            if not self._connection.poll(_PATIENCE):
                raise BenchmarkStopped(f"The simulated people did not answer within {_PATIENCE:.0f} seconds.")
            kind, value = self._connection.recv()
        except EOFError as error:
            raise BenchmarkStopped("The process of the simulated people has ended.") from error
        if kind == _FAILED:
            raise BenchmarkStopped(str(value))
        return value


@contextmanager
def gathered(errand: Errand) -> Iterator[Crowd]:
    """A crowd that is on its pages, as long as the block lasts.

    Raises:
        BenchmarkStopped: somebody found no text, or was not told that a label is stored.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(errand, theirs))
    process.start()
    theirs.close()
    try:
        crowd = Crowd(ours)
        crowd.wait_until_there()
        yield crowd
    finally:
        if process.is_alive():
            process.terminate()
        process.join(_PATIENCE)
        ours.close()


def _run(errand: Errand, connection: "Connection[Any, Any]") -> None:
    asyncio.run(_work(errand, connection))


async def _work(errand: Errand, connection: "Connection[Any, Any]") -> None:
    seeds = np.random.SeedSequence(errand.seed).spawn(errand.people)
    people = [
        Person(
            errand.ports[number % len(errand.ports)],
            errand.project,
            name_of(number),
            np.random.default_rng(seed),
            errand.tokens[number] if errand.tokens else None,
        )
        for number, seed in enumerate(seeds)
    ]
    try:
        await asyncio.gather(*(each.open() for each in people))
        connection.send(("there", None))
        await asyncio.to_thread(connection.recv)
        connection.send(("done", await _label(errand, people, connection)))
    except (BenchmarkStopped, WebSocketException, OSError) as error:
        # Said here, since a thread that waits for the other side keeps this process from ending.
        connection.send((_FAILED, str(error)))
    finally:
        await asyncio.gather(*(each.close() for each in people))


async def _label(errand: Errand, people: list[Person], connection: "Connection[Any, Any]") -> Done:
    stop = asyncio.Event()
    left = errand.most

    async def work(person: Person) -> None:
        nonlocal left
        while not stop.is_set() and left != 0:
            if left is not None:
                left -= 1
            await person.label(errand.pause, stop)

    async def listen() -> None:
        while left != 0 and not all(each.log.given for each in people):
            await asyncio.sleep(0.05)
        connection.send(("labelling", None))
        if errand.most is None:
            await asyncio.to_thread(connection.recv)
            stop.set()

    began = time.perf_counter()
    await asyncio.gather(listen(), *(work(each) for each in people))
    seconds = time.perf_counter() - began
    return Done(reduce(add, (each.log for each in people)), seconds)
