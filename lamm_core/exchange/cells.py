"""Cells of any type as texts, and tables of them."""

import itertools
from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar, cast

import pandas as pd

_Name = TypeVar("_Name", bound=Hashable)
FURTHER_CELLS = "further cells"  # the column for what a row has behind its last column


class NothingInIt(ValueError):
    """A file has nothing in it, not even the names of columns."""


def as_text(value: object) -> str | None:
    """A value of a file as a text without spaces around it; None where it is missing or empty.

    Truth is "true" or "false", a moment is ISO 8601, and a whole number has no decimals: a column of whole numbers with
    a gap in it arrives as 7.0.
    """
    if isinstance(value, str):
        return value.strip() or None
    if value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(cast("float", value)))):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    elif isinstance(value, datetime):
        return value.isoformat()
    elif pd.api.types.is_bool(value):
        return str(value).lower()
    return str(value).strip() or None


def as_texts(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every cell as a text or None."""
    columns = {place: [as_text(value) for value in table.iloc[:, place]] for place in range(table.shape[1])}
    return frame(columns, len(table)).set_axis([str(column) for column in table.columns], axis=1)


def frame(columns: Mapping[_Name, Sequence[str | None]], rows: int | None = None) -> pd.DataFrame:
    """A table of cells that are texts already.

    Built column by column as objects: a text column of pandas would turn None into NaN.

    Args:
        columns: name to cells.
        rows: how many there are, where there may be no columns.
    """
    index = None if rows is None else range(rows)
    return pd.DataFrame({name: pd.Series(list(cells), dtype=object) for name, cells in columns.items()}, index=index)


def column_names(header: Sequence[str | None]) -> list[str]:
    """Names of columns without spaces around them; one without a name, such as that of row numbers, gets its place."""
    return [(name or "").strip() or f"column {place}" for place, name in enumerate(header, 1)]


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it where it is taken."""
    names = itertools.chain([name], (f"{name} {number}" for number in itertools.count(2)))
    return next(each for each in names if each not in taken)
