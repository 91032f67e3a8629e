"""The tables of projects, from texts to models; those of teams are in `team_tables`. Migrations make the same ones."""

from typing import Any

from sqlalchemy import (
    JSON,
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
    text,
)

from lamm_core.storage.columns import BigId, UtcDateTime, id_column, metadata, project_id_column


def _figures() -> list[Column[Any]]:
    """What a check set says of a model: a figure, and how far it can be trusted."""
    names = ("estimate", "effective", "low", "high", "proven_low", "proven_high")
    return [Column(name, Float, nullable=True) for name in names]


project = Table(
    "project",
    metadata,
    id_column(),
    Column("name", String(200), nullable=False, unique=True),
    Column("guidelines", Text, nullable=False, default=""),
    Column("budget", Integer, nullable=False),
    Column("strategy", String(100), nullable=False),
    Column("uncertainty", String(100), nullable=False),
    Column("encoder", String(500), nullable=False),
    Column("preparation", String(100), nullable=False),
    Column("seed", Integer, nullable=False),
    Column("lease_minutes", Integer, nullable=False),
    Column("automatic_rounds", Boolean, nullable=False),
    Column("translator", String(500), nullable=False),
    Column("translation_weight", Float, nullable=False),
    Column("use_translations", Boolean, nullable=False),
    Column("metric", String(20), nullable=False),
    Column("check_part", Float, nullable=False),
    Column("check_share", Float, nullable=False),
    Column("check_width", Float, nullable=False),
    Column("price_per_label", Float, nullable=False),
    Column("currency", String(10), nullable=False),
    Column("suggestions", Boolean, nullable=False),
    Column("overlap_share", Float, nullable=False),
    Column("overlap_count", Integer, nullable=False),
    Column("gold_count", Integer, nullable=False),
    Column("gold_feedback", Boolean, nullable=False),
    Column("consensus", String(20), nullable=False),
    Column("near_duplicates", Boolean, nullable=False),
    Column("compared_to", BigId, nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
)

# `added_at` is when a class came to a project that was there already, and `added_after` the number of the newest label
# then; nothing where it was there from the beginning.
project_class = Table(
    "project_class",
    metadata,
    id_column(),
    project_id_column(),
    Column("position", Integer, nullable=False),
    Column("name", String(200), nullable=False),
    Column("added_at", UtcDateTime, nullable=True),
    Column("added_after", BigId, nullable=True),
    UniqueConstraint("project_id", "name"),
)

project_language = Table(
    "project_language",
    metadata,
    id_column(),
    project_id_column(),
    Column("position", Integer, nullable=False),
    Column("language", String(35), nullable=False),
    Column("target", Float, nullable=False),
    UniqueConstraint("project_id", "language"),
)

project_class_target = Table(
    "project_class_target",
    metadata,
    id_column(),
    project_id_column(),
    Column("language", String(35), nullable=False),
    Column("class_id", BigId, ForeignKey("project_class.id"), nullable=False),
    Column("target", Float, nullable=False),
    UniqueConstraint("project_id", "language", "class_id"),
)

annotator = Table(
    "annotator",
    metadata,
    id_column(),
    Column("name", String(200), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
)

# The languages that an annotator is asked about; who has none here is asked about all.
annotator_language = Table(
    "annotator_language",
    metadata,
    id_column(),
    Column("annotator_id", BigId, ForeignKey("annotator.id"), nullable=False),
    Column("language", String(35), nullable=False),
    UniqueConstraint("annotator_id", "language"),
)

# `class_id` and `label_id` repeat what the newest label says, so that training reads one table. `check_order` is the
# random order in which items drawn for a check set are asked; an imported check item has none. `twin_id` is the check
# item that a pool item nearly repeats: 0 where it was compared and repeats none, nothing where it was not compared yet.
# For a check item it is 0 once the pool was compared with it, so that every pair is compared once. `language_guess` is
# how probable a language is that was guessed from the text, until somebody has looked at it; nothing where it was said.
# `duplicate_of_id` is the earlier pool item that this one nearly repeats; `near_duplicates` says what follows.
item = Table(
    "item",
    metadata,
    id_column(),
    project_id_column(),
    Column("external_id", String(500), nullable=False),
    Column("language", String(35), nullable=False),
    Column("text", Text, nullable=False),
    Column("text_key", LargeBinary(16), nullable=False),
    Column("purpose", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("class_id", BigId, ForeignKey("project_class.id"), nullable=True),
    Column("label_id", BigId, nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("check_order", Float, nullable=True),
    Column("twin_id", BigId, nullable=True),
    Column("language_guess", Float, nullable=True),
    Column("duplicate_of_id", BigId, nullable=True),
    UniqueConstraint("project_id", "external_id"),
    Index("ix_item_project_text_key", "project_id", "text_key"),
    Index("ix_item_project_purpose_state_language", "project_id", "purpose", "state", "language"),
    # Few languages are guessed, and nobody has looked at fewer still.
    Index(
        "ix_item_language_guess",
        "project_id",
        "language_guess",
        sqlite_where=text("language_guess IS NOT NULL"),
        postgresql_where=text("language_guess IS NOT NULL"),
    ),
    Index(
        "ix_item_duplicate_of",
        "project_id",
        "duplicate_of_id",
        sqlite_where=text("duplicate_of_id IS NOT NULL"),
        postgresql_where=text("duplicate_of_id IS NOT NULL"),
    ),
    # Few of many items nearly repeat a check item, and few were imported for a check set.
    Index(
        "ix_item_twin",
        "project_id",
        "language",
        "state",
        sqlite_where=text("twin_id > 0"),
        postgresql_where=text("twin_id > 0"),
    ),
    Index(
        "ix_item_imported_check",
        "project_id",
        "purpose",
        "language",
        "state",
        sqlite_where=text("check_order IS NULL AND purpose <> 'pool'"),
        postgresql_where=text("check_order IS NULL AND purpose <> 'pool'"),
    ),
)

# How many items of each purpose and language a project has: to count a million of them takes longer than a page may.
# Whatever adds items, or changes what they are for or their language, has them counted anew (`items.count_anew`).
item_total = Table(
    "item_total",
    metadata,
    Column("project_id", BigId, ForeignKey("project.id"), primary_key=True, autoincrement=False),
    Column("purpose", String(10), primary_key=True),
    Column("language", String(35), primary_key=True),
    Column("total", BigId, nullable=False),
)

# Append-only: an edit or an undo is a further revision, and nothing is ever overwritten. `suggested_class_id` is the
# model's suggestion that the annotator saw, if there was one.
label = Table(
    "label",
    metadata,
    id_column(),
    project_id_column(),
    Column("item_id", BigId, ForeignKey("item.id"), nullable=False),
    Column("annotator_id", BigId, ForeignKey("annotator.id"), nullable=True),
    Column("revision", Integer, nullable=False),
    Column("action", String(10), nullable=False),
    Column("class_id", BigId, ForeignKey("project_class.id"), nullable=True),
    Column("source", String(10), nullable=False),
    Column("seconds", Float, nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("comment", Text, nullable=True),
    Column("flagged", Boolean, nullable=False),
    Column("suggested_class_id", BigId, ForeignKey("project_class.id"), nullable=True),
    UniqueConstraint("item_id", "annotator_id", "revision"),
    Index("ix_label_project_annotator", "project_id", "annotator_id", "id"),
    Index("ix_label_project", "project_id", "id"),
    # Who said what of which item, item by item, without a look at the rows.
    Index("ix_label_opinion", "project_id", "item_id", "annotator_id", "action", "class_id", "id"),
    # What people did, in the order of time; labels of an import would hide it.
    Index(
        "ix_label_of_people",
        "project_id",
        "created_at",
        "id",
        sqlite_where=text("source = 'human'"),
        postgresql_where=text("source = 'human'"),
    ),
    # Few acts follow another one of the same person on the same item.
    Index(
        "ix_label_further",
        "project_id",
        "item_id",
        "annotator_id",
        sqlite_where=text("revision > 1"),
        postgresql_where=text("revision > 1"),
    ),
    # What somebody has to look at is little among many labels. By action as well, which no other index offers, so that
    # no other one is taken instead.
    Index(
        "ix_label_flagged",
        "project_id",
        "action",
        "id",
        sqlite_where=text("flagged = 1"),
        postgresql_where=text("flagged"),
    ),
    Index(
        "ix_label_commented",
        "project_id",
        "action",
        "id",
        sqlite_where=text("comment IS NOT NULL"),
        postgresql_where=text("comment IS NOT NULL"),
    ),
)

# What a translator gave for an item, and so what is never paid for again. Without a text: it was asked and had none.
translation = Table(
    "translation",
    metadata,
    id_column(),
    project_id_column(),
    Column("item_id", BigId, ForeignKey("item.id"), nullable=False),
    Column("language", String(35), nullable=False),
    Column("text", Text, nullable=True),
    Column("text_key", LargeBinary(16), nullable=True),
    Column("translator", String(500), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("project_id", "item_id", "language"),
)

round_ = Table(
    "round",
    metadata,
    id_column(),
    project_id_column(),
    Column("number", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("stage", String(100), nullable=False),
    Column("progress", Float, nullable=False),
    Column("error", Text, nullable=True),
    Column("host", String(200), nullable=True),
    Column("process_id", Integer, nullable=True),
    Column("heartbeat_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=True),
    Column("strategy", String(100), nullable=True),
    Column("uncertainty", String(100), nullable=True),
    Column("metric", String(20), nullable=True),
    Column("labels", Integer, nullable=True),
    Column("newest_label_id", BigId, nullable=True),
    Column("seconds_embed", Float, nullable=True),
    Column("seconds_fit", Float, nullable=True),
    Column("seconds_select", Float, nullable=True),
    Column("seconds_queue", Float, nullable=True),
    UniqueConstraint("project_id", "number"),
    Index(
        "uq_round_running",
        "project_id",
        unique=True,
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
)

round_language = Table(
    "round_language",
    metadata,
    id_column(),
    Column("round_id", BigId, ForeignKey("round.id"), nullable=False),
    Column("language", String(35), nullable=False),
    Column("target", Float, nullable=False),
    Column("correct", Integer, nullable=False),
    Column("checked", Integer, nullable=False),
    Column("weight", Float, nullable=True),
    Column("quota", Integer, nullable=False),
    Column("pool", Integer, nullable=False),
    Column("labels", Integer, nullable=False),
    *_figures(),
    Column("score", Float, nullable=True),
    UniqueConstraint("round_id", "language"),
)

# The same for single classes of a language, where a class has a target of its own.
round_class = Table(
    "round_class",
    metadata,
    id_column(),
    Column("round_id", BigId, ForeignKey("round.id"), nullable=False),
    Column("language", String(35), nullable=False),
    Column("class_id", BigId, ForeignKey("project_class.id"), nullable=False),
    Column("target", Float, nullable=False),
    Column("correct", Integer, nullable=False),
    Column("checked", Integer, nullable=False),
    *_figures(),
    UniqueConstraint("round_id", "language", "class_id"),
)

# How texts of a language differed from its check set when a round looked: all others of the language, or the newest.
# `look` counts the looks of the project; a round that found the same texts as the one before repeats what that one saw.
# `unlike` has the ids of the items that were least like the check set.
round_drift = Table(
    "round_drift",
    metadata,
    id_column(),
    Column("round_id", BigId, ForeignKey("round.id"), nullable=False),
    Column("language", String(35), nullable=False),
    Column("part", String(10), nullable=False),
    Column("checked", Integer, nullable=False),
    Column("texts", Integer, nullable=False),
    Column("since", UtcDateTime, nullable=True),
    Column("look", Integer, nullable=False),
    Column("p_value", Float, nullable=True),
    Column("share", Float, nullable=True),
    Column("low", Float, nullable=True),
    Column("high", Float, nullable=True),
    Column("found", Boolean, nullable=False),
    Column("unlike", JSON, nullable=False),
    UniqueConstraint("round_id", "language", "part"),
)

# `classes` are those that the model can answer; nothing where an earlier version of the program fitted it.
model_version = Table(
    "model_version",
    metadata,
    id_column(),
    project_id_column(),
    Column("round_id", BigId, ForeignKey("round.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("file", String(500), nullable=False),
    Column("encoder", String(500), nullable=False),
    Column("labels", Integer, nullable=False),
    Column("data_key", String(64), nullable=False),
    Column("settings", JSON, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("classes", JSON, nullable=True),
    UniqueConstraint("project_id", "number"),
)

# Strategies replayed on a project's own labels. `result` is what the page shows, once it is done.
comparison = Table(
    "comparison",
    metadata,
    id_column(),
    project_id_column(),
    Column("state", String(10), nullable=False),
    Column("strategies", JSON, nullable=False),
    Column("seeds", Integer, nullable=False),
    Column("preparation", String(100), nullable=False),
    Column("stage", String(100), nullable=False),
    Column("progress", Float, nullable=False),
    Column("error", Text, nullable=True),
    Column("host", String(200), nullable=True),
    Column("process_id", Integer, nullable=True),
    Column("heartbeat_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=True),
    Column("result", JSON, nullable=True),
    Index(
        "uq_comparison_running",
        "project_id",
        unique=True,
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
)

# The queue. A lease is the pair (annotator_id, lease_until); an entry is open until `closed_at` is set, and
# `closed_by` is whose act did it. An item that several annotators are to label has an entry for each, its copies,
# numbered from 0. An entry that a reviewer sent back is open once more, for `asked_annotator_id` alone.
batch_item = Table(
    "batch_item",
    metadata,
    id_column(),
    project_id_column(),
    Column("round_id", BigId, ForeignKey("round.id"), nullable=False),
    Column("item_id", BigId, ForeignKey("item.id"), nullable=False),
    Column("language", String(35), nullable=False),
    Column("position", Integer, nullable=False),
    Column("score", Float, nullable=True),
    Column("annotator_id", BigId, ForeignKey("annotator.id"), nullable=True),
    Column("lease_until", UtcDateTime, nullable=True),
    Column("closed_at", UtcDateTime, nullable=True),
    Column("copy", Integer, nullable=False),
    Column("closed_by", BigId, ForeignKey("annotator.id"), nullable=True),
    Column("suggested_class_id", BigId, ForeignKey("project_class.id"), nullable=True),
    Column("asked_annotator_id", BigId, ForeignKey("annotator.id"), nullable=True),
    UniqueConstraint("round_id", "item_id", "copy"),
    Index("ix_batch_item_item", "item_id"),
    # What is open, in the order in which it is handed out, however much was labelled before.
    Index(
        "ix_batch_item_open",
        "project_id",
        "round_id",
        "position",
        "copy",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(
        "ix_batch_item_held",
        "annotator_id",
        sqlite_where=text("annotator_id IS NOT NULL"),
        postgresql_where=text("annotator_id IS NOT NULL"),
    ),
    Index(
        "ix_batch_item_asked",
        "asked_annotator_id",
        sqlite_where=text("asked_annotator_id IS NOT NULL"),
        postgresql_where=text("asked_annotator_id IS NOT NULL"),
    ),
    # Most projects have no copies, and learn it here at once.
    Index("ix_batch_item_copies", "project_id", sqlite_where=text("copy > 0"), postgresql_where=text("copy > 0")),
)
