"""Labels out, with where each came from."""

from pathlib import Path

import pandas as pd

from lamm_core.exchange.writing import WRITERS, table_bytes, write_table
from lamm_core.records import Project
from lamm_core.storage import provenance
from lamm_core.workflow.workspace import Workspace

EXPORT_ENDINGS = tuple(WRITERS)

_TYPES = {"round": "Int64", "model": "Int64", "weight": "float64", "uncertainty": "float64", "seconds": "float64"}


def labels_table(workspace: Workspace, project: Project) -> pd.DataFrame:
    """The labels of a project that stand, one row a label, oldest first.

    Returns:
        columns id, language, text, class, split (pool or check), annotator, labelled_at (UTC), seconds, source,
        deciding (whether it is the item's class or a second opinion), and for items that a round chose: round,
        strategy, weight (of the language), uncertainty (of the item), model (version that chose it).
    """
    with workspace.database.read() as connection:
        rows = provenance.labels_with_provenance(connection, project.id)
    # Whole numbers stay whole where some rows have none.
    return pd.DataFrame(rows, columns=provenance.COLUMNS).astype(_TYPES)


def labels_file(workspace: Workspace, project: Project, ending: str) -> bytes:
    """The content of a file with the labels of a project.

    Args:
        ending: one of `EXPORT_ENDINGS`.

    Raises:
        UnreadableFile: the ending names no format that can be written.
    """
    return table_bytes(labels_table(workspace, project), ending)


def export_labels(workspace: Workspace, project: Project, path: Path) -> int:
    """Write the labels of a project to a .csv, .jsonl or .parquet file; returns how many.

    Raises:
        UnreadableFile: the ending names no format that can be written.
        StorageUnavailable: the file cannot be written there.
    """
    table = labels_table(workspace, project)
    write_table(table, path)
    return len(table)
