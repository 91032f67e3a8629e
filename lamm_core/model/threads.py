"""One BLAS thread, for models of this size.

With two busy threads a logistic regression on 1,000 rows took 40 times as long as with one: the threads spend their
time waiting for each other. Several cores are used by running several processes instead.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

P = ParamSpec("P")
R = TypeVar("R")


@functools.cache
def _controller() -> ThreadpoolController:
    # Loading the list of libraries costs milliseconds, so it is done once, after numpy and scipy are in.
    import scipy.linalg  # noqa: F401
    import sklearn.utils._openmp_helpers  # noqa: F401

    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside this block BLAS and OpenMP work with one thread."""
    with _controller().limit(limits=1):
        yield


def with_one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Run the whole function inside `one_thread`."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with one_thread():
            return function(*args, **kwargs)

    return wrapper
