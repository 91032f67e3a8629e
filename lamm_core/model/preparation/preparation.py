"""A preparation: fitted on the pool without labels, applied to any text, kept in a folder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lamm_core.errors import InvalidInput, ModelUnreadable
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.preparation.array_folder import read_arrays, write_arrays
from lamm_core.model.preparation.centring import Centring, Languages, fit_language_centring, fit_pool_centring
from lamm_core.model.preparation.lexical import Lexical, below, fit_lexical
from lamm_core.model.preparation.names import parse_preparation, preparation_name
from lamm_core.model.preparation.rotation import Rotation, fit_rotation
from lamm_core.model.preparation.smoothing import Smoothing, fit_smoothing
from lamm_core.model.threads import with_one_thread

Names = Sequence[str] | NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Preparation:
    """A fitted preparation.

    Attributes:
        name: its parts joined by commas, or `plain`.
        vectors: `(p, e)` the pool, prepared, of length 1, or a little less where they were rotated.
        centring: the means that are taken away.
        lexical: the views of the texts; None where they play no part.
        smoothing: the neighbours; None where they play no part.
        rotation: what shortens the vectors; None where they are short enough.
    """

    name: str
    vectors: Vectors
    centring: Centring
    lexical: Lexical | None = None
    smoothing: Smoothing | None = None
    rotation: Rotation | None = None

    @with_one_thread
    def transform(self, embeddings: Vectors, texts: Sequence[str], languages: Names) -> Vectors:
        """Prepare texts that are not in the pool.

        A text's vector depends on that text and the pool alone. A text of the pool given here would find itself
        among its neighbours: what it is to be is in `vectors`.

        Args:
            embeddings: `(n, d)` as the encoder gave them.
            texts: `(n,)`.
            languages: `(n,)`; a language that the pool does not have is centred on the pool's mean.

        Returns:
            `(n, e)` float32 like `vectors`; an embedding that equals its mean, and has nothing else, is 0.

        Raises:
            InvalidInput: the three do not fit each other, or the embeddings do not fit the pool's.
        """
        raw, names = _checked(embeddings, texts, languages)
        if raw.shape[1] != self.dimension:
            raise InvalidInput(
                f"The embeddings have {raw.shape[1]} numbers a text, and those of the pool {self.dimension}."
            )
        vectors = self.centring.apply(raw, names)
        if self.lexical is not None:
            vectors = self.lexical.apply(vectors, texts, names)
        if self.smoothing is not None:
            vectors = self.smoothing.apply(vectors)
        return vectors if self.rotation is None else self.rotation.apply(vectors)

    @property
    def dimension(self) -> int:
        """Numbers that an encoder must give a text."""
        return len(self.centring.elsewhere)

    def without_pool(self) -> Self:
        """The same for texts that are not in the pool, without the prepared vectors of those that are."""
        return replace(self, vectors=self.vectors[:0])

    def save(self, folder: Path) -> None:
        """Write it into a folder, aside first; one that is there is replaced.

        Raises:
            OSError: it cannot be written.
        """
        parts = {
            "centring": self.centring,
            "lexical": self.lexical,
            "smoothing": self.smoothing,
            "rotation": self.rotation,
        }
        arrays = {
            f"{part}.{name}": array
            for part, made in parts.items()
            if made is not None
            for name, array in made.arrays().items()
        }
        write_arrays(folder, {"preparation": self.name}, {"vectors": self.vectors, **arrays})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; the vectors stay on disk and are mapped into memory.

        Raises:
            ModelUnreadable: the folder is missing or damaged.
        """
        about, arrays = read_arrays(folder)
        try:
            name = str(about["preparation"])
            parts = parse_preparation(name)
            return cls(
                name,
                arrays["vectors"],
                Centring.from_arrays(below("centring", arrays)),
                Lexical.from_arrays(below("lexical", arrays)) if "lexical" in parts else None,
                Smoothing.from_arrays(below("smoothing", arrays)) if "smooth" in parts else None,
                Rotation.from_arrays(below("rotation", arrays)) if "rotation.axes" in arrays else None,
            )
        except (KeyError, InvalidInput) as error:
            raise ModelUnreadable(f"The preparation {folder} is not whole ({error}).") from error


def load_preparation(folder: Path) -> Preparation:
    """The preparation in a folder; see `Preparation.load`."""
    return Preparation.load(folder)


@with_one_thread
def fit_preparation(name: str, embeddings: Vectors, texts: Sequence[str], languages: Names) -> Preparation:
    """Fit a preparation on the pool. Labels play no part, and the same pool always gives the same numbers.

    Args:
        name: as for `parse_preparation`.
        embeddings: `(p, d)` of all pool items, as the encoder gave them.
        texts: `(p,)` their texts.
        languages: `(p,)` their languages.

    Raises:
        UnknownPreparation: see `parse_preparation`.
        InvalidInput: the pool is empty, or the three do not fit each other.
    """
    parts = parse_preparation(name)
    pool, names = _checked(embeddings, texts, languages)
    if not len(pool):
        raise InvalidInput("A preparation is fitted on the pool, and the pool has 0 texts.")
    centring = fit_language_centring(pool, names) if "centre" in parts else fit_pool_centring(pool)
    vectors = centring.apply(pool, names)
    lexical, smoothing = None, None
    if "lexical" in parts:
        lexical, vectors = fit_lexical(pool, vectors, texts, names)
    if "smooth" in parts:
        smoothing, vectors = fit_smoothing(vectors)
    rotation = fit_rotation(vectors)
    if rotation is not None:
        vectors = rotation.apply(vectors)
    return Preparation(preparation_name(parts), vectors, centring, lexical, smoothing, rotation)


def _checked(embeddings: Vectors, texts: Sequence[str], languages: Names) -> tuple[Vectors, Languages]:
    raw = np.ascontiguousarray(embeddings, dtype=np.float32)
    if raw.ndim != 2 or not len(raw) == len(texts) == len(languages):
        raise InvalidInput(
            f"Each text needs an embedding and a language; got {len(texts)} texts, {len(languages)} languages and "
            f"embeddings of shape {raw.shape}."
        )
    if not np.isfinite(raw).all():
        raise InvalidInput(f"The embeddings of {len(raw)} texts hold numbers that are not finite.")
    return raw, np.asarray(languages, dtype=np.str_)
