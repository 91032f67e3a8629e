"""Lines of the trail as a table and as a file."""

import json

import pandas as pd

from lamm_core.exchange.writing import table_bytes
from lamm_core.trail import AuditEvent


def trail_table(events: list[AuditEvent]) -> pd.DataFrame:
    """Lines of the trail as a table: at, actor, action, project, details (as JSON)."""
    rows = [
        {
            "at": each.at,
            "actor": each.actor,
            "action": each.action.value,
            "project": each.project,
            "details": json.dumps(dict(each.details), ensure_ascii=False, sort_keys=True),
        }
        for each in events
    ]
    return pd.DataFrame(rows, columns=["at", "actor", "action", "project", "details"])


def trail_file(events: list[AuditEvent], ending: str) -> bytes:
    """The content of a file of these lines.

    Args:
        ending: one of `exporting.EXPORT_ENDINGS`.
    """
    return table_bytes(trail_table(events), ending)
