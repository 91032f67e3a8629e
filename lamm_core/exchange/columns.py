"""Which column of a file means what."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from lamm_core.errors import MissingColumn
from lamm_core.words import translate as _

_USUAL_NAMES = {
    "text": ("text", "sentence", "content", "description", "title", "document", "body"),
    "language": ("language", "lang", "locale", "language_code"),
    "class_name": ("class", "label", "target", "category", "intent", "topic", "choice", "sentiment"),
    "id": ("id", "item_id", "external_id", "uid", "key"),
    "split": ("split", "purpose", "subset", "partition"),
    "annotator": ("annotator", "labelled_by", "labeled_by", "annotated_by"),
    "labelled_at": ("labelled_at", "labeled_at", "annotated_at", "created_at"),
    "seconds": ("seconds", "lead_time", "duration"),
    "comment": ("comment", "comments", "note"),
    "flagged": ("flagged", "flag"),
    "deciding": ("deciding",),
}


@dataclass(frozen=True)
class ColumnMapping:
    """Column of the file for each part of an item and its label; None where the file has none.

    Attributes:
        text: what is to be labelled.
        language: its language; None when all rows are of one language, or it is to be guessed.
        class_name: its class, where it is known.
        id: its id in the user's own systems.
        split: whether it belongs to the pool, to the check set or to the gold items.
        annotator: who gave the class.
        labelled_at: when, as ISO 8601.
        seconds: how long that took.
        comment: what the annotator said about the item.
        flagged: whether somebody is to look at it again.
        deciding: whether this class is the item's, among those of several annotators.
    """

    text: str
    language: str | None = None
    class_name: str | None = None
    id: str | None = None
    split: str | None = None
    annotator: str | None = None
    labelled_at: str | None = None
    seconds: str | None = None
    comment: str | None = None
    flagged: str | None = None
    deciding: str | None = None

    @property
    def columns(self) -> dict[str, str]:
        """Part to column, for the parts that the file has."""
        return {part: column for part, column in dataclasses.asdict(self).items() if column is not None}


def guess_columns(columns: Iterable[str]) -> ColumnMapping:
    """Column for each part of an item, by the usual names.

    Raises:
        MissingColumn: no column looks like the text.
    """
    by_lower = {column.strip().lower(): column for column in columns}
    guess = {
        part: next((by_lower[name] for name in names if name in by_lower), None) for part, names in _USUAL_NAMES.items()
    }
    text = guess.pop("text")
    if text is None:
        found = ", ".join(by_lower.values())
        raise MissingColumn(_("No column looks like the text; the file has: {columns}.", columns=found))
    return ColumnMapping(text=text, **guess)


def propose_columns(table: pd.DataFrame) -> ColumnMapping:
    """Like `guess_columns`, for a person to confirm: without a usual name the column of the longest texts is taken.

    Args:
        table: the first rows of a file, every cell a text or None.
    """
    try:
        return guess_columns(table.columns)
    except MissingColumn:
        lengths = {column: float(table[column].dropna().str.len().mean()) for column in table.columns}
        text = max(lengths, key=lambda column: lengths[column] if lengths[column] > 0 else 0.0)
        others = guess_columns(["text", *(column for column in table.columns if column != text)])
        return dataclasses.replace(others, text=text)


def check_columns(columns: Iterable[str], mapping: ColumnMapping) -> None:
    """Raise MissingColumn if the mapping names a column that is not among these."""
    known = list(columns)
    missing = [column for column in mapping.columns.values() if column not in known]
    if missing:
        raise MissingColumn(
            _("The file has no column {column!r}; it has: {columns}.", column=missing[0], columns=", ".join(known))
        )
