"""What a row of a file says: an item, perhaps with a label, or the reason why it is none."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from lamm_core.exchange.columns import ColumnMapping
from lamm_core.exchange.language_guess import LanguageGuesser
from lamm_core.language_tags import KnownLanguages, standard_tag
from lamm_core.records import MAX_COMMENT, NewItem, NewLabel, Purpose
from lamm_core.words import marked
from lamm_core.words import translate as _

_MAX_ID = 500
_MAX_NAME = 200
_MAX_TEXT = 600_000  # characters; nobody reads more before they choose a class
_LEAST_PROBABLE = 0.5
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
_TRUE = frozenset(["true", "1", "yes", "t", "y", "1.0"])
_FALSE = frozenset(["false", "0", "no", "f", "n", "0.0"])
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_Cells = tuple[str | None, ...]


class RowRefused(Exception):
    """A row is no item; the message is a clause that says why."""


@dataclass(frozen=True)
class WholeFile:
    """What holds for all rows of a file.

    Attributes:
        purpose: what rows are for when no split says so.
        language: language of all rows when there is no language column.
        hide_labels: leave out the labels of pool items, as if nobody had given them.
        guess_languages: guess the language of texts that have none.
    """

    purpose: Purpose = Purpose.POOL
    language: str | None = None
    hide_labels: bool = False
    guess_languages: bool = False


class RowParser:
    """Turns rows into items.

    Args:
        mapping: which column means what.
        classes: classes of the project.
        languages: languages of the project.
        whole: what holds for all rows.
    """

    def __init__(
        self, mapping: ColumnMapping, classes: Sequence[str], languages: Sequence[str], whole: WholeFile
    ) -> None:
        self._mapping = mapping
        self._whole = whole
        # A letter with an accent is one character or two, and nobody sees which.
        self._classes = {unicodedata.normalize("NFC", name): name for name in classes}
        self._languages = KnownLanguages(languages)
        self._tags: dict[str, str | None] = {}
        self._all_tags = tuple(languages)
        self._guesser: LanguageGuesser | None = None

    def parse(self, table: pd.DataFrame) -> Iterator[NewItem | str]:
        """For each row the item, or the clause that says why it is none.

        Args:
            table: a stretch of the file; every cell a text or None. A column that it lacks is empty.
        """
        for cells in zip(*(self._column(table, part) for part in _PARTS), strict=True):
            try:
                yield self._item(*cells)
            except RowRefused as refusal:
                yield str(refusal)

    def cells_of(self, item: NewItem) -> dict[str, str | None]:
        """An item under the columns of the file that it came from, as far as the mapping knows them."""
        said: dict[str, str | None] = {
            "text": item.text,
            "language": item.language if item.language_guess is None else None,
            "id": item.external_id,
            "split": item.purpose.value,
        }
        if item.label is not None:
            label = item.label
            said |= {
                "class_name": label.class_name,
                "annotator": label.annotator,
                "labelled_at": None if label.labelled_at is None else label.labelled_at.isoformat(),
                "seconds": None if label.seconds is None else str(label.seconds),
                "comment": label.comment,
                "flagged": str(label.flagged).lower(),
                "deciding": str(label.deciding).lower(),
            }
        return {column: said.get(part) for part, column in self._mapping.columns.items()}

    def _column(self, table: pd.DataFrame, part: str) -> Sequence[str | None]:
        column = getattr(self._mapping, part)
        if column is None or column not in table.columns:
            return [None] * len(table)
        cells: list[str | None] = table[column].tolist()
        return cells

    def _item(
        self,
        text: str | None,
        language: str | None,
        class_name: str | None,
        row_id: str | None,
        split: str | None,
        *label: str | None,
    ) -> NewItem:
        if text is None:
            raise RowRefused(_("the text is empty"))
        if len(text) > _MAX_TEXT:
            raise RowRefused(
                _("the text has {length:,} characters; at most {most:,} are taken", length=len(text), most=_MAX_TEXT)
            )
        _check_storable(text, marked("the text holds {what}"))
        tag, probability = self._language(text, language or self._whole.language)
        purpose = self._purpose(split)
        given = self._label(class_name, label)
        if given is None and purpose in _WITHOUT_CLASS:
            raise RowRefused(_(_WITHOUT_CLASS[purpose]))
        if purpose is Purpose.POOL and self._whole.hide_labels:
            given = None
        # A guess may be mended later; the id that a text gets must not change with it.
        external_id = _id(row_id) or _id_from_text(tag if probability is None else "", text)
        return NewItem(external_id, tag, text, purpose, given, probability)

    def _language(self, text: str, name: str | None) -> tuple[str, float | None]:
        if name is None:
            return self._guessed(text)
        if name not in self._tags:
            self._tags[name] = self._languages.find(name)
        tag = self._tags[name]
        if tag is not None:
            return tag, None
        if standard_tag(name) is None:
            raise RowRefused(_("{language!r} is no language that BCP 47 knows", language=name))
        raise RowRefused(_("the language {language!r} is not one of the project's", language=name))

    def _guessed(self, text: str) -> tuple[str, float]:
        if not self._whole.guess_languages:
            raise RowRefused(_("the language is missing"))
        if self._guesser is None:
            self._guesser = LanguageGuesser(self._all_tags)
        guess = self._guesser.guess(text)
        if guess is None or guess.probability < _LEAST_PROBABLE:
            raise RowRefused(_("the language is missing, and the text does not tell it"))
        return guess.language, guess.probability

    def _purpose(self, split: str | None) -> Purpose:
        purpose = self._whole.purpose if split is None else _PURPOSES.get(split.lower())
        if purpose is None:
            raise RowRefused(_("the split {split!r} is none of {known}", split=split, known=_(_PURPOSE_WORDS)))
        return purpose

    def _label(self, class_name: str | None, cells: _Cells) -> NewLabel | None:
        if class_name is None:
            return None
        known = self._classes.get(class_name) or self._classes.get(unicodedata.normalize("NFC", class_name))
        if known is None:
            raise RowRefused(_("the class {name!r} is not one of the project's", name=class_name))
        annotator, labelled_at, seconds, comment, flagged, deciding = cells
        return NewLabel(
            known,
            _short(annotator, _MAX_NAME, marked("the annotator's name"), marked("the annotator's name holds {what}")),
            _moment(labelled_at),
            _seconds(seconds),
            _short(comment, MAX_COMMENT, marked("the comment"), marked("the comment holds {what}")),
            _flag(flagged),
            _flag(deciding),
        )


_PARTS = (
    "text",
    "language",
    "class_name",
    "id",
    "split",
    "annotator",
    "labelled_at",
    "seconds",
    "comment",
    "flagged",
    "deciding",
)


def _id(row_id: str | None) -> str | None:
    if row_id is None:
        return None
    if len(row_id) > _MAX_ID:
        raise RowRefused(
            _("the id has {length} characters; at most {most} are stored", length=len(row_id), most=_MAX_ID)
        )
    _check_storable(row_id, marked("the id holds {what}"))
    return row_id


def _short(value: str | None, most: int, what: str, holds: str) -> str | None:
    if value is None:
        return None
    if len(value) > most:
        raise RowRefused(
            _(
                "{what} has {length:,} characters; at most {most:,} are stored",
                what=_(what),
                length=len(value),
                most=most,
            )
        )
    _check_storable(value, holds)
    return value


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise RowRefused(_("{value!r} is no time such as 2026-01-31T12:00:00Z", value=value[:50])) from None


def _seconds(value: str | None) -> float | None:
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise RowRefused(_("{value!r} is no number of seconds", value=value[:50]))
    return seconds


def _flag(value: str | None) -> bool:
    if value is None or value.lower() in _FALSE:
        return False
    if value.lower() in _TRUE:
        return True
    raise RowRefused(_("{value!r} is neither true nor false", value=value[:50]))


def _check_storable(value: str, sentence: str) -> None:
    """What no database stores as text."""
    bad = _UNSTORABLE.search(value)
    if bad is not None:
        what = _("a NUL character") if bad.group() == "\x00" else _("half of a broken character")
        raise RowRefused(_(sentence, what=what))


def _id_from_text(language: str, text: str) -> str:
    """An id that is the same whenever the same text is imported again."""
    return hashlib.blake2b(f"{language}\n{text}".encode(), digest_size=12).hexdigest()
