"""The tables of teams: who may do what, who did what, and work that waits for a worker. Part of `tables.metadata`."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from lamm_core.storage.columns import BigId, UtcDateTime, id_column, metadata, project_id_column

# What this installation remembers of itself, such as the name of the one who uses it without accounts.
installation = Table(
    "installation",
    metadata,
    Column("key", String(50), primary_key=True),
    Column("value", Text, nullable=False),
)

# Who may sign in. Labels are stored under the annotator, so that a person's labels from before there were accounts stay
# theirs. Without a password hash nobody signs in by a password; issuer and subject are those of an OIDC provider.
user_account = Table(
    "user_account",
    metadata,
    id_column(),
    Column("annotator_id", BigId, ForeignKey("annotator.id"), nullable=False, unique=True),
    Column("email", String(320), nullable=False, unique=True),
    Column("password_hash", String(255), nullable=True),
    Column("issuer", String(500), nullable=True),
    Column("subject", String(500), nullable=True),
    Column("is_admin", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime, nullable=True),
    UniqueConstraint("issuer", "subject"),
)

membership = Table(
    "membership",
    metadata,
    id_column(),
    project_id_column(),
    Column("user_id", BigId, ForeignKey("user_account.id"), nullable=False),
    Column("role", String(20), nullable=False),
    UniqueConstraint("project_id", "user_id"),
    Index("ix_membership_user", "user_id"),
)

# Only hashes of tokens are kept: who reads the database cannot sign in with what stands there.
user_session = Table(
    "user_session",
    metadata,
    id_column(),
    Column("user_id", BigId, ForeignKey("user_account.id"), nullable=False),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime, nullable=True),
    Index("ix_user_session_user", "user_id"),
)

# Links and tickets that work once: an invitation, a new password, a sign-in that a provider vouched for.
one_time_token = Table(
    "one_time_token",
    metadata,
    id_column(),
    Column("user_id", BigId, ForeignKey("user_account.id"), nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=True),
    Index("ix_one_time_token_user", "user_id"),
)

# Sign-ins that failed lately, by the e-mail address and by the network address they came from, each as a hash.
failed_sign_in = Table(
    "failed_sign_in",
    metadata,
    id_column(),
    Column("key_hash", LargeBinary(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_failed_sign_in_key_at", "key_hash", "at"),
)

# Append-only; the database itself refuses to change or take away a line. Labels are not repeated here: the table of
# labels is such a trail already.
audit_event = Table(
    "audit_event",
    metadata,
    id_column(),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("user_id", BigId, ForeignKey("user_account.id"), nullable=True),
    Column("project_id", BigId, ForeignKey("project.id"), nullable=True),
    Column("action", String(40), nullable=False),
    Column("details", JSON, nullable=False),
    Index("ix_audit_event_project", "project_id", "id"),
    Index("ix_audit_event_at", "at"),
)

# What reviewers and annotators say to each other about an item.
item_remark = Table(
    "item_remark",
    metadata,
    id_column(),
    project_id_column(),
    Column("item_id", BigId, ForeignKey("item.id"), nullable=False),
    Column("annotator_id", BigId, ForeignKey("annotator.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_item_remark_item", "item_id"),
)

# What a reviewer decided about an item, append-only: the newest row decides. `class_id` is the class that stands from
# then on, nothing where the item was sent back or a decision was undone. `newest_label_id` is the newest act that the
# reviewer saw: a later one opens the question again. `asked_annotator_id` is who is to answer an item sent back.
review = Table(
    "review",
    metadata,
    id_column(),
    project_id_column(),
    Column("item_id", BigId, ForeignKey("item.id"), nullable=False),
    Column("annotator_id", BigId, ForeignKey("annotator.id"), nullable=False),
    Column("decision", String(20), nullable=False),
    Column("class_id", BigId, ForeignKey("project_class.id"), nullable=True),
    Column("newest_label_id", BigId, nullable=True),
    Column("asked_annotator_id", BigId, ForeignKey("annotator.id"), nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_review_item", "item_id", "id"),
    Index("ix_review_project", "project_id"),
)

# Labels that the newest round holds for errors: what it says of the label `label_id`, by models that never saw it.
# `score` is the chance that those models give the class of the label; the smaller, the likelier the error.
label_suspect = Table(
    "label_suspect",
    metadata,
    id_column(),
    project_id_column(),
    Column("round_id", BigId, ForeignKey("round.id"), nullable=False),
    Column("item_id", BigId, ForeignKey("item.id"), nullable=False),
    Column("label_id", BigId, nullable=False),
    Column("class_id", BigId, ForeignKey("project_class.id"), nullable=False),
    Column("likelier_class_id", BigId, ForeignKey("project_class.id"), nullable=False),
    Column("score", Float, nullable=False),
    UniqueConstraint("project_id", "item_id"),
)

# Work that waits for a worker, and what became of it. `subject_id` is the round or the comparison that it began.
job = Table(
    "job",
    metadata,
    id_column(),
    project_id_column(),
    Column("kind", String(20), nullable=False),
    Column("subject_id", BigId, nullable=True),
    Column("arguments", JSON, nullable=False),
    Column("state", String(20), nullable=False),
    Column("asked_by", String(200), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime, nullable=True),
    Column("heartbeat_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=True),
    Column("cancel_asked_at", UtcDateTime, nullable=True),
    Column("worker", String(300), nullable=True),
    Column("host", String(200), nullable=True),
    Column("process_id", Integer, nullable=True),
    Column("stage", String(100), nullable=False),
    Column("progress", Float, nullable=False),
    Column("error", Text, nullable=True),
    Index("ix_job_state", "state", "id"),
    Index("ix_job_project", "project_id", "id"),
)

# Processes that take jobs. Those that ended without a word are recognised by their silence.
worker = Table(
    "worker",
    metadata,
    id_column(),
    Column("name", String(300), nullable=False, unique=True),
    Column("kinds", JSON, nullable=False),
    Column("host", String(200), nullable=False),
    Column("process_id", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("heartbeat_at", UtcDateTime, nullable=False),
)

# What a watched folder brought: a row for each content of each file, so that nothing is read twice. Size and time of
# change, in nanoseconds, are those of the file when it was read: a file that still has them is not even opened again.
# With an `error` nothing of it was imported.
watched_file = Table(
    "watched_file",
    metadata,
    id_column(),
    project_id_column(),
    Column("name", String(500), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("read_at", UtcDateTime, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("labelled", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("error", Text, nullable=True),
    UniqueConstraint("project_id", "name", "digest"),
    Index("ix_watched_file_project_digest", "project_id", "digest"),
)
