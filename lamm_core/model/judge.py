"""The judge: what is the class of a text, asked of all labels but those of its own fold.

It learns from the check items too, which the model never may, and so it foretells where the model errs. Every text,
labelled or not, belongs to a fold by chance and is judged without the labels of that fold; so the check items are
judged exactly as the rest of the population is. Half of its word comes from a logistic regression like the model's,
half from the nearest labelled texts, which see what is rare: together they explain more of the model's errors than
either alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamm_core.errors import NotEnoughLabels
from lamm_core.model.classifier import fit_logistic_regression
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.threads import with_one_thread

FOLDS = 5
# Sharpness of the neighbours' vote, exp(16 cos): a text at a cosine of 0.9 counts five times one at 0.8.
_SHARPNESS = 16.0
_CHUNK = 2048

_Codes = NDArray[np.intp]
_Floats = NDArray[np.float64]
# Known vectors `(m, d)`, their classes `(m,)`, texts `(n, d)` -> the class that a model of the known predicts of each.
Ask = Callable[[Vectors, _Codes, Vectors], _Codes]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Texts whose class is known.

    Attributes:
        vectors: `(m, d)` prepared vectors.
        classes: `(m,)` class as a number, below k.
        folds: `(m,)` fold of each, below `FOLDS`.
    """

    vectors: Vectors
    classes: _Codes
    folds: NDArray[np.intp]


def draw_folds(keys: Sequence[bytes], seed: int) -> NDArray[np.intp]:
    """Fold of each text, by chance but the same whenever and wherever it is asked.

    Args:
        keys: n keys of texts, see `embedding_store.text_key`; equal texts fall into one fold, so that none is judged by
            its own copy.
        seed: other seeds give other folds.
    """
    # Mixed as in SplitMix64 (Steele, Lea and Flood, 2014), so that no seed's folds are those of another.
    mixed = np.array([int.from_bytes(key[:8], "little") for key in keys], dtype=np.uint64)
    mixed ^= np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return ((mixed ^ (mixed >> np.uint64(31))) % np.uint64(FOLDS)).astype(np.intp)


@with_one_thread
def judge(labelled: Labelled, vectors: Vectors, folds: NDArray[np.intp], classes: int, seed: int = 0) -> _Floats:
    """Class probabilities of texts, each asked of the labels outside its own fold.

    Args:
        labelled: all labels, of training and check items alike.
        vectors: `(n, d)` prepared vectors of the texts to judge.
        folds: `(n,)` fold of each.
        classes: number of classes, k.
        seed: makes the fits repeatable.

    Returns:
        `(n, k)`, rows sum to 1; equal chances where the other folds have labels of fewer than two classes.
    """
    chances = np.full((len(vectors), classes), 1 / classes)
    for fold in range(FOLDS):
        rows, outside = np.flatnonzero(folds == fold), labelled.folds != fold
        if not len(rows):
            continue
        known, names = labelled.vectors[outside], labelled.classes[outside]
        try:
            model = fit_logistic_regression(known, names, seed)
        except NotEnoughLabels:
            continue
        of_model = np.zeros((len(rows), classes))
        of_model[:, model.classes_] = model.predict_proba(vectors[rows])
        chances[rows] = (of_model + _vote(known, names, vectors[rows], classes)) / 2
    return chances


@with_one_thread
def predict_outside(labelled: Labelled, vectors: Vectors, folds: NDArray[np.intp], ask: Ask) -> _Codes:
    """Class that a model without the labels of the text's own fold predicts for each text, `(n,)`.

    For texts that the model was fitted on: what it says of those is no more than what it was told.

    Args:
        labelled: what the model was fitted on.
        vectors: `(n, d)` prepared vectors of the texts to predict.
        folds: `(n,)` fold of each.
        ask: fits a model like the one in question, and asks it.

    Raises:
        NotEnoughLabels: without one of the folds, the labels are of fewer than two classes.
    """
    predicted = np.zeros(len(vectors), dtype=np.intp)
    for fold in range(FOLDS):
        rows, outside = np.flatnonzero(folds == fold), labelled.folds != fold
        if len(rows):
            predicted[rows] = ask(labelled.vectors[outside], labelled.classes[outside], vectors[rows])
    return predicted


def _vote(known: Vectors, names: _Codes, vectors: Vectors, classes: int) -> _Floats:
    """Share of each class among the labelled texts, near ones counting most, `(n, k)`."""
    of_class = np.eye(classes, dtype=np.float32)[names]
    votes = np.empty((len(vectors), classes))
    for start in range(0, len(vectors), _CHUNK):
        part = slice(start, start + _CHUNK)
        # Vectors are of about unit length; the largest is taken off so that no weight overflows.
        closeness = _SHARPNESS * (vectors[part] @ known.T)
        weight = np.exp(closeness - closeness.max(axis=1, keepdims=True))
        votes[part] = weight @ of_class
    totals = votes.sum(axis=1, keepdims=True)
    shares: _Floats = votes / totals
    return shares
