"""Bring texts into a project."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from lamm_core.exchange.columns import ColumnMapping, ParsedRows, RejectedRow, parse_rows, propose_columns
from lamm_core.exchange.reading import read_table
from lamm_core.model.embedding import Progress, embed_missing
from lamm_core.model.embedding_store import text_key
from lamm_core.records import NewItem, Project, Purpose
from lamm_core.storage import items, projects
from lamm_core.workflow.workspace import Workspace, utc_now


@dataclass(frozen=True)
class ImportResult:
    """What an import did.

    Attributes:
        added_pool: items added to the pool.
        added_check: items added to the check set.
        already: items that were there before, with the same text.
        rejected: rows that could not be taken, and why.
    """

    added_pool: int
    added_check: int
    already: int
    rejected: tuple[RejectedRow, ...]

    @property
    def added(self) -> int:
        """Items added in all."""
        return self.added_pool + self.added_check


def read_file(file: Path | BinaryIO, name: str | None = None) -> tuple[pd.DataFrame, ColumnMapping]:
    """Read a file and propose what its columns mean, for a person to confirm.

    Raises:
        UnreadableFile: see `exchange.reading.read_table`.
    """
    table = read_table(file, name)
    return table, propose_columns(table)


def import_table(
    workspace: Workspace,
    project: Project,
    table: pd.DataFrame,
    mapping: ColumnMapping,
    purpose: Purpose = Purpose.POOL,
    language: str | None = None,
    hide_labels: bool = False,
) -> ImportResult:
    """Add the rows of a table to a project, in one transaction; rows that are there already change nothing.

    Args:
        table: from `read_file`.
        mapping: which column means what.
        purpose: what rows are for when there is no split column.
        language: language of all rows when there is no language column.
        hide_labels: leave out the classes of pool items, as if nobody had labelled them.

    Raises:
        MissingColumn: the mapping names a column that the table lacks.
    """
    settings = project.settings
    parsed = parse_rows(table, mapping, settings.classes, project.languages, purpose, language, hide_labels)
    return store_rows(workspace, project, parsed)


def store_rows(workspace: Workspace, project: Project, parsed: ParsedRows) -> ImportResult:
    """Add parsed rows to a project, in one transaction."""
    keys = {each.external_id: text_key(each.text) for each in parsed.items}
    rejected = list(parsed.rejected)
    fresh: list[NewItem] = []
    with workspace.database.write() as connection:
        projects.lock_project(connection, project.id)
        known = items.existing_items(connection, project.id, list(keys))
        for row, each in zip(parsed.rows, parsed.items, strict=True):
            if each.external_id not in known:
                fresh.append(each)
            elif known[each.external_id] != keys[each.external_id]:
                reason = f"the id {each.external_id!r} stands for another text in the project"
                rejected.append(RejectedRow(row, reason))
        items.add_items(
            connection,
            project.id,
            fresh,
            [keys[each.external_id] for each in fresh],
            projects.class_ids(connection, project.id),
            utc_now(),
        )
    in_pool = sum(each.purpose is Purpose.POOL for each in fresh)
    clashes = len(rejected) - len(parsed.rejected)
    return ImportResult(
        added_pool=in_pool,
        added_check=len(fresh) - in_pool,
        already=len(parsed.items) - len(fresh) - clashes,
        rejected=tuple(sorted(rejected, key=lambda each: each.row)),
    )


def embed_project(workspace: Workspace, project: Project, progress: Progress | None = None) -> int:
    """Compute the embeddings that a project's items lack; returns how many were computed.

    Raises:
        EncoderUnavailable: the project's encoder cannot be loaded.
    """
    store = workspace.embedding_store(project.settings.encoder)
    with workspace.database.read() as connection:
        tables = [items.read_items(connection, project.id, purpose) for purpose in Purpose]
        missing = [
            int(item_id)
            for table in tables
            for item_id, row in zip(table.ids, store.rows_of(table.keys), strict=True)
            if row < 0
        ]
        texts = [text for _, text in items.read_texts(connection, missing)]
    return embed_missing(store, texts, progress)
