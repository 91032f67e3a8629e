"""Every public name says its shapes, units, errors and sources; and the checker would notice if one did not."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from support.api_docs import faults

import lamm_core as lamm
from lamm_core.errors import InvalidInput
from lamm_core.model.encoders import load_encoder

# What implements a formula of the literature says which.
OF_THE_LITERATURE = {"language_weights", "select_batch"}


@pytest.mark.parametrize("name", lamm.__all__)
def test_a_public_name_says_all_that_its_user_needs(name: str) -> None:
    assert faults(getattr(lamm, name), name, name in OF_THE_LITERATURE) == []


def silent(count: int) -> None:
    pass


def shapeless(rows: NDArray[np.float32]) -> pd.DataFrame:
    """Count.

    Args:
        rows: the rows.

    Returns:
        A table.
    """
    return pd.DataFrame(rows)


def unitless(size: float, depth: int) -> int:
    """Count.

    Args:
        size: how big.
        weight: 0 to 1.

    Returns:
        The result.
    """
    return int(size)


def daring(name: str) -> None:
    """Raise, and call what raises.

    Args:
        name: a name.

    Raises:
        UnknownItem: never.
        Accident: what is that?
    """
    load_encoder(name)
    raise InvalidInput("no")


def mute(name: str) -> str:
    """Say nothing of what comes back.

    Args:
        name: a name.
    """
    return name


@dataclasses.dataclass
class Bare:
    """Has fields.

    Attributes:
        one: how big.
    """

    one: float
    two: str

    def method(self, part: str) -> None:
        """Do something."""


@dataclasses.dataclass
class Undocumented:
    one: int


@pytest.mark.parametrize(
    ("thing", "found"),
    [
        (silent, ["no docstring"]),
        (shapeless, ["rows is an array without a shape", "it returns an array without a shape"]),
        (
            unitless,
            [
                "size is a number without a unit or range",
                "depth is not described",
                "weight is described and not there",
                "it returns a number without a unit or range",
            ],
        ),
        (
            daring,
            [
                "EncoderUnavailable is not among its errors",
                "InvalidInput is not among its errors",
                "Accident is among its errors and is none",
            ],
        ),
        (mute, ["what it returns is not described"]),
        (Bare, ["one is a number without a unit or range", "two is not described", "method: part is not described"]),
        (Undocumented, ["no docstring"]),
    ],
)
def test_what_is_left_unsaid_is_found(thing: Callable[..., object], found: list[str]) -> None:
    told = [each.removeprefix("thing: ").removeprefix("thing.") for each in faults(thing, "thing")]
    assert told == found


def test_a_formula_without_its_source_is_found() -> None:
    assert faults(mute, "mute", needs_source=True)[0] == "mute: no source"
