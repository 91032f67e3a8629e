"""Estimators of the user's own: any classifier as scikit-learn has them, tried once before it learns from labels."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils.validation import has_fit_parameter

from lamm_core.errors import EstimatorUnusable
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.threads import with_one_thread
from lamm_core.words import translate as _

# Enough rows and numbers for what most estimators ask of their data, such as folds or the axes of a PCA.
_TRIAL_CLASSES, _TRIAL_ROWS, _TRIAL_NUMBERS = 3, 100, 256
_TOLERANCE = 1e-4
_LONGEST_REASON = 300


class Estimator(Protocol):
    """A classifier as scikit-learn has them. Once fitted it also has `classes_`, the classes of its columns."""

    def fit(self, X: Any, y: Any, /) -> Any:  # noqa: N803 - scikit-learn's names
        """Learn from rows `(n, d)` and their n classes; `sample_weight` is passed where `fit` takes it."""

    def predict_proba(self, X: Any, /) -> Any:  # noqa: N803
        """Class probabilities `(n, k)` of rows `(n, d)`, one column for each of `classes_`; rows sum to 1."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """What it was made with, by name."""

    def set_params(self, **params: Any) -> Any:
        """Change what it was made with."""


@with_one_thread
def fit_estimator(
    estimator: Estimator,
    vectors: Vectors,
    classes: Sequence[Any] | NDArray[Any],
    seed: int = 0,
    weights: NDArray[np.float64] | None = None,
) -> Any:
    """Fit a copy of an estimator; the estimator itself stays as it is.

    Args:
        estimator: what is copied; wherever its `random_state` is None, the copy has the seed.
        vectors: `(n, d)` prepared vectors.
        classes: `(n,)` class of each, of at least two kinds.
        seed: makes the fit repeatable.
        weights: `(n,)` what each row counts; where `fit` takes no `sample_weight`, each counts 1.

    Returns:
        The fitted copy.

    Raises:
        EstimatorUnusable: it cannot be copied or fitted, or has no `classes_` then.
    """
    name = type(estimator).__name__
    try:
        fresh = clone(estimator)
        fresh.set_params(**{each: seed for each, value in fresh.get_params().items() if _is_open_seed(each, value)})
        weighted = weights is not None and has_fit_parameter(fresh, "sample_weight")
        fresh.fit(vectors, np.asarray(classes), **({"sample_weight": weights} if weighted else {}))
        known = np.asarray(fresh.classes_)
    except Exception as error:  # it is the user's code, which may raise anything
        raise EstimatorUnusable(
            _(
                "The estimator {name} could not be fitted to {count} labels: {reason}.",
                name=name,
                count=len(classes),
                reason=_reason(error),
            )
        ) from error
    if not np.array_equal(np.sort(known), np.unique(np.asarray(classes))):
        raise EstimatorUnusable(
            _(
                "The estimator {name} says that it knows {known} classes, but was fitted to other ones, or to {count}.",
                name=name,
                known=known.size,
                count=len(set(np.asarray(classes).tolist())),
            )
        )
    return fresh


def try_estimator(estimator: Estimator, classes: Sequence[Any], *, saved: bool) -> None:
    """Fit a copy to a few made-up rows, and look at what it gives, before anything is done with it.

    Args:
        estimator: what is tried.
        classes: the classes that it will meet, at least two; the first few are tried.
        saved: whether models of it are going to be saved as well.

    Raises:
        EstimatorUnusable: it cannot be fitted; or it gives something other than one finite row of probabilities for
            each row, one for each class and in the order of `classes_`, whose sum is 1; or it cannot be saved.
    """
    names = np.repeat(np.asarray(classes[:_TRIAL_CLASSES]), _TRIAL_ROWS)
    rng = np.random.default_rng(0)
    places = np.repeat(np.arange(len(names) // _TRIAL_ROWS), _TRIAL_ROWS)
    rows = rng.normal(size=(len(names), _TRIAL_NUMBERS))
    rows[np.arange(len(names)), places] += 4.0
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    fitted = fit_estimator(estimator, rows, names)
    _check_probabilities(fitted, rows, names)
    if saved:
        _check_can_be_saved(fitted)


def describe(fitted: Any) -> dict[str, str]:
    """What a model version notes about an estimator: its type, and what it was made with."""
    kind = type(fitted)
    return {"estimator": f"{kind.__module__}.{kind.__qualname__}", "parameters": " ".join(repr(fitted).split())}


def _is_open_seed(name: str, value: Any) -> bool:
    return value is None and name.split("__")[-1] == "random_state"


@with_one_thread
def _check_probabilities(fitted: Any, rows: Vectors, names: NDArray[Any]) -> None:
    name = type(fitted).__name__
    try:
        found = np.asarray(fitted.predict_proba(rows), dtype=np.float64)
        said = np.asarray(fitted.predict(rows)) if hasattr(fitted, "predict") else None
    except Exception as error:
        raise EstimatorUnusable(
            _("The estimator {name} gives no class probabilities: {reason}.", name=name, reason=_reason(error))
        ) from error
    wanted = (len(rows), len(set(names.tolist())))
    if found.shape != wanted:
        raise EstimatorUnusable(
            _(
                "The estimator {name} gives probabilities of shape {found} where {wanted} is wanted.",
                name=name,
                found=found.shape,
                wanted=wanted,
            )
        )
    sums = found.sum(axis=1)
    bad = ~np.isfinite(found).all(axis=1) | (found < 0).any(axis=1) | ~(np.abs(sums - 1) <= _TOLERANCE)
    if bad.any():
        raise EstimatorUnusable(
            _(
                "The estimator {name} gives {bad} of {all} rows of probabilities that are negative, not finite, or do "
                "not sum to 1.",
                name=name,
                bad=int(bad.sum()),
                all=len(bad),
            )
        )
    # The two may differ where a model is in doubt, but not on most of what it was fitted to.
    agree = said is None or (np.asarray(fitted.classes_)[found.argmax(axis=1)] == said).mean() >= 0.5
    if not agree:
        raise EstimatorUnusable(
            _("The columns of probabilities of the estimator {name} are not in the order of its classes_.", name=name)
        )


def _check_can_be_saved(fitted: Any) -> None:
    import skops.io  # here, because it imports torch, and most processes that fit never save

    try:
        skops.io.dumps(fitted)
    except Exception as error:
        raise EstimatorUnusable(
            _(
                "The estimator {name} cannot be saved by skops: {reason}.",
                name=type(fitted).__name__,
                reason=_reason(error),
            )
        ) from error


def _reason(error: Exception) -> str:
    told = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return told if len(told) <= _LONGEST_REASON else told[: _LONGEST_REASON - 3] + "..."
