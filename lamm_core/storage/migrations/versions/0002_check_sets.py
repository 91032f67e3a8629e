"""Check sets that grow, near duplicates, intervals that stay honest over rounds, targets for single classes.

Revision: 0002, after 0001, 2026-11-23
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BOUNDS = ("estimate", "effective", "low", "high", "proven_low", "proven_high")


def upgrade() -> None:
    """Forward only: data is never taken back. Projects that are there already get the settings of new ones."""
    for column in (
        sa.Column("metric", sa.String(length=20), nullable=False, server_default="accuracy"),
        sa.Column("check_part", sa.Float(), nullable=False, server_default="0.2"),
        sa.Column("check_share", sa.Float(), nullable=False, server_default="0.2"),
        sa.Column("check_width", sa.Float(), nullable=False, server_default="0.05"),
        sa.Column("price_per_label", sa.Float(), nullable=False, server_default="0"),
        sa.Column("currency", sa.String(length=10), nullable=False, server_default="EUR"),
    ):
        op.add_column("project", column)
    op.create_table(
        "project_class_target",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("class_id", BIG_ID, nullable=False),
        sa.Column("target", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["project_class.id"], name=op.f("fk_project_class_target_class_id_project_class")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_class_target_project_id_project")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_class_target")),
        sa.UniqueConstraint(
            "project_id", "language", "class_id", name=op.f("uq_project_class_target_project_id_language_class_id")
        ),
    )
    # What was labelled before has lost its hard texts to training: a check set drawn from the rest would flatter.
    op.execute("UPDATE project SET check_part = 0 WHERE id IN (SELECT project_id FROM round)")
    op.add_column("round", sa.Column("metric", sa.String(length=20), nullable=True))
    op.add_column("item", sa.Column("check_order", sa.Float(), nullable=True))
    op.add_column("item", sa.Column("twin_id", BIG_ID, nullable=True))
    for name in BOUNDS:
        op.add_column("round_language", sa.Column(name, sa.Float(), nullable=True))
    op.create_table(
        "round_class",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("round_id", BIG_ID, nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("class_id", BIG_ID, nullable=False),
        sa.Column("target", sa.Float(), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=True) for name in BOUNDS),
        sa.ForeignKeyConstraint(["class_id"], ["project_class.id"], name=op.f("fk_round_class_class_id_project_class")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_class_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_class")),
        sa.UniqueConstraint("round_id", "language", "class_id", name=op.f("uq_round_class_round_id_language_class_id")),
    )
