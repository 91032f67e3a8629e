"""Files that a watched folder brought, and since when a project has a class.

Revision: 0010, after 0009, 2026-11-29
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only. Classes that are there count as there from the beginning, and old models do not say theirs."""
    op.add_column("project_class", sa.Column("added_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("project_class", sa.Column("added_after", BIG_ID, nullable=True))
    op.add_column("model_version", sa.Column("classes", sa.JSON(), nullable=True))
    op.create_table(
        "watched_file",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("labelled", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_watched_file_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched_file")),
        sa.UniqueConstraint("project_id", "name", "digest", name=op.f("uq_watched_file_project_id_name_digest")),
    )
    op.create_index("ix_watched_file_project_digest", "watched_file", ["project_id", "digest"])
