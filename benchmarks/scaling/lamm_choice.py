"""LAMM's own choice as the benchmark calls it: a batch with its split over languages, from memory or from disk."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.classifier import Classifier
from lamm_core.model.pool_selection import select_from_pool
from lamm_core.model.vector_blocks import VectorFile
from lamm_core.selection import Selection, select_batch
from lamm_core.selection.streaming import CodedLanguages
from scaling.made import LANGUAGES, Vectors

# Where a project stands in the middle: every language has a gap, and no two of them the same one.
TARGETS = dict.fromkeys(LANGUAGES, 0.9)
ACCURACY = {language: 0.55 + 0.03 * place for place, language in enumerate(LANGUAGES)}


def ready_to_choose(
    model: Classifier, vectors: Vectors | VectorFile, languages: NDArray[np.str_], uncertainty: str
) -> Callable[[int], Selection]:
    """What chooses so many items. The languages are coded before, as a project keeps them."""
    coded = CodedLanguages.of(languages)
    return lambda budget: select_from_pool(model, vectors, coded, ACCURACY, TARGETS, budget, uncertainty=uncertainty)


def plainly_chosen(
    model: Classifier, vectors: Vectors, languages: NDArray[np.str_], uncertainty: str, budget: int
) -> Selection:
    """The same batch by way of a table of probabilities, to hold the quick way against."""
    return select_batch(model.predict_proba(vectors), languages, ACCURACY, TARGETS, budget, uncertainty=uncertainty)
