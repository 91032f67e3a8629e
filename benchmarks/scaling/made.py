"""Made-up pools: vectors of 13 classes in 8 languages, the same for the same seed, of any size, on disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lamm_core.files import written_aside
from lamm_core.model.classifier import Classifier

DIMENSION = 512
CLASSES = tuple(f"class {number:02}" for number in range(1, 14))
LANGUAGES = ("ar", "de", "en", "es", "fr", "ja", "pl", "ru")
LABELS = 1_000
_LANGUAGE_SHARES = (0.02, 0.12, 0.6, 0.08, 0.08, 0.05, 0.02, 0.03)
# Classes fall off as 13, 12, ..., 1, and lie so close together that 1,000 labels teach some 60 % of them.
_CLASS_SHARES = np.arange(len(CLASSES), 0, -1) / np.arange(len(CLASSES) + 1).sum()
_CLOSENESS = np.float32(0.12)
_BLOCK = 50_000
_LABELLED, _POOL, _CENTRES = range(3)  # streams of chance

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class MadePool:
    """A pool that is made of numbers alone.

    Attributes:
        folder: where its files lie.
        rows: number of items.
        seed: what all chance comes from.
    """

    folder: Path
    rows: int
    seed: int

    @property
    def path(self) -> Path:
        """Its vectors `(rows, 512)`, of length 1, in single precision, one after the other."""
        return self.folder / f"pool-{self.seed}-{self.rows}.f32"

    @property
    def half_path(self) -> Path:
        """The same in half precision."""
        return self.path.with_suffix(".f16")

    def write(self) -> None:
        """Write its vectors, unless they are there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            with written_aside(self.path) as aside, aside.open("wb") as file:
                for vectors in self._blocks():
                    file.write(vectors.tobytes())

    def write_half(self) -> None:
        """Write its vectors in half precision, unless they are there."""
        self.write()
        if not self.half_path.exists():
            with written_aside(self.half_path) as aside, aside.open("wb") as file:
                for start in range(0, self.rows, _BLOCK):
                    file.write(self.mapped()[start : start + _BLOCK].astype("<f2").tobytes())

    def vectors(self) -> Vectors:
        """`(rows, 512)` in memory."""
        return np.fromfile(self.path, dtype="<f4").reshape(self.rows, DIMENSION)

    def mapped(self) -> Vectors:
        """`(rows, 512)` where they lie on disk."""
        return np.memmap(self.path, dtype="<f4", mode="r", shape=(self.rows, DIMENSION))

    def languages(self) -> NDArray[np.str_]:
        """`(rows,)` language of each item."""
        rng = np.random.default_rng([self.seed, _POOL])
        return rng.choice(np.array(LANGUAGES), size=self.rows, p=_LANGUAGE_SHARES)

    def labelled(self, count: int = LABELS, draw: int = 0) -> tuple[Vectors, list[str]]:
        """Vectors `(count, 512)` and classes of items beside the pool.

        Args:
            count: how many.
            draw: another number gives others.
        """
        vectors, classes = self._drawn(count, np.random.default_rng([self.seed, _LABELLED, draw]))
        return vectors, np.array(CLASSES)[classes].tolist()

    def model(self, draw: int = 0) -> Classifier:
        """The model of 1,000 labels."""
        vectors, classes = self.labelled(draw=draw)
        return Classifier.fit(vectors, classes)

    def weights(self) -> Vectors:
        """`(512, 13)` weights of that model."""
        return np.ascontiguousarray(self.model().softmax_form()[0].T, dtype=np.float32)

    def _blocks(self) -> Iterator[Vectors]:
        for number, start in enumerate(range(0, self.rows, _BLOCK)):
            rng = np.random.default_rng([self.seed, _POOL, number])
            yield self._drawn(min(_BLOCK, self.rows - start), rng)[0]

    def _drawn(self, count: int, rng: np.random.Generator) -> tuple[Vectors, NDArray[np.intp]]:
        centres = np.random.default_rng([self.seed, _CENTRES]).standard_normal((len(CLASSES), DIMENSION), np.float32)
        classes = rng.choice(len(CLASSES), size=count, p=_CLASS_SHARES)
        vectors = rng.standard_normal((count, DIMENSION), np.float32)
        vectors += _CLOSENESS * centres[classes]
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors, classes
