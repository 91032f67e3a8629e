"""Texts of the pool that nearly repeat an earlier one.

Revision: 0008, after 0007, 2026-11-29
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only. The texts that are there are compared when the next ones come, or the next round begins."""
    op.add_column("item", sa.Column("duplicate_of_id", BIG_ID, nullable=True))
    where = sa.text("duplicate_of_id IS NOT NULL")
    op.create_index(
        "ix_item_duplicate_of",
        "item",
        ["project_id", "duplicate_of_id"],
        sqlite_where=where,
        postgresql_where=where,
    )
    op.add_column("project", sa.Column("near_duplicates", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("project", sa.Column("compared_to", BIG_ID, nullable=True))
