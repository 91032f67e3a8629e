"""The models of a replay: one for all languages, or one for each."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lamm_core.errors import NotEnoughLabels
from lamm_core.model.classifier import check_two_classes, fit_logistic_regression
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.estimators import Estimator, fit_estimator

Codes = NDArray[np.intp]
Weights = NDArray[np.float64]


class Model(Protocol):
    """What a replay asks of a model; `codes` `(n,)` gives the language of each row of `vectors` `(n, d)`."""

    def predict(self, vectors: Vectors, codes: Codes) -> NDArray[np.intp]:
        """Likeliest class of each row, `(n,)`."""

    def predict_proba(self, vectors: Vectors, codes: Codes) -> NDArray[np.float64]:
        """Class probabilities `(n, k)`, one column for each class seen so far in any language."""


class JointModel:
    """One model for all languages.

    Args:
        vectors: `(n, d)` prepared embeddings of the labelled rows.
        classes: `(n,)` their classes.
        seed: makes the fit repeatable.
        earlier: the model of the round before, from which the search starts.
        weights: `(n,)` what each row counts; None for 1 each.
        estimator: what to fit a copy of; None for logistic regression.

    Raises:
        NotEnoughLabels: the labels are of fewer than two classes.
        EstimatorUnusable: the estimator cannot be fitted to them.
    """

    def __init__(
        self,
        vectors: Vectors,
        classes: Codes,
        seed: int,
        earlier: "JointModel | None" = None,
        weights: Weights | None = None,
        estimator: Estimator | None = None,
    ) -> None:
        self._model: Any = _fit(vectors, classes, seed, weights, estimator, earlier._model if earlier else None)

    def predict(self, vectors: Vectors, codes: Codes) -> NDArray[np.intp]:
        """Likeliest class of each row, `(n,)`."""
        return np.asarray(self._model.predict(vectors))

    def predict_proba(self, vectors: Vectors, codes: Codes) -> NDArray[np.float64]:
        """Class probabilities `(n, k)`."""
        return np.asarray(self._model.predict_proba(vectors))


class SeparateModels:
    """One model a language, each fitted on the labels of its own language only.

    A language whose labels are of one class always predicts that class; one without labels finds every class equally
    likely.

    Args:
        vectors: `(n, d)` prepared embeddings of the labelled rows.
        classes: `(n,)` their classes.
        codes: `(n,)` their languages.
        languages: number of languages.
        seed: makes the fits repeatable.
        weights: `(n,)` what each row counts; None for 1 each.
        estimator: what to fit copies of; None for logistic regression.

    Source: Moniz et al. (ACL 2022), "On efficiently acquiring annotations for multilingual models".
    """

    def __init__(
        self,
        vectors: Vectors,
        classes: Codes,
        codes: Codes,
        languages: int,
        seed: int,
        weights: Weights | None = None,
        estimator: Estimator | None = None,
    ) -> None:
        self._classes = np.unique(classes)
        self._models: list[Any] = []
        self._fallback = np.full((languages, len(self._classes)), 1 / len(self._classes))
        for language in range(languages):
            own = codes == language
            try:
                of_own = None if weights is None else weights[own]
                self._models.append(_fit(vectors[own], classes[own], seed, of_own, estimator))
            except NotEnoughLabels:
                self._models.append(None)
                if own.any():
                    self._fallback[language] = self._classes == classes[own][0]

    def predict(self, vectors: Vectors, codes: Codes) -> NDArray[np.intp]:
        """Likeliest class of each row, `(n,)`."""
        likeliest: NDArray[np.intp] = self._classes[self.predict_proba(vectors, codes).argmax(axis=1)]
        return likeliest

    def predict_proba(self, vectors: Vectors, codes: Codes) -> NDArray[np.float64]:
        """Class probabilities `(n, k)`; 0 for classes that the language has not seen."""
        found = self._fallback[codes]
        for language, model in enumerate(self._models):
            own = np.flatnonzero(codes == language)
            if model is not None and len(own):
                columns = np.searchsorted(self._classes, model.classes_)
                found[own] = 0
                found[np.ix_(own, columns)] = model.predict_proba(vectors[own])
        return found


def _fit(
    vectors: Vectors,
    classes: Codes,
    seed: int,
    weights: Weights | None,
    estimator: Estimator | None,
    start: Any = None,
) -> Any:
    """The estimator fitted, or logistic regression from where `start` stopped."""
    if estimator is None:
        return fit_logistic_regression(vectors, classes, seed, start, weights)
    check_two_classes(classes)
    return fit_estimator(estimator, vectors, classes, seed, weights)
