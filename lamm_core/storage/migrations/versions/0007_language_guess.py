"""Languages that were guessed from the text, and how probable they are.

Revision: 0007, after 0006, 2026-11-29
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only. What is there was said, not guessed."""
    op.add_column("item", sa.Column("language_guess", sa.Float, nullable=True))
    where = sa.text("language_guess IS NOT NULL")
    op.create_index(
        "ix_item_language_guess",
        "item",
        ["project_id", "language_guess"],
        sqlite_where=where,
        postgresql_where=where,
    )
