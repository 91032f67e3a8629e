"""The rows of a file held against each other: what is said twice, and what contradicts a row further up."""

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from lamm_core.exchange.format import Chunk, RejectedRow
from lamm_core.exchange.rows import RowParser
from lamm_core.model.embedding_store import text_key
from lamm_core.model.key_index import KEY_BYTES
from lamm_core.records import NewItem, Purpose
from lamm_core.words import translate as _

_PURPOSES = tuple(Purpose)
_NOBODY = -1  # in place of an annotator: no label at all
_UNKNOWN = 0  # in place of an annotator: nobody knows who gave the label


class FileRow(NamedTuple):
    """A row that is to be stored; a tuple, as a file has millions of them.

    Attributes:
        row: its number in the file.
        key: text key of its text.
        item: what it says.
        first: whether no row further up is of the same item; a later one brings a further label.
    """

    row: int
    key: bytes
    item: NewItem
    first: bool


class Gathering:
    """Takes the rows of a file stretch by stretch, and keeps of each item only what later rows are held against.

    Attributes:
        rejected: rows that cannot be taken.
        unlisted: how many more than the `most_rejected` in `rejected` cannot be taken.
        rows: how many rows the file has so far.

    Args:
        parser: turns rows into items.
        most_rejected: how many rejected rows are kept with their cells.
    """

    def __init__(self, parser: RowParser, most_rejected: int) -> None:
        self.rejected: list[RejectedRow] = []
        self.unlisted = 0
        self.rows = 0
        self._parser = parser
        self._most_rejected = most_rejected
        # A million items are a few numbers each, by the item's place in the file.
        self._places: dict[str, int] = {}
        self._keys = bytearray()
        self._languages = _Codes()
        self._language_of = array("i")
        self._purpose_of = bytearray()
        self._annotators = _Codes()
        self._classes = _Codes()
        self._annotator_of, self._class_of = array("i"), array("i")  # of the first label
        self._further: dict[tuple[int, int], int] = {}
        self._keys_of: dict[Purpose, set[bytes]] = {Purpose.CHECK: set(), Purpose.GOLD: set()}

    def keys_of(self, purpose: Purpose) -> set[bytes]:
        """Text keys of the check or the gold items of the file."""
        return self._keys_of[purpose]

    def take(self, chunk: Chunk) -> Iterator[FileRow]:
        """The rows of a stretch that are to be stored; the others are in `rejected`, or say nothing new."""
        for rejected in chunk.rejected:
            self.refuse(rejected)
        self.rows += len(chunk.table) + len(chunk.rejected)
        for place, (row, parsed) in enumerate(zip(chunk.rows, self._parser.parse(chunk.table), strict=True)):
            taken = parsed if isinstance(parsed, str) else self._hold(row, parsed)
            if isinstance(taken, FileRow):
                yield taken
            elif taken is not None:
                self.refuse(RejectedRow(row, taken, _cells(chunk, place) if self._has_room else {}))

    @property
    def _has_room(self) -> bool:
        return len(self.rejected) < self._most_rejected

    def refuse(self, rejected: RejectedRow) -> None:
        """Keep a row that cannot be taken, or count it where there are too many to keep."""
        if self._has_room:
            self.rejected.append(rejected)
        else:
            self.unlisted += 1

    def refuse_item(self, row: FileRow, reason: str) -> None:
        """Keep a row that contradicts what is stored; its cells are those that were understood."""
        self.refuse(RejectedRow(row.row, reason, self._parser.cells_of(row.item) if self._has_room else {}))

    def _hold(self, row: int, item: NewItem) -> FileRow | str | None:
        """The row to store, the clause why not, or None where it says what a row further up has said."""
        key, place = text_key(item.text), self._places.get(item.external_id)
        if place is None:
            self._add(item, key)
            return FileRow(row, key, item, first=True)
        clash = self._clash(place, item, key)
        if clash is not None:
            return clash
        if item.label is None:
            return None
        return self._hold_label(row, place, item, key)

    def _add(self, item: NewItem, key: bytes) -> None:
        self._places[item.external_id] = len(self._places)
        self._keys += key
        self._language_of.append(self._languages.code(item.language))
        self._purpose_of.append(_PURPOSES.index(item.purpose))
        if item.label is None:
            self._annotator_of.append(_NOBODY)
            self._class_of.append(0)
        else:
            self._annotator_of.append(self._annotator(item.label.annotator))
            self._class_of.append(self._classes.code(item.label.class_name))
        if item.purpose in self._keys_of:
            self._keys_of[item.purpose].add(key)

    def _annotator(self, name: str | None) -> int:
        return _UNKNOWN if name is None else 1 + self._annotators.code(name)

    def _clash(self, place: int, item: NewItem, key: bytes) -> str | None:
        if self._keys[place * KEY_BYTES : (place + 1) * KEY_BYTES] != key:
            return _("the id {id!r} stands for another text further up", id=item.external_id)
        if self._language_of[place] != self._languages.code(item.language):
            return _("the same text stands further up with another language")
        if self._purpose_of[place] != _PURPOSES.index(item.purpose):
            return _("the same text stands further up with another split")
        return None

    def _hold_label(self, row: int, place: int, item: NewItem, key: bytes) -> FileRow | str | None:
        if item.label is None:
            return None
        annotator, class_code = self._annotator(item.label.annotator), self._classes.code(item.label.class_name)
        if self._annotator_of[place] == _NOBODY:
            self._annotator_of[place], self._class_of[place] = annotator, class_code
        elif (before := self._class_by(place, annotator)) is not None:
            return None if before == class_code else _("the same text stands further up with another class")
        else:
            self._further[place, annotator] = class_code
        return FileRow(row, key, item, first=False)

    def _class_by(self, place: int, annotator: int) -> int | None:
        if self._annotator_of[place] == annotator:
            return self._class_of[place]
        return self._further.get((place, annotator))


def _cells(chunk: Chunk, place: int) -> dict[str, str | None]:
    return {str(column): cell for column, cell in chunk.table.iloc[place].items()}


class _Codes:
    """A small number for each of a few names."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def code(self, name: str) -> int:
        return self._codes.setdefault(name, len(self._codes))
