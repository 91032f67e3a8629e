"""Functions called in a fresh process each, so that no call finds what another one has left."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def in_fresh_process(function: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """The result of a module's function, called in a process of its own.

    Raises:
        BrokenProcessPool: the process ended without one, as where memory runs out.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments, **keywords).result()
