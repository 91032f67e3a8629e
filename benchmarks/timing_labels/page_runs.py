"""What it costs the server to run the page of the labelling card once more."""

import asyncio

import numpy as np

from timing_labels.person import Person
from timing_labels.project import NAME
from timing_labels.server import Server

_WARM_UP, _RUNS = 10, 100


def page_run_cpu_ms(server: Server) -> float:
    """Processor time of the server for a run of the page, in milliseconds, as the mean of many."""
    return asyncio.run(_measure(server))


async def _measure(server: Server) -> float:
    person = Person(server.port, NAME, "Person on a page", np.random.default_rng(0))
    await person.open()
    try:
        for _ in range(_WARM_UP):
            await person.run_page_again()
        before = server.cpu_seconds()
        for _ in range(_RUNS):
            await person.run_page_again()
        return round(1000 * (server.cpu_seconds() - before) / _RUNS, 2)
    finally:
        await person.close()
