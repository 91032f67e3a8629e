"""Read the files of annotation tools: an object for each text, with labels of several people, or for each label."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import pandas as pd

from lamm_core.exchange.foreign_values import Cells, Refused, object_of, text_of
from lamm_core.exchange.format import Chunk, RejectedRow
from lamm_core.exchange.json_records import JsonRecord, json_records

ITEM_COLUMNS = ("id", "text", "language", "split")
LABEL_COLUMNS = ("class", "annotator", "labelled_at", "seconds", "comment", "flagged")
COLUMNS = (*ITEM_COLUMNS, *LABEL_COLUMNS)
# Under this key stands what LAMM knows of a label and a tool has no place for, so that it comes back with the file.
PROVENANCE = "lamm"

_CHUNK_ROWS = 5_000


@dataclass(frozen=True)
class FoundLabels:
    """What one object of a file says.

    Attributes:
        item: cells of `ITEM_COLUMNS`.
        labels: cells of `LABEL_COLUMNS` for each label; none where nobody has labelled the text.
        refused: answers that are not one class.
    """

    item: Cells
    labels: Sequence[Cells] = ()
    refused: Sequence[Refused] = ()

    @classmethod
    def of(cls, item: Cells, answers: Iterable[tuple[str | Refused | None, Cells]]) -> "FoundLabels":
        """From the answers to a text and the other cells of each; None is an answer without a class."""
        labels: list[Cells] = []
        refused: list[Refused] = []
        for answer, cells in answers:
            if isinstance(answer, Refused):
                refused.append(Refused(answer.reason, {**cells, **answer.cells}))
            elif answer is not None:
                labels.append({**cells, "class": answer})
        return cls(item, labels, refused)


Finder = Callable[[dict[str, Any]], FoundLabels]


def read_annotations(file: BinaryIO, find: Finder) -> Iterator[Chunk]:
    """Rows of `COLUMNS`, one a label, and one without a class for a text without labels.

    Args:
        file: an array of objects, or one object a line.
        find: what an object says.

    Raises:
        ValueError: the file cannot be read.
    """
    gathered = _Gathered()
    for record in json_records(file):
        gathered.add(record, find)
        if len(gathered.rows) >= _CHUNK_ROWS:
            yield gathered.chunk(record.done)
            gathered = _Gathered()
    yield gathered.chunk(1.0)


class _Gathered:
    """Rows on their way into a chunk."""

    def __init__(self) -> None:
        self.cells: list[list[str | None]] = []
        self.rows: list[int] = []
        self.rejected: list[RejectedRow] = []

    def add(self, record: JsonRecord, find: Finder) -> None:
        if record.problem is not None:
            self.rejected.append(RejectedRow(record.number, record.problem, {"text": record.raw or None}))
            return
        found = find(record.content)
        for each in found.refused:
            self.rejected.append(RejectedRow(record.number, each.reason, {**found.item, **each.cells}))
        nothing_said = not found.labels and not found.refused
        for cells in [{}] if nothing_said else found.labels:
            self.cells.append([{**found.item, **cells}.get(column) for column in COLUMNS])
            self.rows.append(record.number)

    def chunk(self, done: float) -> Chunk:
        table = pd.DataFrame(self.cells, columns=list(COLUMNS), dtype=object)
        return Chunk(table, self.rows, tuple(self.rejected), done)


def as_written(provenance: object, answer: str | Refused | None, cells: Cells) -> Cells:
    """The cells of a label: as LAMM wrote them where the class is still the one it wrote, else as the tool has them.

    Args:
        provenance: what stands under `PROVENANCE`, if anything does.
        answer: the class that the file names now.
        cells: what the tool says of the label.
    """
    ours = object_of(provenance)
    if not isinstance(answer, str) or text_of(ours.get("class")) != answer:
        return cells
    return {column: text_of(ours.get(column)) for column in LABEL_COLUMNS}
