"""The best texts of a part: those that a model is least certain of, in each language."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.classifier import Classifier
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.preparation.preparation import Preparation
from lamm_core.outside_pool.blocks import Block, Eligible, read_with_embeddings
from lamm_core.outside_pool.embedding_file import EmbeddingPlace
from lamm_core.outside_pool.files import BLOCK, Columns, Part
from lamm_core.outside_pool.shortlist import Shortlist, hopeful, merge
from lamm_core.selection.arrays import FloatArray, IntArray
from lamm_core.selection.uncertainty import Uncertainty, uncertainty_scores


@dataclass(frozen=True, eq=False)
class Best(Shortlist):
    """The best texts of each language, best first.

    Attributes:
        scores: `(m,)` uncertainty; larger means label sooner.
        predicted: `(m,)` likeliest class.
    """

    ROWS: ClassVar[tuple[str, ...]] = (*Shortlist.ROWS, "scores", "predicted")

    scores: FloatArray
    predicted: NDArray[np.str_]

    @property
    def order(self) -> NDArray[Any]:
        """`(m,)` highest score first."""
        return -self.scores

    @classmethod
    def none(cls, limit: int) -> "Best":
        """The best of nothing."""
        names = np.empty(0, dtype=np.str_)
        return cls(limit, names, names, np.empty(0, dtype=np.object_), {}, np.empty(0), names)


@dataclass(frozen=True, eq=False)
class PoolModel:
    """What gives a text its score; it travels to every worker once.

    Attributes:
        preparation: fitted on a sample of the pool; see `sample`. Without the vectors that it was fitted on.
        classifier: fitted on prepared vectors.
        uncertainty: name of a registered uncertainty, or a function; see `selection.uncertainty`.
    """

    preparation: Preparation
    classifier: Classifier
    uncertainty: str | Uncertainty = "entropy"

    def __post_init__(self) -> None:
        # They are of no use here, and would travel along.
        object.__setattr__(self, "preparation", self.preparation.without_pool())

    def score(
        self, embeddings: Vectors, texts: Sequence[str], languages: NDArray[np.str_]
    ) -> tuple[FloatArray, IntArray]:
        """Uncertainty and likeliest class of at most `BLOCK` texts.

        Always as many rows are computed at a time, as a product of another shape may differ in the last digit: so the
        score of a text does not depend on the texts around it, nor on how a pool is cut.

        Args:
            embeddings: `(b, d)` as the encoder gave them.
            texts: `(b,)`.
            languages: `(b,)`.

        Returns:
            `(b,)` larger means label sooner, and `(b,)` places in `classifier.classes`.
        """
        size = len(embeddings)
        full = np.zeros((BLOCK, embeddings.shape[1]), dtype=np.float32)
        full[:size] = embeddings
        more = BLOCK - size
        prepared = self.preparation.transform(
            full, [*texts, *[""] * more], np.append(languages, np.zeros(more, dtype=np.str_))
        )
        probabilities = self.classifier.predict_proba(prepared)[:size]
        return uncertainty_scores(self.uncertainty, probabilities), probabilities.argmax(axis=1)


@dataclass(frozen=True, eq=False)
class ScorePart:
    """Work on a part: its best texts.

    Attributes:
        columns: names of the pool's columns.
        place: where its embeddings are.
        model: what gives scores.
        count: how many are wanted of each language; a batch of B never needs more than B.
        eligible: which texts may be chosen.
    """

    columns: Columns
    place: EmbeddingPlace
    model: PoolModel
    count: int
    eligible: Eligible = field(default_factory=Eligible)

    uses_gpu: ClassVar[bool] = False

    def __call__(self, part: Part) -> Best:
        """The best of one part, best first in each language.

        Raises:
            MissingVectors, EmbeddingStoreDamaged, UnreadableFile, MissingColumn, StorageUnavailable: see
                `read_with_embeddings`.
            InvalidInput: the embeddings do not fit the preparation.
        """
        blocks = read_with_embeddings(part, self.columns, self.place)
        return merge(chain([Best.none(self.count)], map(self._best_of, blocks)))

    def _best_of(self, block: Block) -> Best:
        names, codes = block.language_codes
        texts = block.rows.column("text").to_pylist()
        scores, predicted = self.model.score(block.embeddings, texts, np.asarray(names)[codes])
        allowed = self.eligible.rows(block)
        rows = allowed[hopeful(codes[allowed], -scores[allowed], self.count)]
        return Best(
            limit=self.count,
            counts=block.counts(allowed),
            scores=scores[rows],
            predicted=np.asarray(self.model.classifier.classes)[predicted[rows]],
            **block.shortlisted(rows),
        )
