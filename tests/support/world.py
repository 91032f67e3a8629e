"""A small project whose true classes the test knows, with embeddings that need no encoder."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler
from sqlalchemy import select, update

from lamm_core.exchange.columns import ColumnMapping
from lamm_core.model.embedding_store import text_key
from lamm_core.records import ItemState, Project, ProjectSettings
from lamm_core.storage.tables import annotator, batch_item, item, label, project_class
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.projects import ensure_annotator as ensure_annotator
from lamm_core.workflow.workspace import Workspace

ENCODER = "test:none"  # no such encoder can be loaded: a test that tries to embed fails
CLASSES = ("desk", "ink", "paper", "pen")
POOL = {"en": 100, "de": 60, "sw": 40}
NOISE = {"en": 0.9, "de": 1.4, "sw": 2.2}
CHECK = 30
TARGETS = {"en": 0.9, "de": 0.9, "sw": 0.9}
DIMENSION = 16
MAPPING = ColumnMapping(text="text", language="language", class_name="class", id="id", split="split")


def world_rows() -> pd.DataFrame:
    """All items with their true classes: columns id, language, text, class, split."""
    rng = np.random.default_rng(7)
    rows = [
        (f"{split}-{language}-{number:03}", language, f"{language} {split} text {number}", rng.choice(CLASSES), split)
        for language, count in POOL.items()
        for split, size in (("pool", count), ("check", CHECK))
        for number in range(size)
    ]
    return pd.DataFrame(rows, columns=["id", "language", "text", "class", "split"], dtype=object)


ROWS = world_rows()
TRUTH: dict[str, str] = dict(zip(ROWS["id"], ROWS["class"], strict=True))


def vectors_of(rows: pd.DataFrame) -> np.ndarray:
    """An embedding for each row: the centre of its class and noise, more of it in smaller languages."""
    centres = dict(zip(CLASSES, np.random.default_rng(1).normal(size=(len(CLASSES), DIMENSION)), strict=True))
    noise = np.random.default_rng(2).normal(size=(len(rows), DIMENSION))
    scale = np.array([NOISE.get(language, 1.0) for language in rows["language"]])[:, None]
    return (np.array([centres[name] for name in rows["class"]]) + scale * noise).astype(np.float32)


def prepared_vectors() -> np.ndarray:
    """What a model of the small project sees of each row of `ROWS`, under the plain preparation."""
    embeddings = vectors_of(ROWS)
    pool = embeddings[(ROWS["split"] == "pool").to_numpy()]
    pipeline = make_pipeline(StandardScaler(with_std=False), Normalizer())
    return np.asarray(pipeline.fit(pool).transform(embeddings))


def add_embeddings(workspace: Workspace, rows: pd.DataFrame = ROWS, encoder: str = ENCODER) -> None:
    """Put the embeddings where a round looks for them."""
    workspace.embedding_store(encoder).append([text_key(text) for text in rows["text"]], vectors_of(rows))


def with_labels(rows: pd.DataFrame, labels: int) -> pd.DataFrame:
    """The rows with the classes of all pool items hidden but of `labels` random ones."""
    pool = np.flatnonzero(rows["split"] == "pool")
    hidden = np.random.default_rng(3).permutation(pool)[labels:]
    shown = rows.copy()
    shown.loc[shown.index[hidden], "class"] = None
    return shown


def settings_of(**changes: Any) -> ProjectSettings:
    """Settings of the small project: no rounds by themselves, no check set that grows, and alike texts stay."""
    usual = ProjectSettings(
        classes=CLASSES,
        targets=dict(TARGETS),
        budget=20,
        strategy="lamm",
        encoder=ENCODER,
        preparation="plain",
        seed=5,
        automatic_rounds=False,
        check_share=0.0,
        near_duplicates=False,
    )
    return replace(usual, **changes)


def make_project(
    workspace: Workspace,
    labels: int = 0,
    rows: pd.DataFrame = ROWS,
    name: str = "small",
    embedded: bool = True,
    **changes: Any,
) -> Project:
    """The small project, imported and embedded; `labels` of its pool items came with their class."""
    project = create_project(workspace, name, settings_of(**changes))
    result = import_table(workspace, project, with_labels(rows, labels), MAPPING)
    assert not result.rejected
    if embedded:
        add_embeddings(workspace, rows, project.settings.encoder)
    return project


@dataclass(frozen=True)
class StoredItem:
    """An item as the tables have it."""

    id: int
    external_id: str
    language: str
    purpose: str
    state: ItemState
    class_name: str | None
    label_id: int | None = field(compare=False, default=None)


def stored_items(workspace: Workspace, project: Project) -> dict[int, StoredItem]:
    """Item id to item, straight from the tables."""
    query = (
        select(item, project_class.c.name)
        .outerjoin(project_class, project_class.c.id == item.c.class_id)
        .where(item.c.project_id == project.id)
        .order_by(item.c.id)
    )
    with workspace.database.read() as connection:
        return {
            row.id: StoredItem(
                row.id, row.external_id, row.language, row.purpose, ItemState(row.state), row.name, row.label_id
            )
            for row in connection.execute(query)
        }


def history(workspace: Workspace, project: Project) -> list[tuple[Any, ...]]:
    """Every act that is stored, oldest first: (item id, annotator, revision, action, class)."""
    query = (
        select(label.c.item_id, annotator.c.name, label.c.revision, label.c.action, project_class.c.name)
        .outerjoin(annotator, annotator.c.id == label.c.annotator_id)
        .outerjoin(project_class, project_class.c.id == label.c.class_id)
        .where(label.c.project_id == project.id)
        .order_by(label.c.id)
    )
    with workspace.database.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def queue_rows(workspace: Workspace, project: Project) -> list[Any]:
    """The queue as stored, in its order."""
    query = (
        select(batch_item)
        .where(batch_item.c.project_id == project.id)
        .order_by(batch_item.c.round_id, batch_item.c.position)
    )
    with workspace.database.read() as connection:
        return list(connection.execute(query))


def end_leases(workspace: Workspace, project: Project) -> None:
    """Let all leases end, as if their time had passed."""
    with workspace.database.write() as connection:
        connection.execute(
            update(batch_item)
            .where(batch_item.c.project_id == project.id, batch_item.c.lease_until.is_not(None))
            .values(lease_until=datetime(2020, 1, 1, tzinfo=UTC))
        )


def gold_rows(**sizes: int) -> pd.DataFrame:
    """So many gold items of each language, each of the class `ink`."""
    rows = [
        (f"gold-{language}-{number:02}", language, f"{language} gold text {number}", "ink", "gold")
        for language, size in sizes.items()
        for number in range(size)
    ]
    return pd.DataFrame(rows, columns=ROWS.columns, dtype=object)


def add_gold(workspace: Workspace, project: Project, **sizes: int) -> list[int]:
    """Import gold items, without embeddings: nobody may need them. Returns the ids of all of the project."""
    result = import_table(workspace, project, gold_rows(**sizes), MAPPING)
    assert not result.rejected
    return [each.id for each in stored_items(workspace, project).values() if each.purpose == "gold"]
