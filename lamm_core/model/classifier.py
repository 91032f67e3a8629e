"""The classifier: logistic regression on prepared vectors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from lamm_core.errors import ModelUnreadable, NotEnoughLabels
from lamm_core.files import written_aside
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.threads import with_one_thread
from lamm_core.model.trusted import strange_part

# At these sizes newton-cg is a little faster than lbfgs and stops far closer to the optimum (probabilities within
# 0.001 of it instead of 0.02). A project's models start cold, so that the same labels give the same model.
CLASSIFIER_SETTINGS: dict[str, Any] = {"C": 10.0, "solver": "newton-cg", "max_iter": 1000}


def fit_logistic_regression(
    prepared: Vectors,
    classes: Sequence[str] | NDArray[Any],
    seed: int = 0,
    start: LogisticRegression | None = None,
    weights: NDArray[np.float64] | None = None,
) -> LogisticRegression:
    """Fit on prepared embeddings.

    Args:
        prepared: `(n, d)` output of the preparation.
        classes: `(n,)` class of each row.
        seed: makes the fit repeatable.
        start: an earlier model from whose coefficients the search starts, if it knows the same classes. It saves a
            third of the time in a long replay and ends at the same optimum, but the last digits then depend on what
            went before; so a project's models are always fitted without it.
        weights: `(n,)` what each row counts, at least 0; None for 1 each.

    Raises:
        NotEnoughLabels: the labels are of fewer than two classes.
    """
    _check_two_classes(classes)
    warm = start is not None and np.array_equal(start.classes_, np.unique(np.asarray(classes)))
    model = LogisticRegression(**CLASSIFIER_SETTINGS, random_state=seed, warm_start=warm)
    if start is not None and warm:
        model.coef_, model.intercept_ = start.coef_, start.intercept_
    return model.fit(prepared, classes, sample_weight=weights)


def _check_two_classes(classes: Sequence[str] | NDArray[Any]) -> None:
    names = sorted({str(name) for name in classes})
    if len(names) < 2:
        found = f"the {len(classes)} labels so far are only of {names[0]!r}" if names else "there are 0 labels so far"
        raise NotEnoughLabels(f"A model needs labels of at least 2 classes; {found}.")


class Classifier:
    """A fitted model: prepared vectors in, class probabilities out.

    Args:
        regression: logistic regression, fitted.
    """

    def __init__(self, regression: LogisticRegression) -> None:
        self._regression = regression

    @classmethod
    @with_one_thread
    def fit(
        cls,
        vectors: Vectors,
        classes: Sequence[str],
        seed: int = 0,
        weights: NDArray[np.float64] | None = None,
    ) -> Self:
        """Fit the logistic regression on the labels.

        Args:
            vectors: `(m, d)` prepared vectors of the labelled items; see `lamm_core.model.preparation`.
            classes: `(m,)` their classes.
            seed: same data and seed give the same model.
            weights: `(m,)` what each label counts, at least 0; None for 1 each.

        Raises:
            NotEnoughLabels: the labels are of fewer than two classes.
        """
        return cls(fit_logistic_regression(vectors, classes, seed, weights=weights))

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes the model knows, in the order of the columns of `predict_proba`."""
        return tuple(str(name) for name in self._regression.classes_)

    def softmax_form(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Weights `(k, d)` and intercepts `(k,)` with `softmax(vectors @ weights.T + intercepts)` for probabilities."""
        weights, intercepts = self._regression.coef_, self._regression.intercept_
        if len(weights) == 1:  # of two classes scikit-learn keeps the second one's row alone; the first one's is 0
            weights, intercepts = np.vstack([np.zeros_like(weights), weights]), np.append(0.0, intercepts)
        return np.asarray(weights, dtype=np.float64), np.asarray(intercepts, dtype=np.float64)

    @with_one_thread
    def predict_proba(self, vectors: Vectors) -> NDArray[np.float64]:
        """Class probabilities `(n, k)` of prepared vectors `(n, d)`; rows sum to 1."""
        if not len(vectors):
            return np.empty((0, len(self.classes)))
        return np.asarray(self._regression.predict_proba(vectors), dtype=np.float64)

    def predict(self, vectors: Vectors) -> NDArray[np.str_]:
        """Likeliest class `(n,)` of prepared vectors `(n, d)`."""
        names = np.asarray(self.classes)
        likeliest: NDArray[np.str_] = names[self.predict_proba(vectors).argmax(axis=1)]
        return likeliest

    def save(self, path: Path) -> None:
        """Write the model with skops, aside first, so that a half-written file never bears the name."""
        import skops.io  # here, because it imports torch, and most processes that fit never save

        path.parent.mkdir(parents=True, exist_ok=True)
        with written_aside(path) as aside:
            skops.io.dump(self._regression, aside)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a model written by `save`.

        Raises:
            ModelUnreadable: the file is missing, damaged, or holds types that no model has.
        """
        import skops.io

        try:
            strange = strange_part(path)
            model = None if strange else skops.io.load(path, trusted=[])
        except Exception as error:
            raise ModelUnreadable(f"The model {path} cannot be read ({type(error).__name__}).") from error
        if strange:
            raise ModelUnreadable(f"The model {path} holds {strange}, which no model has.")
        if not isinstance(model, LogisticRegression) or not hasattr(model, "classes_"):
            raise ModelUnreadable(f"The file {path} holds a {type(model).__name__}, not a fitted model.")
        return cls(model)
