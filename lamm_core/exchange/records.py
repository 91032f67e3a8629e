"""Rows out of JSON objects."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from lamm_core.bounded import CHUNK_ROWS, check_cells
from lamm_core.exchange.cells import as_text, frame
from lamm_core.exchange.format import Chunk, RejectedRow
from lamm_core.words import translate as _


@dataclass(frozen=True)
class Unusable:
    """What stands in the place of an object that could not be read.

    Attributes:
        reason: why, as a clause for a person.
    """

    reason: str


def cells_of(record: Mapping[str, object]) -> dict[str, str | None]:
    """Column to cell of a JSON object.

    An object in it is taken apart into columns such as `meta.source`. A list of one text or number is that; any other
    list, and an object further inside, is a cell of JSON.
    """
    cells: dict[str, str | None] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            cells.update((f"{key}.{inner}", cell_of(each)) for inner, each in value.items())
        else:
            cells[key] = cell_of(value)
    return cells


def cell_of(value: object) -> str | None:
    """A value of JSON as a cell; see `cells_of`."""
    if isinstance(value, list) and len(value) <= 1:
        value = value[0] if value else None
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else as_text(value)


class RecordRows:
    """Objects one after the other, as stretches of a table. Columns are those of all objects so far."""

    def __init__(self) -> None:
        self._number = 0
        self._any = False
        self._columns: dict[str, None] = {}
        self._begin()

    def _begin(self) -> None:
        self._records: list[dict[str, str | None]] = []
        self._rows: list[int] = []
        self._rejected: list[RejectedRow] = []

    def add(self, value: object, as_it_is: Mapping[str, str | None]) -> None:
        """Add what was read as the next row.

        Args:
            value: an object, or what cannot be a row.
            as_it_is: cells of the row where it cannot be taken.

        Raises:
            ValueError: there are too many columns.
        """
        self._number += 1
        if isinstance(value, dict):
            self._records.append(cells_of(value))
            self._rows.append(self._number)
            self._columns.update(dict.fromkeys(self._records[-1]))
            check_cells(0, len(self._columns))
        else:
            reason = value.reason if isinstance(value, Unusable) else _("it is no JSON object")
            self._rejected.append(RejectedRow(self._number, reason, as_it_is))

    @property
    def full(self) -> bool:
        """Whether a stretch is as long as one may be."""
        return len(self._rows) + len(self._rejected) >= CHUNK_ROWS

    def chunk(self, done: float, encoding: str | None) -> Chunk:
        """What was added since the last one.

        Raises:
            ValueError: nothing could be taken so far, and not for want of rows: the file is of another kind.
        """
        self._any = self._any or bool(self._records)
        if self._rejected and not self._any:
            first = self._rejected[0]
            raise ValueError(_("it has no JSON objects; of row {row:,}: {reason}", row=first.row, reason=first.reason))
        columns = {name: [record.get(name) for record in self._records] for name in self._columns}
        chunk = Chunk(frame(columns, len(self._records)), self._rows, tuple(self._rejected), done, encoding)
        self._begin()
        return chunk
