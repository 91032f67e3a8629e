"""Comments, flags and suggestions on labels; languages of annotators; items that several annotators label.

Revision: 0003, after 0002, 2026-11-24
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: data is never taken back. What is in the queue stays there, once for each item."""
    for column in (
        sa.Column("suggestions", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("overlap_share", sa.Float(), nullable=False, server_default="0"),
        sa.Column("overlap_count", sa.Integer(), nullable=False, server_default="2"),
    ):
        op.add_column("project", column)
    op.create_table(
        "annotator_language",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("annotator_id", BIG_ID, nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotator_id"], ["annotator.id"], name=op.f("fk_annotator_language_annotator_id_annotator")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotator_language")),
        sa.UniqueConstraint("annotator_id", "language", name=op.f("uq_annotator_language_annotator_id_language")),
    )
    # SQLite cannot change the constraints of a table; Alembic copies it, rows and all, and puts the copy in its place.
    with op.batch_alter_table("label") as label:
        label.add_column(sa.Column("comment", sa.Text(), nullable=True))
        label.add_column(sa.Column("flagged", sa.Boolean(), nullable=False, server_default=sa.false()))
        label.add_column(sa.Column("suggested_class_id", BIG_ID, nullable=True))
        label.create_foreign_key(
            op.f("fk_label_suggested_class_id_project_class"), "project_class", ["suggested_class_id"], ["id"]
        )
    op.add_column("round_language", sa.Column("score", sa.Float(), nullable=True))
    with op.batch_alter_table("batch_item") as batch_item:
        batch_item.add_column(sa.Column("copy", sa.Integer(), nullable=False, server_default="0"))
        batch_item.add_column(sa.Column("closed_by", BIG_ID, nullable=True))
        batch_item.add_column(sa.Column("suggested_class_id", BIG_ID, nullable=True))
        batch_item.create_foreign_key(op.f("fk_batch_item_closed_by_annotator"), "annotator", ["closed_by"], ["id"])
        batch_item.create_foreign_key(
            op.f("fk_batch_item_suggested_class_id_project_class"), "project_class", ["suggested_class_id"], ["id"]
        )
        batch_item.drop_constraint(op.f("uq_batch_item_round_id_item_id"), type_="unique")
        batch_item.create_unique_constraint(
            op.f("uq_batch_item_round_id_item_id_copy"), ["round_id", "item_id", "copy"]
        )
    op.create_index(
        "ix_batch_item_copies",
        "batch_item",
        ["project_id"],
        sqlite_where=sa.text("copy > 0"),
        postgresql_where=sa.text("copy > 0"),
    )
