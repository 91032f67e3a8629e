"""Teams: accounts and what they may do, the trail of what was done, reviews, and jobs that wait for a worker.

Revision: 0006, after 0005, 2026-11-29
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only. Without an account everything is as before; texts with one label keep the class they have."""
    op.add_column("project", sa.Column("consensus", sa.String(length=20), nullable=False, server_default="majority"))
    _create_accounts()
    _create_trail()
    _create_review()
    _prepare_labels_for_review()
    _create_jobs()


def _create_accounts() -> None:
    op.create_table(
        "failed_sign_in",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_sign_in")),
    )
    op.create_index("ix_failed_sign_in_key_at", "failed_sign_in", ["key_hash", "at"])
    op.create_table(
        "installation",
        sa.Column("key", sa.String(length=50), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_installation")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("annotator_id", BIG_ID, nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("issuer", sa.String(length=500), nullable=True),
        sa.Column("subject", sa.String(length=500), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotator.id"], name=op.f("fk_user_account_annotator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("annotator_id", name=op.f("uq_user_account_annotator_id")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_user_account_issuer_subject")),
    )
    op.create_table(
        "membership",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_membership_project_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_membership_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("project_id", "user_id", name=op.f("uq_membership_project_id_user_id")),
    )
    op.create_index("ix_membership_user", "membership", ["user_id"])
    op.create_table(
        "one_time_token",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_one_time_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_token_token_hash")),
    )
    op.create_index("ix_one_time_token_user", "one_time_token", ["user_id"])
    op.create_table(
        "user_session",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    op.create_index("ix_user_session_user", "user_session", ["user_id"])


def _create_trail() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("project_id", BIG_ID, nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_audit_event_project_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_audit_event_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_at", "audit_event", ["at"])
    op.create_index("ix_audit_event_project", "audit_event", ["project_id", "id"])
    _forbid_changes()


def _create_review() -> None:
    op.create_table(
        "item_remark",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("annotator_id", BIG_ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotator.id"], name=op.f("fk_item_remark_annotator_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_remark_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_item_remark_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_remark")),
    )
    op.create_index("ix_item_remark_item", "item_remark", ["item_id"])
    op.create_table(
        "review",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("annotator_id", BIG_ID, nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("class_id", BIG_ID, nullable=True),
        sa.Column("newest_label_id", BIG_ID, nullable=True),
        sa.Column("asked_annotator_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotator.id"], name=op.f("fk_review_annotator_id")),
        sa.ForeignKeyConstraint(["asked_annotator_id"], ["annotator.id"], name=op.f("fk_review_asked_annotator_id")),
        sa.ForeignKeyConstraint(["class_id"], ["project_class.id"], name=op.f("fk_review_class_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_review_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_review_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index("ix_review_item", "review", ["item_id", "id"])
    op.create_index("ix_review_project", "review", ["project_id"])
    op.create_table(
        "label_suspect",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("round_id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("label_id", BIG_ID, nullable=False),
        sa.Column("class_id", BIG_ID, nullable=False),
        sa.Column("likelier_class_id", BIG_ID, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["project_class.id"], name=op.f("fk_label_suspect_class_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_label_suspect_item_id")),
        sa.ForeignKeyConstraint(
            ["likelier_class_id"], ["project_class.id"], name=op.f("fk_label_suspect_likelier_class_id")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_label_suspect_project_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_label_suspect_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_suspect")),
        sa.UniqueConstraint("project_id", "item_id", name=op.f("uq_label_suspect_project_id_item_id")),
    )


def _prepare_labels_for_review() -> None:
    op.create_index(
        "ix_label_flagged",
        "label",
        ["project_id", "id"],
        sqlite_where=sa.text("flagged = 1"),
        postgresql_where=sa.text("flagged"),
    )
    op.create_index(
        "ix_label_commented",
        "label",
        ["project_id", "id"],
        sqlite_where=sa.text("comment IS NOT NULL"),
        postgresql_where=sa.text("comment IS NOT NULL"),
    )
    # Said in SQL: Alembic would copy the whole queue on SQLite, which takes a column with its reference as well.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE batch_item ADD COLUMN asked_annotator_id {kind} "
        "CONSTRAINT fk_batch_item_asked_annotator_id REFERENCES annotator (id)"
    )
    op.create_index(
        "ix_batch_item_asked",
        "batch_item",
        ["asked_annotator_id"],
        sqlite_where=sa.text("asked_annotator_id IS NOT NULL"),
        postgresql_where=sa.text("asked_annotator_id IS NOT NULL"),
    )


def _create_jobs() -> None:
    op.create_table(
        "worker",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
        sa.UniqueConstraint("name", name=op.f("uq_worker_name")),
    )
    op.create_table(
        "job",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", BIG_ID, nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=300), nullable=True),
        sa.Column("host", sa.String(length=200), nullable=True),
        sa.Column("process_id", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(length=100), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_job_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_project", "job", ["project_id", "id"])
    op.create_index("ix_job_state", "job", ["state", "id"])


def _forbid_changes() -> None:
    """Let the database itself refuse to change or take away what the trail says."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_event_{verb.lower()} BEFORE {verb} ON audit_event "
                "BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit_event is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_event_is_append_only()"
    )
