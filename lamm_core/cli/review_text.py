"""What needs a look, as plain values and as a table."""

from collections.abc import Mapping

from rich.table import Table
from rich.text import Text

from lamm_core.cli.tables import new_table
from lamm_core.reviewing import Reason, ReviewList

_SHOWN = 40  # characters of a text


def review_record(project: str, found: ReviewList, counts: Mapping[Reason, int]) -> dict[str, object]:
    """The object that `lamm review --json` writes.

    Returns:
        project; total (items that fit the options, also those beyond the limit); counts (reason to items, whatever the
        options); items (list: id, language, class, kinds, likelier, text: its beginning).
    """
    return {
        "project": project,
        "total": found.total,
        "counts": {each.value: count for each, count in counts.items()},
        "items": [
            {
                "id": each.external_id,
                "language": each.language,
                "class": each.class_name,
                "kinds": [reason.value for reason in each.reasons],
                "likelier": each.likelier,
                "text": each.text,
            }
            for each in found.entries
        ],
    }


def review_table(project: str, found: ReviewList) -> Table:
    """One line a text."""
    table = new_table(f"{project}: {len(found.entries):,} of {found.total:,}")
    for heading in ("id", "language", "class", "why", "text"):
        table.add_column(heading)
    for each in found.entries:
        why = ", ".join(each.reasons) + (f": {each.likelier}?" if each.likelier else "")
        shown = " ".join(each.text[:_SHOWN].split())
        table.add_row(Text(each.external_id), each.language, Text(each.class_name or "–"), Text(why), Text(shown))
    return table
