"""A table of labels as texts with all their labels, which is how annotation tools keep them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from lamm_core.exchange.annotations import ITEM_COLUMNS
from lamm_core.exchange.format import About


@dataclass(frozen=True)
class LabelledItem:
    """A text with all its labels.

    Attributes:
        id, text, language, split: as in the table; None where they are missing.
        labels: for each label the other columns of the table that have a value, as JSON has them; `class` among them.
    """

    id: str | None
    text: str
    language: str | None
    split: str | None
    labels: tuple[dict[str, Any], ...]

    @property
    def about(self) -> dict[str, str]:
        """Language and split, where they are known."""
        told = {"language": self.language, "split": self.split}
        return {key: value for key, value in told.items() if value is not None}

    @property
    def final_class(self) -> str | None:
        """The class that stands for the text; None where it has no label."""
        deciding = [each for each in self.labels if each.get("deciding")] or list(self.labels)
        return next((str(each.get("final_class") or each["class"]) for each in deciding), None)


def labelled_items(table: pd.DataFrame) -> Iterator[LabelledItem]:
    """The texts of a table, in the order in which they first occur.

    Args:
        table: one row a label, or a text without one: text, and any of id, language, split, class and what is known of
            the label. Rows of one id belong to one text; where the id is missing, each row is a text of its own.
    """
    names = [str(column) for column in table.columns]
    columns = [_values(table.iloc[:, place]) for place in range(len(names))]
    by_item: dict[object, list[dict[str, Any]]] = {}
    for place, values in enumerate(zip(*columns, strict=True)):
        row = dict(zip(names, values, strict=True))
        by_item.setdefault(place if row.get("id") is None else str(row["id"]), []).append(row)
    for rows in by_item.values():
        item_id, text, language, split = (rows[0].get(column) for column in ITEM_COLUMNS)
        labels = tuple(_known(row) for row in rows if row.get("class") is not None)
        yield LabelledItem(item_id, text or "", language, split, labels)


def _known(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ITEM_COLUMNS and value is not None}


def _values(column: "pd.Series[Any]") -> list[Any]:
    """The cells of a column as JSON has them; None where they are missing."""
    values = column.astype(object).tolist()
    return [
        None if missing else _moment(value) if isinstance(value, datetime) else value
        for value, missing in zip(values, column.isna(), strict=True)
    ]


def _moment(value: datetime) -> str:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def class_names(table: pd.DataFrame, about: About) -> list[str]:
    """The classes that there are: those of the project, then others that occur in the table."""
    occurring = table["class"].dropna().unique().tolist() if "class" in table else []
    return list(dict.fromkeys([*about.classes, *map(str, occurring)]))


def array_bytes(records: Iterable[Mapping[str, Any]]) -> bytes:
    """Objects as one array, each on a line.

    In ASCII, as `line_bytes` too: some tools guess the encoding of a file, and others take what their system is set to.
    """
    return ("[\n" + ",\n".join(map(_json, records)) + "\n]\n").encode("ascii")


def line_bytes(records: Iterable[Mapping[str, Any]]) -> bytes:
    """Objects one a line, in ASCII."""
    return "".join(f"{_json(each)}\n" for each in records).encode("ascii")


def _json(record: Mapping[str, Any]) -> str:
    return json.dumps(record, allow_nan=False)
