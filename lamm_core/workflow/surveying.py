"""What a file holds, before there is a project for it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from lamm_core.errors import UnreadableFile
from lamm_core.exchange.columns import ColumnMapping, guess_columns, propose_columns
from lamm_core.exchange.format import Chunk, RejectedRow
from lamm_core.exchange.reading import TableFile
from lamm_core.exchange.rows import WholeFile
from lamm_core.language_tags import standard_tag
from lamm_core.words import translate as _

_MOST_CLASSES = 1_000  # more are no classes, but a column of something else
_LONGEST_NUMBER = 40  # characters
_NUMBER = re.compile(r"[+-]?[\d.,\s]*\d[\d.,\s%]*")


@dataclass(frozen=True, eq=False)
class Preview:
    """The beginning of a file, for a person to look at.

    Attributes:
        beginning: its first rows.
        mapping: what its columns may mean.
    """

    beginning: Chunk
    mapping: ColumnMapping

    @property
    def columns(self) -> list[str]:
        """The columns of its first rows."""
        return list(self.beginning.table.columns)

    def only_numbers(self, column: str) -> bool:
        """Whether every first cell of a column is a number, so that another column is meant for the texts."""
        cells = self.beginning.table[column].dropna()
        return len(cells) > 0 and all(len(cell) <= _LONGEST_NUMBER and _NUMBER.fullmatch(cell) for cell in cells)


def preview(file: TableFile) -> Preview:
    """Read the first rows of a file and propose what its columns mean.

    Raises:
        UnreadableFile: the file cannot be read, or none of its rows can.
    """
    refused: RejectedRow | None = None
    for chunk in file.chunks():
        if len(chunk.table):
            return Preview(chunk, propose_columns(chunk.table))
        refused = refused or next(iter(chunk.rejected), None)
    why = "" if refused is None else refused.reason
    raise UnreadableFile(_("No row of {file!r} can be read: {reason}.", file=file.title, reason=why))


@dataclass(frozen=True)
class ImportChoices:
    """What is said of files before they are looked at; the rest is told by the names of their columns.

    Attributes:
        columns: part of an item, as `ColumnMapping` names it, to the column that has it.
        whole: what holds for all rows.
        format_name: a key of `exchange.formats.FORMATS`; None finds it by the file.
        whole_purpose: whether `whole` says what all rows are for, so that no column does.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    whole: WholeFile = field(default_factory=lambda: WholeFile(guess_languages=True))
    format_name: str | None = None
    whole_purpose: bool = False

    def mapping(self, columns: Iterable[str]) -> ColumnMapping:
        """What the columns of a file mean: by what was said of them first, then by their usual names.

        Raises:
            MissingColumn: no column looks like the text, and none was named.
        """
        left = [column for column in columns if column not in self.columns.values()]
        # With the text named, only the rest is guessed; the name stands in for it.
        guess = replace(guess_columns(["text", *left] if "text" in self.columns else left), **self.columns)
        # What is said of all rows counts for more than a column that merely has the usual name.
        return replace(
            guess,
            language=None if self.whole.language else guess.language,
            split=None if self.whole_purpose else guess.split,
        )


@dataclass(frozen=True)
class Survey:
    """What the rows of a file say, taken together.

    Attributes:
        rows: how many can be read.
        classes: names of the classes, sorted; an accent written in two ways makes no second class.
        languages: tag of each language to its rows, the one with the most first.
        strange: what stands for a language and is none, to its rows.
        without_language: rows that name no language.
    """

    rows: int
    classes: tuple[str, ...]
    languages: Mapping[str, int]
    strange: Mapping[str, int]
    without_language: int


def survey(file: TableFile, mapping: ColumnMapping) -> Survey:
    """Read a whole file, stretch by stretch.

    Raises:
        UnreadableFile: the file cannot be read, or its column of classes holds too many of them.
    """
    rows = 0
    classes: set[str] = set()
    languages: Counter[str | None] = Counter()
    for chunk in file.chunks():
        table = chunk.table
        rows += len(table)
        if mapping.class_name in table:
            classes.update(unicodedata.normalize("NFC", name) for name in table[mapping.class_name].dropna().unique())
        if len(classes) > _MOST_CLASSES:
            raise UnreadableFile(
                _(
                    "The column {column!r} of {file!r} holds more than {most:,} classes; is it another column?",
                    column=mapping.class_name,
                    file=file.title,
                    most=_MOST_CLASSES,
                )
            )
        languages.update(table[mapping.language].tolist() if mapping.language in table else [])
    without = languages.pop(None, 0) if mapping.language else rows
    tags: Counter[str] = Counter()
    strange: dict[str, int] = {}
    for name, count in languages.items():
        tag = standard_tag(str(name))
        if tag is None:
            strange[str(name)] = count
        else:
            tags[tag] += count
    return Survey(rows, tuple(sorted(classes)), dict(tags.most_common()), strange, without)
