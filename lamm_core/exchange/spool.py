"""Rows on their way from a file into the database, kept on disk meanwhile: a million of them would fill the memory."""

import tempfile
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from lamm_core.exchange.gathering import FileRow
from lamm_core.records import NewItem, NewLabel, Purpose


class Spool:
    """A temporary file of batches of rows; it is gone when the block ends, or the process."""

    def __init__(self) -> None:
        import pyarrow as pa  # here, since every command loads this module and few import

        self._schema = pa.schema(
            [
                ("row", pa.int64()),
                ("key", pa.binary()),
                ("first", pa.bool_()),
                ("external_id", pa.large_string()),
                ("language", pa.string()),
                ("text", pa.large_string()),
                ("purpose", pa.string()),
                ("language_guess", pa.float64()),
                ("class_name", pa.string()),
                ("annotator", pa.string()),
                ("labelled_at", pa.timestamp("us", tz="UTC")),
                ("seconds", pa.float64()),
                ("comment", pa.large_string()),
                ("flagged", pa.bool_()),
                ("deciding", pa.bool_()),
            ]
        )
        self._file = tempfile.TemporaryFile(prefix="lamm-import-")  # noqa: SIM115 - closed by __exit__
        self._writer = pa.ipc.new_file(self._file, self._schema)
        self.batches = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, rows: Iterable[FileRow]) -> None:
        """Append a batch; nothing where there are no rows."""
        import pyarrow as pa

        values = [_values(each) for each in rows]
        if values:
            columns = [
                pa.array(column, kind)
                for column, kind in zip(zip(*values, strict=True), self._schema.types, strict=True)
            ]
            self._writer.write_batch(pa.record_batch(columns, schema=self._schema))
            self.batches += 1

    def read(self) -> Iterator[list[FileRow]]:
        """The batches, in the order in which they were added; nothing more can be added then."""
        import pyarrow as pa

        self._writer.close()
        reader = pa.ipc.open_file(self._file)
        for number in range(reader.num_record_batches):
            columns = [column.to_pylist() for column in reader.get_batch(number).columns]
            yield [_row(values) for values in zip(*columns, strict=True)]


def _values(row: FileRow) -> tuple[Any, ...]:
    item, label = row.item, row.item.label
    of_label: tuple[Any, ...] = (None,) * 7
    if label is not None:
        of_label = (
            label.class_name,
            label.annotator,
            label.labelled_at,
            label.seconds,
            label.comment,
            label.flagged,
            label.deciding,
        )
    return (
        row.row,
        row.key,
        row.first,
        item.external_id,
        item.language,
        item.text,
        item.purpose.value,
        item.language_guess,
        *of_label,
    )


def _row(values: tuple[Any, ...]) -> FileRow:
    row, key, first, external_id, language, text, purpose, guess, class_name, *more = values
    label = None if class_name is None else NewLabel(class_name, *more)
    return FileRow(row, key, NewItem(external_id, language, text, Purpose(purpose), label, guess), first)
