"""What pages show of a large project is found in indexes and totals, without a look at every text and every label.

Revision: 0011, after 0007, 2026-11-29
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only. No row changes; the items that are there are counted once."""
    id_type = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "item_total",
        sa.Column("project_id", id_type, sa.ForeignKey("project.id"), primary_key=True, autoincrement=False),
        sa.Column("purpose", sa.String(10), primary_key=True),
        sa.Column("language", sa.String(35), primary_key=True),
        sa.Column("total", id_type, nullable=False),
    )
    op.execute(
        "INSERT INTO item_total (project_id, purpose, language, total) "
        "SELECT project_id, purpose, language, count(*) FROM item GROUP BY project_id, purpose, language"
    )
    _create_partial_index("ix_item_twin", "item", ["project_id", "language", "state"], "twin_id > 0")
    _create_partial_index(
        "ix_item_imported_check",
        "item",
        ["project_id", "purpose", "language", "state"],
        "check_order IS NULL AND purpose <> 'pool'",
    )
    op.create_index("ix_label_project", "label", ["project_id", "id"])
    op.create_index("ix_label_opinion", "label", ["project_id", "item_id", "annotator_id", "action", "class_id", "id"])
    _create_partial_index("ix_label_of_people", "label", ["project_id", "created_at", "id"], "source = 'human'")
    _create_partial_index("ix_label_further", "label", ["project_id", "item_id", "annotator_id"], "revision > 1")
    for name, on_sqlite, on_postgresql in (
        ("ix_label_flagged", "flagged = 1", "flagged"),
        ("ix_label_commented", "comment IS NOT NULL", "comment IS NOT NULL"),
    ):
        op.drop_index(name, table_name="label")
        op.create_index(
            name,
            "label",
            ["project_id", "action", "id"],
            sqlite_where=sa.text(on_sqlite),
            postgresql_where=sa.text(on_postgresql),
        )


def _create_partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
