"""What reviewers and annotators write to each other about items."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, exists, insert, or_, select

from lamm_core.records import Remark
from lamm_core.storage.tables import annotator, batch_item, label
from lamm_core.storage.team_tables import item_remark

# SQLite takes at most 32,766 bound values in one statement.
_CHUNK = 2_000


def add_remark(
    connection: Connection, project_id: int, item_id: int, annotator_id: int, text: str, now: datetime
) -> None:
    """Add a remark to the thread of an item."""
    connection.execute(
        insert(item_remark).values(
            project_id=project_id, item_id=item_id, annotator_id=annotator_id, text=text, created_at=now
        )
    )


def threads(connection: Connection, item_ids: Sequence[int]) -> dict[int, tuple[Remark, ...]]:
    """Item id to what was written about it, oldest first, for those of the given items that have a thread."""
    found: dict[int, list[Remark]] = defaultdict(list)
    for start in range(0, len(item_ids), _CHUNK):
        query = (
            select(item_remark.c.item_id, annotator.c.name, item_remark.c.text, item_remark.c.created_at)
            .join(annotator, annotator.c.id == item_remark.c.annotator_id)
            .where(item_remark.c.item_id.in_(item_ids[start : start + _CHUNK]))
            .order_by(item_remark.c.id)
        )
        for row in connection.execute(query):
            found[row.item_id].append(Remark(row.name, row.text, row.created_at))
    return {item_id: tuple(each) for item_id, each in found.items()}


def has_to_do_with(connection: Connection, item_id: int, annotator_id: int) -> bool:
    """Whether an annotator ever labelled or skipped an item, holds it now, or is asked about it once more."""
    acted = exists(select(label.c.id).where(label.c.item_id == item_id, label.c.annotator_id == annotator_id))
    holds = exists(
        select(batch_item.c.id).where(
            batch_item.c.item_id == item_id,
            batch_item.c.closed_at.is_(None),
            or_(batch_item.c.annotator_id == annotator_id, batch_item.c.asked_annotator_id == annotator_id),
        )
    )
    return bool(connection.execute(select(or_(acted, holds))).scalar_one())
