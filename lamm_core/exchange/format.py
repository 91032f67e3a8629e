"""What a format is: the one thing that a new one has to be, and then to be named in `formats`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pandas as pd


@dataclass(frozen=True)
class RejectedRow:
    """A row that cannot be imported.

    Attributes:
        row: its number in the file, counted from 1 without the header; 0 where it has none.
        reason: why, as a clause for a person.
        cells: column to cell, as the file has them, so that the row can be repaired and imported again.
    """

    row: int
    reason: str
    cells: Mapping[str, str | None] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, eq=False)
class Chunk:
    """A stretch of the rows of a file.

    Attributes:
        table: one row for each that could be read; every cell is a text, or None where it is missing.
        rows: number of each of these rows in the file, from 1.
        rejected: rows of this stretch that could not be read, and why.
        done: how much of the file was read by then, 0 to 1.
        encoding: what the file was saved in, such as "Windows-1252", as far as that was found out from its bytes; None
            where it is UTF-8 or no text.
    """

    table: pd.DataFrame
    rows: range | list[int]
    rejected: tuple[RejectedRow, ...] = ()
    done: float = 1.0
    encoding: str | None = None


@dataclass(frozen=True)
class About:
    """What a format may want to say of the project beside its labels.

    Attributes:
        project: its name.
        classes: names of the classes, in their order.
        languages: BCP 47 tags.
    """

    project: str
    classes: tuple[str, ...]
    languages: tuple[str, ...]


Reader = Callable[[BinaryIO], Iterator[Chunk]]
FolderReader = Callable[[Path], Iterator[Chunk]]
Writer = Callable[[pd.DataFrame, About], bytes]
FolderWriter = Callable[[pd.DataFrame, About], dict[str, bytes]]


@dataclass(frozen=True)
class Format:
    """A file format.

    Attributes:
        name: what `--format` takes.
        title: what people call it.
        endings: of its files, the usual one first; none where it is a folder.
        read: rows of an open file; ValueError with a clause as its message where it cannot be read.
        write: content of a file, or None where it is only read.
        recognises: whether a file that begins like this is of this format; None where its ending says so. Asked before
            the formats that go by the ending alone.
        read_folder: rows of a folder, where a folder can be of this format.
        write_folder: path below the folder to content, where the format is a folder.
        used_by: a sentence of who reads such a file, in English; to be translated where it is shown.
    """

    name: str
    title: str
    endings: tuple[str, ...] = ()
    read: Reader | None = None
    write: Writer | None = None
    recognises: Callable[[bytes], bool] | None = None
    read_folder: FolderReader | None = None
    write_folder: FolderWriter | None = None
    used_by: str = ""
