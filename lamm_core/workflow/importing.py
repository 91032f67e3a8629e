"""Bring texts into a project."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pandas as pd
from sqlalchemy import Connection

from lamm_core.actors import Role
from lamm_core.exchange.columns import ColumnMapping as ColumnMapping  # what `read_file` gives and `import_table` takes
from lamm_core.exchange.columns import ParsedRows, parse_rows, propose_columns
from lamm_core.exchange.format import RejectedRow
from lamm_core.exchange.reading import READ_ENDINGS, read_table
from lamm_core.exchange.writing import table_bytes
from lamm_core.job import Job, JobKind
from lamm_core.model.embedding import Progress, embed_missing
from lamm_core.model.embedding_store import text_key
from lamm_core.records import ItemState, NewItem, Project, Purpose
from lamm_core.storage import items, projects, queue, translations
from lamm_core.trail import AuditAction
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.audit import note
from lamm_core.workflow.jobs import hand_over
from lamm_core.workflow.rights import needs
from lamm_core.workflow.workspace import Workspace, utc_now

FILE_ENDINGS = READ_ENDINGS

_SAME_TEXT = {
    Purpose.CHECK: marked("the same text is in the check set"),
    Purpose.GOLD: marked("the same text is in the gold items"),
    Purpose.POOL: marked("the same text is in the pool"),
}
_STANDS_FOR = {
    Purpose.CHECK: marked("the id {id!r} stands for a text of the check set in the project"),
    Purpose.GOLD: marked("the id {id!r} stands for a text of the gold items in the project"),
    Purpose.POOL: marked("the id {id!r} stands for a text of the pool in the project"),
}


@dataclass(frozen=True)
class ImportResult:
    """What an import did.

    Attributes:
        added_pool: items added to the pool.
        added_check: items added to the check set.
        added_gold: items whose known class newcomers are to find.
        labelled: items that were there without a class and now have the one of their row.
        already: items that were there before, with nothing new to them.
        rejected: rows that could not be taken, and why.
    """

    added_pool: int
    added_check: int
    added_gold: int
    labelled: int
    already: int
    rejected: tuple[RejectedRow, ...]

    @property
    def added(self) -> int:
        """Items added in all."""
        return self.added_pool + self.added_check + self.added_gold

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
        parts.append(_("{already:,} were there already", already=self.already))
        return _("; ").join(parts)


def read_file(file: Path | BinaryIO, name: str | None = None) -> tuple[pd.DataFrame, ColumnMapping]:
    """Read a file and propose what its columns mean, for a person to confirm.

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
) -> ImportResult:
    """Add the rows of a table to a project, in one transaction; rows that are there already change nothing.

    A class that comes later labels the item that is there, also one that was drawn for the check set meanwhile: no
    model had a part in it. Whoever brings classes for some texts only should know that the figures of such a check set
    hold for a language if these texts are like the others.

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


@needs(Role.MANAGER)
def store_rows(workspace: Workspace, project: Project, parsed: ParsedRows) -> ImportResult:
    """Add parsed rows to a project, in one transaction."""
    keys = {each.external_id: text_key(each.text) for each in parsed.items}
    with workspace.database.write() as connection:
        projects.lock_project(connection, project.id)
        sorted_rows = _sort_rows(connection, project, parsed, keys)
        class_ids, now = projects.class_ids(connection, project.id), utc_now()
        for item_id, class_name in sorted_rows.classes.items():
            items.set_item(connection, item_id, ItemState.LABELLED, class_ids[class_name])
            queue.close(connection, item_id, now)
        fresh_keys = [keys[each.external_id] for each in sorted_rows.fresh]
        items.add_items(connection, project.id, sorted_rows.fresh, fresh_keys, class_ids, now)
        added = Counter(each.purpose for each in sorted_rows.fresh)
        counts = {"added": added.total(), "labelled": len(sorted_rows.classes), "refused": len(sorted_rows.rejected)}
        note(connection, workspace, AuditAction.IMPORTED, project.id, **counts)
    return ImportResult(
        added_pool=added[Purpose.POOL],
        added_check=added[Purpose.CHECK],
        added_gold=added[Purpose.GOLD],
        labelled=len(sorted_rows.classes),
        already=sorted_rows.already,
        rejected=tuple(sorted([*parsed.rejected, *sorted_rows.rejected], key=lambda each: each.row)),
    )


def rejected_table(rejected: Sequence[RejectedRow]) -> pd.DataFrame:
    """The rows that could not be taken: columns `row`, missing where the row has no number, and `reason`."""
    rows = [{"row": each.row or None, "reason": each.reason} for each in rejected]
    return pd.DataFrame(rows, columns=["row", "reason"]).astype({"row": "Int64"})


def rejected_file(rejected: Sequence[RejectedRow]) -> bytes:
    """The same as the content of a CSV file."""
    return table_bytes(rejected_table(rejected), ".csv")


@dataclass
class _SortedRows:
    """Parsed rows by what is to be done with them: stored, used to label what is there, passed over, refused."""

    fresh: list[NewItem] = field(default_factory=list)
    classes: dict[int, str] = field(default_factory=dict)
    already: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)


def _sort_rows(connection: Connection, project: Project, parsed: ParsedRows, keys: dict[str, bytes]) -> _SortedRows:
    known = items.existing_items(connection, project.id, list(keys))
    elsewhere = _texts_elsewhere(connection, project, parsed, keys)
    result = _SortedRows()
    for row, each in zip(parsed.rows, parsed.items, strict=True):
        stored, key = known.get(each.external_id), keys[each.external_id]
        if stored is None and (other := elsewhere[each.purpose].get(key)) is not None:
            result.rejected.append(RejectedRow(row, _(_SAME_TEXT[other])))
        elif stored is None:
            result.fresh.append(each)
        elif (clash := _clash(stored, each, key)) is not None:
            result.rejected.append(RejectedRow(row, clash))
        elif each.class_name is not None and stored.class_name is None:
            result.classes[stored.id] = each.class_name
        else:
            result.already += 1
    return result


def _texts_elsewhere(
    connection: Connection, project: Project, parsed: ParsedRows, keys: dict[str, bytes]
) -> dict[Purpose, dict[bytes, Purpose]]:
    """For each purpose, the texts that new items of it may not have, with the purpose that has them.

    What is measured with must never be trained on, and what newcomers practise on is neither measured with nor
    trained on. What is stored stays as it is. Where one file holds a text for several purposes, the check set keeps it
    before the gold items, and these before the pool.
    """
    in_file = {
        purpose: {keys[each.external_id] for each in parsed.items if each.purpose is purpose} for purpose in _SAME_TEXT
    }
    elsewhere: dict[Purpose, dict[bytes, Purpose]] = {}
    for purpose, wanted in in_file.items():
        found = {key: before for before in elsewhere for key in in_file[before] - elsewhere[before].keys()}
        for other in _SAME_TEXT:
            if other is not purpose:
                found |= dict.fromkeys(items.keys_of_purpose(connection, project.id, list(wanted), other), other)
        elsewhere[purpose] = found
    return elsewhere


def _clash(stored: items.StoredItem, new: NewItem, key: bytes) -> str | None:
    """Why a row cannot be the item that bears its id already; None where it can."""
    name = new.external_id
    if stored.text_key != key:
        return _("the id {id!r} stands for another text in the project", id=name)
    if stored.language != new.language:
        return _("the id {id!r} stands for a text in {language!r} in the project", id=name, language=stored.language)
    # A text that came for the pool and was drawn for the check set is still the one that its file has.
    drawn_from_pool = stored.drawn and new.purpose is Purpose.POOL
    if stored.purpose is not new.purpose and not drawn_from_pool:
        return _(_STANDS_FOR[stored.purpose], id=name)
    if None not in (stored.class_name, new.class_name) and stored.class_name != new.class_name:
        class_name = stored.class_name
        return _("the id {id!r} stands for a text of the class {name!r} in the project", id=name, name=class_name)
    return None


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
        EncoderUnavailable: the project's encoder cannot be loaded.
    """
    store = workspace.embedding_store(project.settings.encoder)
    with workspace.database.read() as connection:
        # Gold items are left out: no model ever sees them.
        tables = [items.read_items(connection, project.id, each) for each in (Purpose.POOL, Purpose.CHECK)]
        missing = [
            int(item_id)
            for table in tables
            for item_id, row in zip(table.ids, store.rows_of(table.keys), strict=True)
            if row < 0
        ]
        texts = [text for _, text in items.read_texts(connection, missing)]
        if project.settings.use_translations:
            translated = translations.usable(connection, project.id)
            texts += translated.where(store.rows_of(translated.keys) < 0).texts
    return embed_missing(store, texts, progress)
