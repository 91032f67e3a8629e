"""What models are fitted on: made-up labels, and those of the catalogue by the default encoder."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lamm_core.experiments.backtest import task_embeddings
from lamm_core.experiments.preparations import prepared_rows
from lamm_core.experiments.tasks import load_task
from lamm_core.files import written_aside
from lamm_core.model.embedding_store import EmbeddingStore
from lamm_core.model.encoders import DEFAULT_ENCODER
from scaling.made import MadePool, Vectors

LABELS = 5_000
_TASK = "catalogue-7"
# As the encoder gave them but for their mean; and as a project's models see them.
_PREPARATIONS = ("plain", "default")


@dataclass(frozen=True, eq=False)
class LabelledSet:
    """Labels to fit a model on, and others to measure it by.

    Attributes:
        name: what they are.
        vectors: `(n, d)` prepared vectors.
        classes: `(n,)`.
        held_out: `(m, d)`.
        held_out_classes: `(m,)`.
    """

    name: str
    vectors: Vectors
    classes: NDArray[np.str_]
    held_out: Vectors
    held_out_classes: NDArray[np.str_]

    def save(self, path: Path) -> None:
        """Write it, whole or not at all."""
        with written_aside(path) as aside, aside.open("wb") as file:
            np.savez(
                file,
                vectors=self.vectors,
                classes=self.classes,
                held_out=self.held_out,
                held_out_classes=self.held_out_classes,
            )

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote; its name is that of the file."""
        with np.load(path, allow_pickle=False) as file:
            return cls(path.stem, *(file[name] for name in ("vectors", "classes", "held_out", "held_out_classes")))


def labelled_sets(scratch: Path, data: Path | None, seed: int) -> Iterator[Path]:
    """Files of the sets, written where they are not there yet; those of the catalogue only where there is `data`."""
    made = scratch / f"made-up {seed}.npz"
    if not made.exists():
        _made_up(made.stem, MadePool(scratch, 0, seed)).save(made)
    yield made
    for preparation in _PREPARATIONS if data is not None else ():
        path = scratch / f"{_TASK} {preparation} {seed}.npz"
        if not path.exists() and data is not None:
            _of_catalogue(path.stem, data, scratch, preparation, seed).save(path)
        yield path


def _made_up(name: str, pool: MadePool) -> LabelledSet:
    parts = (pool.labelled(LABELS, draw) for draw in (1, 2))
    return LabelledSet(name, *(np.asarray(each) for part in parts for each in part))


def _of_catalogue(name: str, data: Path, scratch: Path, preparation: str, seed: int) -> LabelledSet:
    task = load_task(_TASK, data)
    embeddings = task_embeddings(task, EmbeddingStore(scratch / "embeddings", DEFAULT_ENCODER))
    vectors = prepared_rows(task, embeddings, preparation)
    labelled = np.random.default_rng(seed).permutation(task.pool)[:LABELS]
    return LabelledSet(name, vectors[labelled], task.classes[labelled], vectors[task.test], task.classes[task.test])
