"""Labels out, with where each came from."""

from pathlib import Path

import pandas as pd

from lamm_core.exchange.writing import write_table
from lamm_core.records import Project
from lamm_core.storage import provenance
from lamm_core.workflow.workspace import Workspace


def labels_table(workspace: Workspace, project: Project) -> pd.DataFrame:
    """The labels of a project that stand, one row a label, oldest first.

    Returns:
        columns id, language, text, class, split (pool or check), annotator, labelled_at (UTC), seconds, source,
        deciding (whether it is the item's class or a second opinion), and for items that a round chose: round,
        strategy, weight (of the language), uncertainty (of the item), model (version that chose it).
    """
    with workspace.database.read() as connection:
        return pd.DataFrame(provenance.labels_with_provenance(connection, project.id), columns=provenance.COLUMNS)


def export_labels(workspace: Workspace, project: Project, path: Path) -> int:
    """Write the labels of a project to a .csv, .jsonl or .parquet file; returns how many.

    Raises:
        UnreadableFile: the ending names no format that can be written.
        StorageUnavailable: the file cannot be written there.
    """
    table = labels_table(workspace, project)
    write_table(table, path)
    return len(table)
