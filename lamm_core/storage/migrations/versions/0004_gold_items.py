"""How many gold items newcomers answer first, and whether they are told the known class.

Revision: 0004, after 0003, 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: data is never taken back. Projects that are there have no gold items yet, so nothing changes."""
    op.add_column("project", sa.Column("gold_count", sa.Integer(), nullable=False, server_default="10"))
    op.add_column("project", sa.Column("gold_feedback", sa.Boolean(), nullable=False, server_default=sa.false()))
