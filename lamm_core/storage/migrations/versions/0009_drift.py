"""Drift: how texts of a language differed from its check set when a round looked.

Revision: 0009, after 0007, 2026-11-29
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only. Rounds of before did not look."""
    op.create_table(
        "round_drift",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("round_id", BIG_ID, nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("p_value", "share", "low", "high")),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.Column("unlike", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_drift_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_drift")),
        sa.UniqueConstraint("round_id", "language", "part", name=op.f("uq_round_drift_round_id_language_part")),
    )
