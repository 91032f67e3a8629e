"""Labels that are likely errors, by confident learning.

A label is suspected where models that never saw it give another class with the confidence that they usually have in
that class (Northcutt, Jiang and Chuang, "Confident Learning", JAIR 2021; the package cleanlab).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.classifier import Classifier
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.estimators import Estimator
from lamm_core.model.judge import FOLDS, draw_folds

# With fewer labels the models know too little to accuse anybody, and a class with fewer cannot be told from errors.
MIN_LABELS = 100
_MIN_OF_CLASS = FOLDS


@dataclass(frozen=True)
class LabelError:
    """A label that is likely an error.

    Attributes:
        row: place of the label among those judged.
        likelier: the class that is likelier.
        score: chance that models which never saw the label give its class, 0 to 1.
    """

    row: int
    likelier: str
    score: float


def judge_out_of_sample(
    vectors: Vectors,
    classes: Sequence[str],
    keys: Sequence[bytes],
    known: Sequence[str],
    seed: int = 0,
    estimator: Estimator | None = None,
) -> NDArray[np.float64]:
    """What models say of labelled texts that they were not fitted on.

    Args:
        vectors: `(n, d)` prepared vectors of labelled texts.
        classes: n classes they were given.
        keys: n text keys: equal texts are judged by a model that saw none of them.
        known: k names of classes, the columns of the answer.
        seed: same data and seed give the same answer.
        estimator: what kind of models, as for `Classifier.fit`.

    Returns:
        `(n, k)` class probabilities, rows sum to 1.

    Raises:
        NotEnoughLabels: without one of the folds, the labels are of fewer than two classes.
        EstimatorUnusable: without one of the folds, the labels are too few for the estimator.
    """
    folds, names = draw_folds(keys, seed), np.asarray(classes)
    chances = np.zeros((len(names), len(known)))
    for fold in range(FOLDS):
        rows, others = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if len(rows):
            model = Classifier.fit(vectors[others], names[others].tolist(), seed, estimator=estimator)
            chances[rows] = in_columns(model, vectors[rows], known)
    return chances


def in_columns(model: Classifier, vectors: Vectors, known: Sequence[str]) -> NDArray[np.float64]:
    """Class probabilities `(n, k)` of prepared vectors, with a column for each known class; 0 for those new to it."""
    chances = np.zeros((len(vectors), len(known)))
    chances[:, [known.index(name) for name in model.classes]] = model.predict_proba(vectors)
    return chances


def find_label_errors(classes: Sequence[str], chances: NDArray[np.float64], known: Sequence[str]) -> list[LabelError]:
    """Labels that are likely errors, the likeliest first.

    Args:
        classes: n classes that were given.
        chances: `(n, k)` class probabilities by models that did not see the label of the row.
        known: k names of classes, the columns of `chances`.

    Returns:
        suspected labels by score; none where there are fewer than `MIN_LABELS`, and none of a class that has hardly
        any label.
    """
    from cleanlab.filter import find_label_issues  # here, because it takes a second to load
    from cleanlab.rank import get_label_quality_scores

    of_class = {name: number for number, name in enumerate(known)}
    given = np.array([of_class[name] for name in classes], dtype=np.intp)
    counts = np.bincount(given, minlength=len(known))
    # cleanlab wants every class to be there; the columns of those that are not say nothing.
    judged = np.flatnonzero(counts[given] >= _MIN_OF_CLASS)
    kept = np.flatnonzero(counts >= _MIN_OF_CLASS)
    if len(judged) < MIN_LABELS or len(kept) < 2:
        return []
    places, found = np.searchsorted(kept, given[judged]), chances[np.ix_(judged, kept)] + 1e-12
    found /= found.sum(axis=1, keepdims=True)
    # Confident learning reckons how many there are and names as many; only the least credible of all labels that it
    # names are accused. On planted errors that spares many right labels and hardly any wrong one.
    named = set(find_label_issues(places, found, filter_by="confident_learning", n_jobs=1).nonzero()[0])
    suspected = find_label_issues(
        places, found, filter_by="low_self_confidence", return_indices_ranked_by="self_confidence", n_jobs=1
    )
    scores = get_label_quality_scores(places, found)
    return [
        LabelError(int(judged[row]), known[kept[found[row].argmax()]], float(scores[row]))
        for row in suspected
        if row in named and found[row].argmax() != places[row]
    ]
