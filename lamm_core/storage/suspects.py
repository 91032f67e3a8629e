"""Labels that the newest round holds for errors."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert

from lamm_core.storage.team_tables import label_suspect

# SQLite takes at most 32,766 bound values in one statement.
_CHUNK = 2_000


@dataclass(frozen=True)
class Suspect:
    """A label that is likely an error.

    Attributes:
        item_id: the item.
        label_id: the label that decided its class when the round began.
        class_name: that class.
        likelier: the class that is likelier.
        score: chance that models which never saw the label give its class, 0 to 1.
    """

    item_id: int
    label_id: int
    class_name: str
    likelier: str
    score: float


def replace_suspects(
    connection: Connection, project_id: int, round_id: int, suspects: Sequence[Suspect], class_ids: dict[str, int]
) -> None:
    """Store what a round found in place of what the rounds before it had."""
    connection.execute(delete(label_suspect).where(label_suspect.c.project_id == project_id))
    rows = [
        {
            "project_id": project_id,
            "round_id": round_id,
            "item_id": each.item_id,
            "label_id": each.label_id,
            "class_id": class_ids[each.class_name],
            "likelier_class_id": class_ids[each.likelier],
            "score": each.score,
        }
        for each in suspects
    ]
    for start in range(0, len(rows), _CHUNK):
        connection.execute(insert(label_suspect), rows[start : start + _CHUNK])
