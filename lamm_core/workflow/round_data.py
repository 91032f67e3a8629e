"""What a round works on, read once at its start."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.embedding_store import Vectors
from lamm_core.records import ItemState, OpenItems, Project, Purpose
from lamm_core.storage import items, labels, queue
from lamm_core.storage.items import ItemTable
from lamm_core.workflow.workspace import Workspace, utc_now


@dataclass(frozen=True, eq=False)
class RoundData:
    """All items of a project with their embeddings.

    Attributes:
        pool: all items of the pool.
        pool_vectors: `(n, d)` their embeddings.
        check: all items of the check set.
        check_vectors: `(m, d)` their embeddings.
        open_items: what is still open in earlier batches.
        newest_label_id: the newest act that the round has seen.
    """

    pool: ItemTable
    pool_vectors: Vectors
    check: ItemTable
    check_vectors: Vectors
    open_items: OpenItems
    newest_label_id: int | None

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """`(n,)` pool items that have a label."""
        return np.asarray(self.pool.states == ItemState.LABELLED)

    @property
    def selectable(self) -> NDArray[np.bool_]:
        """`(n,)` pool items that may be chosen: no label, in no batch, not skipped."""
        return np.asarray(self.pool.states == ItemState.UNLABELLED)


def read_round_data(workspace: Workspace, project: Project) -> RoundData:
    """Read items and embeddings as they are now.

    Items that were imported while the others were being embedded have no embedding yet; they wait for the next round.
    """
    with workspace.database.read() as connection:
        pool = items.read_items(connection, project.id, Purpose.POOL)
        check = items.read_items(connection, project.id, Purpose.CHECK)
        open_items = queue.count_open(connection, project.id, utc_now())
        newest = labels.newest_label_id(connection, project.id)
    store = workspace.embedding_store(project.settings.encoder)
    pool = pool.where(store.rows_of(pool.keys) >= 0)
    check = check.where(store.rows_of(check.keys) >= 0)
    return RoundData(pool, store.vectors(pool.keys), check, store.vectors(check.keys), open_items, newest)
