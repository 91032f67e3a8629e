"""The next batch straight from the vectors of a pool, in memory or on disk, with no table of probabilities.

A block of vectors is multiplied by the weights of the model, turned into scores while it is in the processor's cache,
and forgotten but for the best items of each language. So a pool of any size takes the memory of a few blocks.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lamm_core.errors import InvalidInput
from lamm_core.model.classifier import Classifier
from lamm_core.model.threads import with_one_thread
from lamm_core.model.vector_blocks import BLOCK_ROWS, VectorFile, Vectors, blocks
from lamm_core.selection.arrays import FloatArray, IntArray, LanguageArray
from lamm_core.selection.checks import tie_order
from lamm_core.selection.logits import LOGIT_UNCERTAINTIES, LogitUncertainty
from lamm_core.selection.selected import Selection
from lamm_core.selection.standing import Observation
from lamm_core.selection.strategies import Strategy
from lamm_core.selection.streaming import CodedLanguages, check_streamable, select_from_scores
from lamm_core.selection.uncertainty import Uncertainty, uncertainty_scores


@with_one_thread
def select_from_pool(
    classifier: Classifier,
    vectors: Vectors | VectorFile,
    languages: Sequence[str] | LanguageArray | CodedLanguages,
    accuracy: Mapping[str, float],
    targets: Mapping[str, float],
    budget: int,
    strategy: str | Strategy = "lamm",
    uncertainty: str | Uncertainty = "entropy",
    ids: ArrayLike | None = None,
    rng: np.random.Generator | None = None,
    *,
    among: NDArray[np.bool_] | None = None,
    labels: Mapping[str, int] | None = None,
    checked: Mapping[str, int] | None = None,
    history: Sequence[Observation] = (),
) -> Selection:
    """Choose the next items to label: `select_batch` of the model's probabilities, without making them.

    Args:
        classifier: the model.
        vectors: `(n, d)` prepared vectors of the pool, or the file that holds them; half precision will do.
        languages: `(n,)` language of each item; `CodedLanguages` saves the time to code them.
        accuracy, targets, labels, checked, history: as for `select_batch`.
        budget: number of items to choose, at least 1.
        strategy: one that ranks items by their own score: see `check_streamable`.
        uncertainty: a name in `UNCERTAINTIES`, or a function `(n, k) -> (n,)`; ignored by strategies that name one
            of their own, or that score by chance.
        ids: `(n,)` identifiers that order exact ties; without them ties go by position.
        rng: source of chance for strategies that score by it; None takes fresh entropy.
        among: `(n,)` the items that may be chosen; None for all.

    Returns:
        A `Selection`; its indices are positions in the pool.

    Raises:
        InvalidChoice: the strategy needs the whole pool at once.
        InvalidInput: vectors, languages and ids are not of one length, or the vectors not those of the model.
        InvalidScores: a vector is not finite.
        EmbeddingStoreDamaged, OSError: the file cannot be read.
        InvalidBudget, InvalidAccuracy, InvalidWeights, MissingTarget, UnknownStrategy: as for `select_batch`.

    Source: LAMM (CIKM 2023), section 3, Eq. (1).
    """
    parts = check_streamable(strategy)
    coded = languages if isinstance(languages, CodedLanguages) else CodedLanguages.of(languages)
    if len(vectors) != len(coded):
        raise InvalidInput(f"There are {len(vectors)} vectors and {len(coded)} languages; there must be one each.")
    ranks = None if ids is None else np.argsort(tie_order(ids, len(coded)))
    scores: Iterable[FloatArray]
    if parts.random_scores:
        scores = [_chance(len(coded), ranks, np.random.default_rng() if rng is None else rng)]
    else:
        scores = pool_scores(classifier, vectors, parts.uncertainty or uncertainty)
    return select_from_scores(
        scores,
        coded,
        accuracy,
        targets,
        budget,
        parts,
        tie_order=ranks,
        among=among,
        labels=labels,
        checked=checked,
        history=history,
    )


def pool_scores(
    classifier: Classifier, vectors: Vectors | VectorFile, uncertainty: str | Uncertainty
) -> Iterator[FloatArray]:
    """The uncertainty of every vector, block after block.

    Args:
        classifier: the model.
        vectors: `(n, d)`, or the file that holds them.
        uncertainty: a name in `UNCERTAINTIES`, or a function `(n, k) -> (n,)`.

    Yields:
        `(b,)` scores of the next vectors; larger means label sooner.

    Raises:
        UnknownStrategy: no function is registered under the name.
        InvalidInput: the vectors are not those of the model.
    """
    quick = LOGIT_UNCERTAINTIES.get(uncertainty) if isinstance(uncertainty, str) else None
    if quick is None or not classifier.is_softmax:
        for block in blocks(vectors):
            yield uncertainty_scores(uncertainty, classifier.predict_proba(block))
        return
    logits = _Logits(classifier, quick)
    for block in blocks(vectors):
        yield logits.scores(block)


class _Logits:
    """A linear model and the memory for a block of its logits, which is used again for the next one."""

    def __init__(self, classifier: Classifier, uncertainty: LogitUncertainty) -> None:
        weights, intercepts = classifier.softmax_form()
        self._weights = np.ascontiguousarray(weights.T, dtype=np.float32)
        self._intercepts = intercepts.astype(np.float32)[:, None]
        self._uncertainty = uncertainty
        classes = len(weights)
        self._by_item = np.empty((BLOCK_ROWS, classes), dtype=np.float32)
        self._by_class = np.empty((classes, BLOCK_ROWS), dtype=np.float32)

    def scores(self, block: Vectors) -> FloatArray:
        """`(b,)` uncertainty of vectors `(b, d)`."""
        if block.shape[1] != len(self._weights):
            raise InvalidInput(f"The vectors have {block.shape[1]} numbers, and the model takes {len(self._weights)}.")
        size = len(block)
        # BLAS is quickest with the items in rows, everything after it with the classes in rows.
        by_item = np.matmul(block, self._weights, out=self._by_item[:size])
        return self._uncertainty(np.add(by_item.T, self._intercepts, out=self._by_class[:, :size]))


def _chance(n: int, ranks: IntArray | None, rng: np.random.Generator) -> FloatArray:
    """`(n,)` one number by chance for each item: that of its rank, so that the order of the pool decides nothing."""
    numbers = rng.random(n)
    return numbers if ranks is None else numbers[ranks]
