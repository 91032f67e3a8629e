"""Cells of any type as texts."""

from typing import cast

import pandas as pd


def as_text(value: object) -> str | None:
    """A value of a file as a text without spaces around it; None where it is missing or empty."""
    if value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(cast("float", value)))):
        return None
    # A column of whole numbers with a gap in it arrives as 7.0.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return text or None


def as_texts(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every cell as a text or None.

    Built column by column as objects: a text column of pandas would turn None into NaN.
    """
    return pd.DataFrame(
        {
            place: pd.Series([as_text(value) for value in table.iloc[:, place]], dtype=object)
            for place in range(table.shape[1])
        }
    ).set_axis([str(column) for column in table.columns], axis=1)
