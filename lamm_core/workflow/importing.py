"""Bring texts into a project, and the labels that come with them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pandas as pd
from sqlalchemy import Connection

from lamm_core.actors import Role
from lamm_core.errors import MissingColumn
from lamm_core.exchange.columns import ColumnMapping as ColumnMapping  # what `read_file` gives and `import_table` takes
from lamm_core.exchange.columns import check_columns, propose_columns
from lamm_core.exchange.format import Chunk, RejectedRow
from lamm_core.exchange.gathering import Gathering
from lamm_core.exchange.reading import READ_ENDINGS, read_table
from lamm_core.exchange.reading import TableFile as TableFile
from lamm_core.exchange.reading import open_table as open_table
from lamm_core.exchange.rows import RowParser
from lamm_core.exchange.rows import WholeFile as WholeFile
from lamm_core.exchange.spool import Spool
from lamm_core.exchange.writing import table_bytes
from lamm_core.job import Job, JobKind
from lamm_core.model.embedding import Progress, embed_stretches
from lamm_core.records import Project, Purpose
from lamm_core.storage import items, projects
from lamm_core.trail import AuditAction
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.audit import note
from lamm_core.workflow.jobs import hand_over
from lamm_core.workflow.missing_texts import find_missing_texts
from lamm_core.workflow.rights import needs
from lamm_core.workflow.storing_rows import RowStore
from lamm_core.workflow.workspace import Workspace

FILE_ENDINGS = READ_ENDINGS
MOST_LISTED = 100_000  # rejected rows that are kept with their cells; they would fill the memory otherwise
_BATCH_ROWS = 10_000
_HALF = 0.5  # of the work is to read the rows, the other half to store them

ImportProgress = Callable[[str, float], None]
Along = Callable[[Connection, "ImportResult"], None]


@dataclass(frozen=True)
class ImportResult:
    """What an import did.

    Attributes:
        added_pool: items added to the pool.
        added_check: items added to the check set.
        added_gold: items whose known class newcomers are to find.
        labelled: items that were there without a class and now have the one of their row.
        opinions: labels of further annotators, for items that have a class already.
        guessed: items added whose language was guessed.
        already: items that were there before, with nothing new to them.
        rejected: rows that could not be taken, and why; the first `MOST_LISTED` of them.
        unlisted: how many more could not be taken.
        rows: rows of the file.
    """

    added_pool: int
    added_check: int
    added_gold: int
    labelled: int
    already: int
    rejected: tuple[RejectedRow, ...]
    opinions: int = 0
    guessed: int = 0
    unlisted: int = 0
    rows: int = 0

    @property
    def added(self) -> int:
        """Items added in all."""
        return self.added_pool + self.added_check + self.added_gold

    @property
    def refused(self) -> int:
        """Rows that could not be taken in all."""
        return len(self.rejected) + self.unlisted

    @property
    def summary(self) -> str:
        """What was taken, in one clause for a person."""
        if self.added_gold:
            added = _(
                "{pool:,} texts added to the pool, {check:,} to the check set, {gold:,} to the gold items",
                pool=self.added_pool,
                check=self.added_check,
                gold=self.added_gold,
            )
        else:
            added = _(
                "{pool:,} texts added to the pool, {check:,} to the check set",
                pool=self.added_pool,
                check=self.added_check,
            )
        parts = [added]
        if self.labelled:
            parts.append(_("{labelled:,} were given their class", labelled=self.labelled))
        if self.opinions:
            parts.append(_("{labels:,} labels of further annotators added", labels=self.opinions))
        parts.append(_("{already:,} were there already", already=self.already))
        if self.guessed:
            parts.append(_("the language of {guessed:,} was guessed", guessed=self.guessed))
        return _("; ").join(parts)


def read_file(file: Path | BinaryIO, name: str | None = None) -> tuple[pd.DataFrame, ColumnMapping]:
    """Read a whole file and propose what its columns mean, for a person to confirm.

    Raises:
        UnreadableFile: see `exchange.reading.read_table`.
    """
    table = read_table(file, name)
    return table, propose_columns(table)


@needs(Role.MANAGER)
def import_table(
    workspace: Workspace,
    project: Project,
    table: pd.DataFrame,
    mapping: ColumnMapping,
    purpose: Purpose = Purpose.POOL,
    language: str | None = None,
    hide_labels: bool = False,
    guess_languages: bool = False,
) -> ImportResult:
    """`import_file` for rows that are in the memory already.

    Args:
        table: every cell a text, or None where it is missing.
        mapping: which column means what.
        purpose: what rows are for when there is no split column.
        language: language of all rows when there is no language column.
        hide_labels: leave out the labels of pool items, as if nobody had given them.
        guess_languages: guess the language of texts that have none.

    Raises:
        MissingColumn: the mapping names a column that the table lacks, or no language is said.
    """
    check_columns(table.columns, mapping)
    table = table.astype(object).where(table.notna(), None)
    whole = WholeFile(purpose, language, hide_labels, guess_languages)
    chunks = [
        Chunk(table.iloc[start : start + _BATCH_ROWS], range(start + 1, min(start + _BATCH_ROWS, len(table)) + 1))
        for start in range(0, len(table), _BATCH_ROWS)
    ]
    return _import_chunks(workspace, project, chunks, mapping, whole, _say_nothing, _add_nothing)


@needs(Role.MANAGER)
def import_file(
    workspace: Workspace,
    project: Project,
    file: TableFile,
    mapping: ColumnMapping,
    whole: WholeFile,
    progress: ImportProgress | None = None,
    along: Along | None = None,
) -> ImportResult:
    """Add the rows of a file to a project, in one transaction; rows that are there already change nothing.

    The file is read stretch by stretch, so that its size does not count. Nothing is stored where `progress` raises:
    that is how to cancel.

    A class that comes later labels the item that is there, also one that was drawn for the check set meanwhile: no
    model had a part in it. Whoever brings classes for some texts only should know that the figures of such a check set
    hold for a language if these texts are like the others. A class by an annotator who has none on the item yet is a
    further opinion.

    Args:
        file: from `exchange.reading.open_table`.
        mapping: which column means what.
        whole: what holds for all rows.
        progress: called with what is done and how much of all is, 0 to 1.
        along: called with the result once all rows are stored, to store more in the same transaction; where it raises,
            nothing is stored.

    Raises:
        UnreadableFile: the file cannot be read; nothing is stored.
        MissingColumn: the mapping names a column that the file lacks, or no language is said.
    """
    chunks = file.chunks()
    return _import_chunks(workspace, project, chunks, mapping, whole, progress or _say_nothing, along or _add_nothing)


def _import_chunks(
    workspace: Workspace,
    project: Project,
    chunks: Iterable[Chunk],
    mapping: ColumnMapping,
    whole: WholeFile,
    progress: ImportProgress,
    along: Along,
) -> ImportResult:
    if mapping.language is None and whole.language is None and not whole.guess_languages:
        raise MissingColumn(_("The file has no column for the language, and no language was given for all rows."))
    parser = RowParser(mapping, project.settings.classes, project.languages, whole)
    gathering = Gathering(parser, MOST_LISTED)
    with Spool() as spool:
        _gather(chunks, mapping, gathering, spool, progress)
        with workspace.database.write() as connection:
            result = _result(_store(connection, project, spool, gathering, progress), gathering)
            counts = {"added": result.added, "labelled": result.labelled, "refused": result.refused}
            note(connection, workspace, AuditAction.IMPORTED, project.id, **counts)
            along(connection, result)
    return result


def _result(stored: RowStore, gathering: Gathering) -> ImportResult:
    return ImportResult(
        added_pool=stored.added[Purpose.POOL],
        added_check=stored.added[Purpose.CHECK],
        added_gold=stored.added[Purpose.GOLD],
        labelled=stored.labelled,
        already=stored.already,
        rejected=tuple(sorted(gathering.rejected, key=lambda each: each.row)),
        opinions=stored.opinions,
        guessed=stored.guessed,
        unlisted=gathering.unlisted,
        rows=gathering.rows,
    )


def _gather(
    chunks: Iterable[Chunk], mapping: ColumnMapping, gathering: Gathering, spool: Spool, progress: ImportProgress
) -> None:
    """Read the file and keep what is to be stored; the database is not touched meanwhile."""
    columns: set[str] = set()
    for chunk in chunks:
        columns.update(chunk.table.columns)
        spool.add(gathering.take(chunk))
        progress(marked("reading"), _HALF * chunk.done)
    if columns:  # one that some stretch of the file lacks is empty there; one that all of it lacks is a mistake
        check_columns(sorted(columns), mapping)


def _store(
    connection: Connection, project: Project, spool: Spool, gathering: Gathering, progress: ImportProgress
) -> RowStore:
    projects.lock_project(connection, project.id)
    store = RowStore(connection, project, gathering)
    for number, batch in enumerate(spool.read(), 1):
        store.add(batch)
        progress(marked("storing"), _HALF + (1 - _HALF) * number / spool.batches)
    if store.added:
        items.count_anew(connection, project.id)
    return store


def _say_nothing(_what: str, _share: float) -> None:
    """No progress is wanted."""


def _add_nothing(_connection: Connection, _result: ImportResult) -> None:
    """Nothing else is to be stored."""


def rejected_table(rejected: Sequence[RejectedRow]) -> pd.DataFrame:
    """The rows that could not be taken, to be repaired and imported again.

    Returns:
        columns `row`, missing where the row has no number, and `reason`, then those of the file with what they held.
    """
    rows = [{"row": each.row or None, "reason": each.reason, **_apart(each.cells)} for each in rejected]
    columns = list(dict.fromkeys(["row", "reason", *(column for row in rows for column in row)]))
    return pd.DataFrame(rows, columns=columns).astype({"row": "Int64"})


def _apart(cells: Mapping[str, str | None]) -> dict[str, str | None]:
    """Cells under names that are not those of the table itself: a file of rejected rows may be rejected again."""
    return {column: cell for column, cell in cells.items() if column not in {"row", "reason"}}


def rejected_file(rejected: Sequence[RejectedRow]) -> bytes:
    """The same as the content of a CSV file."""
    return table_bytes(rejected_table(rejected), ".csv")


@needs(Role.MANAGER)
def have_texts_embedded(workspace: Workspace, project: Project) -> Job | None:
    """Let a worker embed what an import brought; returns the job, or None where no worker lives to do it.

    In that case the next round embeds it, or whoever asked does it at once (`embed_project`).
    """
    return hand_over(workspace, project, JobKind.EMBED)


@needs(Role.MANAGER)
def embed_project(workspace: Workspace, project: Project, progress: Progress | None = None) -> int:
    """Compute the embeddings that a project's items and translations lack; returns how many were computed.

    Raises:
        EncoderUnavailable: the project's encoder cannot be loaded, or one of its processes was killed.
    """
    store = workspace.embedding_store(project.settings.encoder)
    with workspace.database.read() as connection:
        missing = find_missing_texts(connection, project, store)
    stretches = missing.stretches(workspace.database)
    return embed_stretches(store, stretches, len(missing), progress, workspace.settings.embedding_workers)
