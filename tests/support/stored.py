"""Everything that a database holds, to be compared."""

import json
from typing import Any

from lamm_core.storage import dump
from lamm_core.workflow.workspace import Workspace


def contents(workspace: Workspace) -> dict[str, list[dict[str, Any]]]:
    """Table to its rows, in the order of their keys."""
    with workspace.database.read() as connection:
        return {
            table.name: [json.loads(line) for line in dump.lines_of(connection, table)]
            for table in dump.stored_tables(connection)
        }
