"""The models of a replay: one for all languages, or one for each."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from lamm_core.errors import NotEnoughLabels
from lamm_core.model.classifier import fit_logistic_regression
from lamm_core.model.embedding_store import Vectors

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

    Raises:
        NotEnoughLabels: the labels are of fewer than two classes.
    """

    def __init__(
        self,
        vectors: Vectors,
        classes: Codes,
        seed: int,
        earlier: "JointModel | None" = None,
        weights: Weights | None = None,
    ) -> None:
        start = earlier._model if earlier else None
        self._model: LogisticRegression = fit_logistic_regression(vectors, classes, seed, start, weights)

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
    ) -> None:
        self._classes = np.unique(classes)
        self._models: list[LogisticRegression | None] = []
        self._fallback = np.full((languages, len(self._classes)), 1 / len(self._classes))
        for language in range(languages):
            own = codes == language
            try:
                of_own = None if weights is None else weights[own]
                self._models.append(fit_logistic_regression(vectors[own], classes[own], seed, weights=of_own))
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
