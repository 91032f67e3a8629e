"""Indexes of the queue hold what is open and what is held, and not all that was ever labelled.

Revision: 0005, after 0004, 2026-11-28
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only. No row changes."""
    op.drop_index("ix_batch_item_queue", table_name="batch_item")
    _create_partial_index("ix_batch_item_open", ["project_id", "round_id", "position", "copy"], "closed_at IS NULL")
    _create_partial_index("ix_batch_item_held", ["annotator_id"], "annotator_id IS NOT NULL")


def _create_partial_index(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "batch_item", columns, sqlite_where=where, postgresql_where=where)
