"""The classifier: logistic regression on prepared vectors, or an estimator of the user's own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_array

from lamm_core.errors import EstimatorUnusable, ModelUnreadable, NotEnoughLabels
from lamm_core.files import written_aside
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.estimators import Estimator, describe, fit_estimator
from lamm_core.model.softmax_fit import SoftmaxFit, fit_softmax
from lamm_core.model.threads import with_one_thread
from lamm_core.model.trusted import HARMLESS_PARTS, strange_part, untrusted_part
from lamm_core.words import translate as _

# What scikit-learn is to be told to find the same optimum. The search itself is ours: it takes half of the time of
# newton-cg, or less, which is quicker than lbfgs and stops closer to the optimum. A project's models start cold, so
# that the same labels give the same model.
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
        seed: what the model says of itself; chance plays no part in the fit.
        start: an earlier model from whose coefficients the search starts, if it knows the same classes. It saves a
            third of the time in a long replay and ends at the same optimum, but the last digits then depend on what
            went before; so a project's models are always fitted without it.
        weights: `(n,)` what each row counts, at least 0; None for 1 each.

    Raises:
        NotEnoughLabels: the labels are of fewer than two classes.
    """
    check_two_classes(classes)
    vectors = check_array(prepared, dtype=[np.float32, np.float64])
    names, codes = np.unique(np.asarray(classes), return_inverse=True)
    model = LogisticRegression(**CLASSIFIER_SETTINGS, random_state=seed)
    # Of two classes scikit-learn has one row of weights, their difference, whose penalty is that of two rows doubled.
    penalty = (2 if len(names) == 2 else 1) / model.C
    warm = start is not None and np.array_equal(start.classes_, names)
    found = fit_softmax(
        vectors,
        codes,
        len(names),
        penalty,
        weights,
        start=_softmax(start) if start is not None and warm else None,
        tolerance=model.tol,
        most_steps=model.max_iter,
    )
    coefficients, intercepts = found.weights, found.intercepts
    if len(names) == 2:
        coefficients, intercepts = np.diff(coefficients, axis=0), np.diff(intercepts)
    model.classes_, model.n_features_in_ = names, vectors.shape[1]
    model.coef_, model.intercept_ = np.ascontiguousarray(coefficients), np.ascontiguousarray(intercepts)
    model.n_iter_ = np.array([found.steps], dtype=np.int32)
    return model


def _softmax(model: LogisticRegression) -> SoftmaxFit:
    """A fitted model with a row of weights for each class."""
    weights, intercepts = model.coef_, model.intercept_
    if len(weights) == 1:
        weights, intercepts = np.vstack([-weights, weights]) / 2, np.concatenate([-intercepts, intercepts]) / 2
    return SoftmaxFit(weights, intercepts, 0)


def check_two_classes(classes: Sequence[str] | NDArray[Any]) -> None:
    """Raise NotEnoughLabels unless the labels are of at least two classes."""
    names = sorted({str(name) for name in classes})
    if len(names) < 2:
        found = f"the {len(classes)} labels so far are only of {names[0]!r}" if names else "there are 0 labels so far"
        raise NotEnoughLabels(f"A model needs labels of at least 2 classes; {found}.")


class Classifier:
    """A fitted model: prepared vectors in, class probabilities out.

    Args:
        estimator: fitted; the logistic regression of this module, or what `fit_estimator` gave.
    """

    def __init__(self, estimator: Any) -> None:
        self._estimator = estimator

    @classmethod
    @with_one_thread
    def fit(
        cls,
        vectors: Vectors,
        classes: Sequence[str],
        seed: int = 0,
        weights: NDArray[np.float64] | None = None,
        estimator: Estimator | None = None,
    ) -> Self:
        """Fit a model on the labels.

        Args:
            vectors: `(m, d)` prepared vectors of the labelled items; see `lamm_core.model.preparation`.
            classes: `(m,)` their classes.
            seed: same data and seed give the same model.
            weights: `(m,)` what each label counts, at least 0; None for 1 each.
            estimator: what to fit a copy of; None for logistic regression.

        Raises:
            NotEnoughLabels: the labels are of fewer than two classes.
            EstimatorUnusable: the estimator cannot be fitted to these labels.
        """
        if estimator is None:
            return cls(fit_logistic_regression(vectors, classes, seed, weights=weights))
        check_two_classes(classes)
        return cls(fit_estimator(estimator, vectors, classes, seed, weights))

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes the model knows, in the order of the columns of `predict_proba`."""
        return tuple(str(name) for name in self._estimator.classes_)

    @property
    def own_estimator(self) -> Estimator | None:
        """What `fit` has to be given to fit another model like this one: None for the usual logistic regression."""
        usual = isinstance(self._estimator, LogisticRegression) and all(
            getattr(self._estimator, name) == value for name, value in CLASSIFIER_SETTINGS.items()
        )
        return None if usual else self._estimator

    @property
    def settings(self) -> dict[str, Any]:
        """What a model version notes about how it was fitted."""
        return dict(CLASSIFIER_SETTINGS) if self.own_estimator is None else describe(self._estimator)

    @property
    def is_softmax(self) -> bool:
        """Whether the model has a `softmax_form`."""
        return isinstance(self._estimator, LogisticRegression)

    def softmax_form(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Weights `(k, d)` and intercepts `(k,)` with `softmax(vectors @ weights.T + intercepts)` for probabilities.

        Raises:
            EstimatorUnusable: it is no logistic regression, which alone has this form.
        """
        if not self.is_softmax:
            kind = type(self._estimator).__name__
            raise EstimatorUnusable(
                _("Only a logistic regression has this form, and the model is a {kind}.", kind=kind)
            )
        weights, intercepts = self._estimator.coef_, self._estimator.intercept_
        if len(weights) == 1:  # of two classes scikit-learn keeps the second one's row alone; the first one's is 0
            weights, intercepts = np.vstack([np.zeros_like(weights), weights]), np.append(0.0, intercepts)
        return np.asarray(weights, dtype=np.float64), np.asarray(intercepts, dtype=np.float64)

    @with_one_thread
    def predict_proba(self, vectors: Vectors) -> NDArray[np.float64]:
        """Class probabilities `(n, k)` of prepared vectors `(n, d)`; rows sum to 1."""
        if not len(vectors):
            return np.empty((0, len(self.classes)))
        return np.asarray(self._estimator.predict_proba(vectors), dtype=np.float64)

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
            skops.io.dump(self._estimator, aside)

    @classmethod
    def load(cls, path: Path, trusted: Sequence[str] | None = None) -> Self:
        """Read a model written by `save`.

        Args:
            path: the file.
            trusted: None takes only a logistic regression, with the few parts that it has. With a list, estimators of
                the user's own are taken as well: of the parts that skops trusts by itself, and of those that the list
                names, such as `sklearn.tree._tree.Tree`. Name a part only where the file is your own.

        Raises:
            ModelUnreadable: the file is missing, damaged, or holds types that are not trusted.
        """
        import skops.io

        try:
            strange = strange_part(path) if trusted is None else untrusted_part(path, trusted)
            parts = [] if trusted is None else [*trusted, *HARMLESS_PARTS]
            model = None if strange else skops.io.load(path, trusted=parts)
        except Exception as error:
            raise ModelUnreadable(f"The model {path} cannot be read ({type(error).__name__}).") from error
        if strange:
            why = "which no model has" if trusted is None else "which is not among the trusted parts"
            raise ModelUnreadable(f"The model {path} holds {strange}, {why}.")
        if not hasattr(model, "classes_") or not hasattr(model, "predict_proba"):
            raise ModelUnreadable(f"The file {path} holds a {type(model).__name__}, not a fitted model.")
        return cls(model)
