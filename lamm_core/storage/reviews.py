"""What reviewers decided about items."""

from sqlalchemy import Connection, func, select

from lamm_core.records import Action
from lamm_core.storage.tables import label
from lamm_core.storage.team_tables import review


def standing_decisions(connection: Connection, project_id: int) -> dict[int, int]:
    """Item id to the id of the class that a reviewer decided on, for items where that still stands.

    The newest decision on an item counts. It does not stand where the item was sent back, or where somebody has
    labelled the item since: the reviewer did not see that label.
    """
    newest = select(func.max(review.c.id)).where(review.c.project_id == project_id).group_by(review.c.item_id)
    unseen = select(label.c.id).where(
        label.c.item_id == review.c.item_id,
        label.c.action == Action.LABEL,
        label.c.id > func.coalesce(review.c.newest_label_id, 0),
    )
    query = select(review.c.item_id, review.c.class_id).where(
        review.c.id.in_(newest), review.c.class_id.is_not(None), ~unseen.exists()
    )
    return {row.item_id: row.class_id for row in connection.execute(query)}
