"""Labels out, with where each came from."""

from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Row

from lamm_core.actors import Role
from lamm_core.exchange.writing import WRITE_ENDINGS, table_bytes, write_table
from lamm_core.records import Project, Purpose
from lamm_core.storage import provenance
from lamm_core.storage import translations as stored_translations
from lamm_core.trail import AuditAction
from lamm_core.workflow.audit import note
from lamm_core.workflow.rights import needs
from lamm_core.workflow.workspace import Workspace

EXPORT_ENDINGS = WRITE_ENDINGS

_TRANSLATION_COLUMNS = ("translated_from", "translator")
_TYPES = {"round": "Int64", "model": "Int64", "flagged": "bool"}
_TYPES |= dict.fromkeys(("weight", "uncertainty", "seconds"), "float64")


@needs(Role.MANAGER)
def labels_table(workspace: Workspace, project: Project, translations: bool = False) -> pd.DataFrame:
    """The labels of a project that stand, one row a label, oldest first.

    Args:
        translations: add the translations of labelled texts, as training has them, after the labels.

    Returns:
        columns id, language, text, class, split (pool or check), annotator, labelled_at (UTC), seconds, source,
        deciding (whether it is the item's class or a second opinion), and for items that a round chose: round,
        strategy, weight (of the language), uncertainty (of the item), model (version that chose it); comment, flagged,
        suggested (class that the annotator was shown as the model's suggestion); final_class (the class that stands for
        the item), and where a reviewer decided about it, decision and reviewer. With translations
        also translated_from (id of the original; missing for a label) and translator; a translation has an id of its
        own, the item's class, and the source `translation`.
    """
    with workspace.database.read() as connection:
        rows = provenance.labels_with_provenance(connection, project.id)
        translated = stored_translations.usable_with_provenance(connection, project.id) if translations else []
    # Whole numbers stay whole where some rows have none.
    table = pd.DataFrame(rows, columns=provenance.COLUMNS).astype(_TYPES)
    return _with_translations(table, translated) if translations else table


def _with_translations(table: pd.DataFrame, translated: list[Row[Any]]) -> pd.DataFrame:
    further = [*provenance.COLUMNS, *_TRANSLATION_COLUMNS]
    rows = pd.DataFrame(
        [
            {
                "id": f"{each.external_id}:{each.language}",
                "language": each.language,
                "text": each.text,
                "class": each.class_name,
                "split": Purpose.POOL,
                "labelled_at": each.created_at,
                "source": "translation",
                "deciding": True,
                "flagged": False,
                "final_class": each.class_name,
                "translated_from": each.external_id,
                "translator": each.translator,
            }
            for each in translated
        ],
        columns=further,
    ).astype(_TYPES)
    table = table.reindex(columns=further).astype(dict.fromkeys(_TRANSLATION_COLUMNS, object))
    return pd.concat([table, rows], ignore_index=True) if translated else table


@needs(Role.MANAGER)
def labels_file(workspace: Workspace, project: Project, ending: str, translations: bool = False) -> bytes:
    """The content of a file with the labels of a project.

    Args:
        ending: one of `EXPORT_ENDINGS`.
        translations: add the translations of labelled texts.

    Raises:
        UnreadableFile: the ending names no format that can be written.
    """
    table = labels_table(workspace, project, translations)
    content = table_bytes(table, ending)
    _note_export(workspace, project, ending, len(table))
    return content


@needs(Role.MANAGER)
def export_labels(workspace: Workspace, project: Project, path: Path, translations: bool = False) -> int:
    """Write the labels of a project to a .csv, .jsonl or .parquet file; returns how many rows.

    Args:
        translations: add the translations of labelled texts.

    Raises:
        UnreadableFile: the ending names no format that can be written.
        StorageUnavailable: the file cannot be written there.
    """
    table = labels_table(workspace, project, translations)
    write_table(table, path)
    _note_export(workspace, project, path.suffix, len(table))
    return len(table)


def _note_export(workspace: Workspace, project: Project, ending: str, rows: int) -> None:
    with workspace.database.write() as connection:
        note(connection, workspace, AuditAction.EXPORTED, project.id, format=ending, rows=rows)
