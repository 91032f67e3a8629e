"""Which column of a file means what, and the items that its rows become."""

import dataclasses
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from lamm_core.errors import MissingColumn
from lamm_core.exchange.format import RejectedRow
from lamm_core.records import NewItem, Purpose
from lamm_core.words import marked
from lamm_core.words import translate as _

_USUAL_NAMES = {
    "text": ("text", "sentence", "content", "description", "title", "document", "body"),
    "language": ("language", "lang", "locale", "language_code"),
    "class_name": ("class", "label", "target", "category", "intent", "topic"),
    "id": ("id", "item_id", "external_id", "uid", "key"),
    "split": ("split", "purpose", "subset", "partition"),
}
_MAX_ID = 500
_PURPOSES = {
    **dict.fromkeys(("pool", "train", "training", "unlabelled", "unlabeled"), Purpose.POOL),
    **dict.fromkeys(("check", "dev", "valid", "validation", "eval"), Purpose.CHECK),
    "gold": Purpose.GOLD,
}
_PURPOSE_WORDS = marked("pool, check and gold")
_WITHOUT_CLASS = {
    Purpose.CHECK: marked("an item of the check set needs a class"),
    Purpose.GOLD: marked("a gold item needs a class, the one that newcomers are to find"),
}


@dataclass(frozen=True)
class ColumnMapping:
    """Column of the file for each part of an item; None where the file has none.

    Attributes:
        text: what is to be labelled.
        language: code of its language; None when all rows are of one language.
        class_name: its class, where it is known.
        id: its id in the user's own systems.
        split: whether it belongs to the pool, to the check set or to the gold items.
    """

    text: str
    language: str | None = None
    class_name: str | None = None
    id: str | None = None
    split: str | None = None


@dataclass(frozen=True)
class ParsedRows:
    """What the rows of a file became.

    Attributes:
        items: one for each different row that can be imported.
        rows: number of the row that each item came from.
        rejected: the rows that cannot be imported.
    """

    items: tuple[NewItem, ...]
    rows: tuple[int, ...]
    rejected: tuple[RejectedRow, ...]


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
        table: from `read_table`.
    """
    try:
        return guess_columns(table.columns)
    except MissingColumn:
        lengths = {column: float(table[column].dropna().str.len().mean()) for column in table.columns}
        text = max(lengths, key=lambda column: lengths[column] if lengths[column] > 0 else 0.0)
        others = guess_columns(["text", *(column for column in table.columns if column != text)])
        return dataclasses.replace(others, text=text)


def parse_rows(
    table: pd.DataFrame,
    mapping: ColumnMapping,
    classes: Sequence[str],
    languages: Sequence[str],
    purpose: Purpose = Purpose.POOL,
    language: str | None = None,
    hide_labels: bool = False,
) -> ParsedRows:
    """Turn the rows of a table into items, and say of each other row why it is none.

    Args:
        table: from `read_table`.
        mapping: which column means what.
        classes: classes of the project.
        languages: languages of the project.
        purpose: what rows are for when there is no split column.
        language: language of all rows when there is no language column.
        hide_labels: leave out the classes of pool items, as if nobody had labelled them.

    Raises:
        MissingColumn: the mapping names a column that the table lacks, or no language is given.
    """
    _check_mapping(table, mapping, language)
    parser = _RowParser(frozenset(classes), frozenset(languages), purpose, hide_labels)
    columns = {
        "text": table[mapping.text],
        "language": table[mapping.language] if mapping.language else [language] * len(table),
        "class_name": table[mapping.class_name] if mapping.class_name else [None] * len(table),
        "id": table[mapping.id] if mapping.id else [None] * len(table),
        "split": table[mapping.split] if mapping.split else [None] * len(table),
    }
    items: dict[str, NewItem] = {}
    rows: list[int] = []
    rejected: list[RejectedRow] = []
    for row, values in enumerate(zip(*columns.values(), strict=True), 1):
        parsed = parser.parse(*values)
        if isinstance(parsed, str):
            rejected.append(RejectedRow(row, parsed))
            continue
        first = items.get(parsed.external_id)
        if first is None:
            items[parsed.external_id] = parsed
            rows.append(row)
        elif first != parsed:
            rejected.append(RejectedRow(row, _contradiction(first, parsed)))
    return ParsedRows(tuple(items.values()), tuple(rows), tuple(rejected))


def _contradiction(first: NewItem, other: NewItem) -> str:
    if first.text != other.text:
        return _("the id {id!r} stands for another text further up", id=other.external_id)
    if first.language != other.language:
        return _("the same text stands further up with another language")
    if first.class_name != other.class_name:
        return _("the same text stands further up with another class")
    return _("the same text stands further up with another split")


@dataclass(frozen=True)
class _RowParser:
    classes: frozenset[str]
    languages: frozenset[str]
    purpose: Purpose
    hide_labels: bool

    def parse(
        self, text: str | None, language: str | None, class_name: str | None, row_id: str | None, split: str | None
    ) -> NewItem | str:
        """The item, or the reason why the row is none."""
        purpose = self.purpose if split is None else _PURPOSES.get(split.lower())
        problem = self._problem(text, language, class_name, split, purpose) or _bad_id(row_id)
        if problem:
            return problem
        # Said again for the type checker; `_problem` has looked at all three.
        if text is None or language is None or purpose is None:
            return _("the row is incomplete")
        keep = purpose is not Purpose.POOL or not self.hide_labels
        return NewItem(row_id or _id_from_text(language, text), language, text, purpose, class_name if keep else None)

    def _problem(
        self,
        text: str | None,
        language: str | None,
        class_name: str | None,
        split: str | None,
        purpose: Purpose | None,
    ) -> str | None:
        if text is None:
            return _("the text is empty")
        if bad := _bad_characters(text):
            return _("the text holds {what}", what=bad)
        if language is None:
            return _("the language is missing")
        if language not in self.languages:
            return _("the language {language!r} is not one of the project's", language=language)
        if purpose is None:
            return _("the split {split!r} is none of {known}", split=split, known=_(_PURPOSE_WORDS))
        if class_name is not None and class_name not in self.classes:
            return _("the class {name!r} is not one of the project's", name=class_name)
        return _(_WITHOUT_CLASS[purpose]) if class_name is None and purpose in _WITHOUT_CLASS else None


def _bad_id(row_id: str | None) -> str | None:
    if row_id is None:
        return None
    if len(row_id) > _MAX_ID:
        return _("the id has {length} characters; at most {most} are stored", length=len(row_id), most=_MAX_ID)
    bad = _bad_characters(row_id)
    return _("the id holds {what}", what=bad) if bad else None


def _bad_characters(value: str) -> str | None:
    """What no database stores as text."""
    if "\x00" in value:
        return _("a NUL character")
    if any("\ud800" <= character <= "\udfff" for character in value):
        return _("half of a broken character")
    return None


def _check_mapping(table: pd.DataFrame, mapping: ColumnMapping, language: str | None) -> None:
    wanted = [mapping.text, mapping.language, mapping.class_name, mapping.id, mapping.split]
    missing = [column for column in wanted if column is not None and column not in table.columns]
    if missing:
        found = ", ".join(map(str, table.columns))
        raise MissingColumn(
            _("The file has no column {column!r}; it has: {columns}.", column=missing[0], columns=found)
        )
    if mapping.language is None and language is None:
        raise MissingColumn(_("The file has no column for the language, and no language was given for all rows."))


def _id_from_text(language: str, text: str) -> str:
    """An id that is the same whenever the same text is imported again."""
    return hashlib.blake2b(f"{language}\n{text}".encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
