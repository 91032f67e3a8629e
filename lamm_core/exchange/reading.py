"""Read a file into a table of texts, whatever its format."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from lamm_core.bounded import check_cells
from lamm_core.errors import UnreadableFile
from lamm_core.exchange.cells import NothingInIt
from lamm_core.exchange.format import Chunk, Format
from lamm_core.exchange.formats import FORMATS
from lamm_core.words import translate as _

_BEGINNING = 65_536  # bytes of a file that a format is recognised by
_SHOWN = 100  # characters of a name of a column that a sentence has

READ_ENDINGS = tuple(dict.fromkeys(ending for each in FORMATS.values() if each.read for ending in each.endings))


@dataclass(frozen=True)
class TableFile:
    """A file whose format is known.

    Attributes:
        file: a path, or an open binary file.
        title: what the user calls it.
        format: how it is read.
    """

    file: Path | BinaryIO
    title: str
    format: Format

    def chunks(self) -> Iterator[Chunk]:
        """The rows of the file, in stretches; the file is read from its beginning each time.

        Raises:
            UnreadableFile: the file is missing, empty, too large, or not what it says.
        """
        rows = 0
        with self._told():
            for chunk in self._read():
                rows += len(chunk.table) + len(chunk.rejected)
                check_cells(rows, chunk.table.shape[1])
                yield replace(chunk, table=self._checked(chunk.table))
        if not rows:
            raise UnreadableFile(_("{file!r} holds no rows.", file=self.title))

    def _read(self) -> Iterator[Chunk]:
        if isinstance(self.file, Path) and self.file.is_dir() and self.format.read_folder is not None:
            yield from self.format.read_folder(self.file)
        elif self.format.read is None:
            raise ValueError(_("it is no folder"))
        elif isinstance(self.file, Path):
            with self.file.open("rb") as opened:
                yield from self.format.read(opened)
        else:
            self.file.seek(0)
            yield from self.format.read(self.file)

    def _checked(self, table: pd.DataFrame) -> pd.DataFrame:
        table.columns = [str(column).strip() for column in table.columns]
        repeated = sorted(set(table.columns[table.columns.duplicated()]))
        if repeated:
            raise UnreadableFile(
                _(
                    "{file!r} has more than one column named {column!r}.",
                    file=self.title,
                    column=repeated[0][:_SHOWN],
                )
            )
        return table

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong in a parser, in one sentence."""
        try:
            yield
        except FileNotFoundError:
            raise UnreadableFile(_("There is no file {file!r}.", file=str(self.file))) from None
        except NothingInIt:
            raise UnreadableFile(_("{file!r} is empty.", file=self.title)) from None
        except (ValueError, OSError) as error:  # parsers of pandas and pyarrow raise subclasses of these two
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
            raise UnreadableFile(
                _(
                    "{file!r} cannot be read as {format}: {reason}.",
                    file=self.title,
                    format=self.format.name,
                    reason=reason,
                )
            ) from error


def open_table(file: Path | BinaryIO, name: str | None = None, format_name: str | None = None) -> TableFile:
    """Find out the format of a file.

    Args:
        file: a path, or an open binary file together with its name.
        name: file name whose ending tells the format; None takes the path's.
        format_name: a key of `FORMATS`; None finds it by the ending and the beginning.

    Raises:
        UnreadableFile: it is of no known format, or missing.
    """
    file = Path(file) if isinstance(file, str | Path) else file
    title = name or (file.name if isinstance(file, Path) else "")
    found = FORMATS.get(format_name) if format_name else _format_of(file, title)
    if found is None or (found.read is None and found.read_folder is None):
        raise UnreadableFile(
            _("{file!r} is of an unknown format; use one of {formats}.", file=title, formats=", ".join(READ_ENDINGS))
        )
    return TableFile(file, title, found)


def _format_of(file: Path | BinaryIO, title: str) -> Format | None:
    if isinstance(file, Path) and file.is_dir():
        return next((each for each in FORMATS.values() if each.read_folder is not None), None)
    fitting = [each for each in FORMATS.values() if Path(title).suffix.lower() in each.endings]
    special = [each for each in fitting if each.recognises is not None]
    beginning = _beginning(file) if special else b""
    recognised = next((each for each in special if each.recognises is not None and each.recognises(beginning)), None)
    return recognised or next((each for each in fitting if each.recognises is None), None)


def _beginning(file: Path | BinaryIO) -> bytes:
    try:
        if isinstance(file, Path):
            with file.open("rb") as opened:
                return opened.read(_BEGINNING)
        file.seek(0)
        return file.read(_BEGINNING)
    except OSError:  # told by whoever reads it
        return b""


def read_table(file: Path | BinaryIO, name: str | None = None, format_name: str | None = None) -> pd.DataFrame:
    """Read a whole table; every cell becomes a text or is missing.

    Args:
        file, name, format_name: as for `open_table`.

    Returns:
        One row for each item, columns as named in the file.

    Raises:
        UnreadableFile: the file is missing, empty, too large, of an unknown format or not what its ending says; or one
            of its rows cannot be read.
    """
    opened = open_table(file, name, format_name)
    tables: list[pd.DataFrame] = []
    for chunk in opened.chunks():
        if chunk.rejected:
            first = chunk.rejected[0]
            raise UnreadableFile(
                _(
                    "Row {row} of {file!r} cannot be read: {reason}.",
                    row=first.row,
                    file=opened.title,
                    reason=first.reason,
                )
            )
        tables.append(chunk.table)
    whole = tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)
    return whole.astype(object).where(whole.notna(), None)
