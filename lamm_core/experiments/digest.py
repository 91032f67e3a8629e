"""A name for a piece of work made from all that decides what comes of it."""

import functools
import hashlib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PACKAGE = "lamm_core"
_FOLDER = Path(__file__).resolve().parents[1]
# The code between the data and the figures of a replay. Whoever changes it gets new replays without asking for them.
_SOURCES = (
    "selection",
    "experiments/models.py",
    "experiments/replay.py",
    "experiments/targets.py",
    "experiments/translations.py",
    "model/classifier.py",
    "model/estimators.py",
    "model/softmax_fit.py",
    "model/threads.py",
)
_BYTES = 20


class CannotBeNamed(TypeError):
    """A value that decides the work cannot be told apart from others like it."""


def digest(*values: object) -> str:
    """A digest that is the same for the same values, in every process and on every day.

    Args:
        values: plain values, arrays, dataclasses, functions of this package, and lists and mappings of those.

    Raises:
        CannotBeNamed: there is something else among them, such as a function from outside the package.
    """
    made = hashlib.blake2b(digest_size=_BYTES)
    for part in _parts(values):
        # The length before each part: otherwise ("ab", "c") and ("a", "bc") would be the same.
        made.update(len(part).to_bytes(8, "little"))
        made.update(part)
    return made.hexdigest()


@functools.cache
def source_digest() -> str:
    """A digest of the source code that a replay runs through."""
    places = [_FOLDER / source for source in _SOURCES]
    files = [file for place in places for file in (sorted(place.rglob("*.py")) if place.is_dir() else [place])]
    return digest([(file.relative_to(_FOLDER).as_posix(), file.read_bytes()) for file in files])


def _parts(value: object) -> Iterator[bytes | memoryview]:
    """A value as bytes, its type and size first."""
    if value is None or isinstance(value, str | int | float | bool | np.generic):
        yield f"{type(value).__name__} {value!r}".encode()
    elif isinstance(value, bytes):
        yield value
    elif isinstance(value, np.ndarray):
        yield from _parts_of_array(value)
    elif isinstance(value, Mapping):
        yield from _parts_of_several("mapping", [part for pair in value.items() for part in pair])
    elif isinstance(value, Sequence):
        yield from _parts_of_several("sequence", value)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _parts_of_several(_name_of(type(value)), [getattr(value, each.name) for each in fields(value)])
    else:
        yield from _parts_of_function(value)


def _parts_of_array(array: NDArray[Any]) -> Iterator[bytes | memoryview]:
    if array.dtype.hasobject:
        raise CannotBeNamed("An array of objects has no digest.")
    yield f"array {array.dtype.str} {array.shape}".encode()
    yield np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _parts_of_function(value: object) -> Iterator[bytes | memoryview]:
    if isinstance(value, functools.partial):
        yield from _parts_of_several("partial", [value.func, value.args, value.keywords])
    elif isinstance(value, FunctionType):
        yield from _parts_of_several(_name_of(value), [inspect.getclosurevars(value).nonlocals, value.__defaults__])
    else:
        raise CannotBeNamed(f"A value of the type {type(value).__name__} has no digest.")


def _parts_of_several(kind: str, values: Sequence[object]) -> Iterator[bytes | memoryview]:
    yield f"{kind} of {len(values)}".encode()
    for value in values:
        yield from _parts(value)


def _name_of(thing: type | Callable[..., object]) -> str:
    """Where a class or function of this package is found: its code is in the digest of the sources."""
    if thing.__module__.partition(".")[0] != _PACKAGE:
        raise CannotBeNamed(f"{thing.__qualname__!r} is not part of {_PACKAGE}, so its code is not known.")
    return f"{thing.__module__}:{thing.__qualname__}"
