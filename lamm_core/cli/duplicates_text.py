"""Near duplicates as plain values and as a table."""

from rich.table import Table
from rich.text import Text

from lamm_core.cli.tables import new_table
from lamm_core.workflow.duplicates import Duplicates


def duplicates_record(project: str, found: Duplicates) -> dict[str, object]:
    """The object that `lamm duplicates list --json` writes.

    Returns:
        project; total (texts that are set aside, also those beyond the limit); duplicates (list: id, language, text,
        duplicate_of, text_of: that of the text that stands for it, class_of: its class or null, similarity: 0 to 1).
    """
    return {
        "project": project,
        "total": found.total,
        "duplicates": [
            {
                "id": each.external_id,
                "language": each.language,
                "text": each.text,
                "duplicate_of": each.duplicate_of,
                "text_of": each.text_of,
                "class_of": each.class_of,
                "similarity": each.similarity,
            }
            for each in found.newest
        ],
    }


def duplicates_table(project: str, found: Duplicates) -> Table:
    """One row a text, each beside the text that stands for it."""
    table = new_table(f"{project}: {len(found.newest):,} of {found.total:,}")
    for heading in ("id", "language", "text", "repeats", "its text", "its class"):
        table.add_column(heading, overflow="fold")
    table.add_column("alike", justify="right")
    for each in found.newest:
        told = (each.external_id, each.language, each.text, each.duplicate_of, each.text_of, each.class_of or "–")
        table.add_row(*map(Text, told), f"{each.similarity:.0%}")
    return table
