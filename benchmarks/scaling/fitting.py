"""Measurement `fit`: a new model of 5,000 labels, against scikit-learn's solvers and against the optimum itself."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from lamm_core.model.classifier import CLASSIFIER_SETTINGS, Classifier
from lamm_core.model.threads import one_thread
from scaling.contenders import LAMM
from scaling.costs import Cost, measured
from scaling.fresh import in_fresh_process
from scaling.labelled_sets import LabelledSet

Probabilities = NDArray[np.float64]

_C = CLASSIFIER_SETTINGS["C"]
_SOLVERS = ("newton-cg", "lbfgs")
_TIGHT = {"solver": "newton-cg", "tol": 1e-10, "max_iter": 10_000}


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Attributes:
        cost: what fitting it took.
        accuracy: on the held-out rows.
        distance: the largest difference of a held-out row's probability from that of the optimum.
    """

    cost: Cost
    accuracy: float
    distance: float


@dataclass(frozen=True)
class Fits:
    """Fits to one set.

    Attributes:
        name: the set.
        optimum: accuracy of a model that is fitted as far as double precision goes.
        fits: by who fitted, those of each repeat.
    """

    name: str
    optimum: float
    fits: dict[str, list[Fit]]


def fits_of(path: Path, repeats: int) -> Fits:
    """Fit to the set in a file: LAMM and scikit-learn's solvers in turn, each time in a fresh process."""
    data = LabelledSet.load(path)
    with one_thread():
        model = LogisticRegression(C=_C, **_TIGHT).fit(data.vectors.astype(np.float64), data.classes)
        optimum = model.predict_proba(data.held_out.astype(np.float64))
    calls: dict[str, Callable[[Path, Probabilities], Fit]] = {LAMM: fit_by_lamm}
    calls |= {f"scikit-learn {solver}": partial(fit_by_scikit_learn, solver=solver) for solver in _SOLVERS}
    fits: dict[str, list[Fit]] = {name: [] for name in calls}
    for _repeat in range(repeats):
        for name, call in calls.items():
            fits[name].append(in_fresh_process(call, path, optimum))
    return Fits(data.name, _accuracy(data, model.classes_, optimum), fits)


def fit_by_lamm(path: Path, optimum: Probabilities) -> Fit:
    """A fit as a round does it, in this process."""
    data = LabelledSet.load(path)
    classes = data.classes.tolist()
    model, cost = measured(lambda: Classifier.fit(data.vectors, classes))
    return _fit(data, cost, np.array(model.classes), model.predict_proba(data.held_out), optimum)


def fit_by_scikit_learn(path: Path, optimum: Probabilities, solver: str) -> Fit:
    """A fit by a solver of scikit-learn's with its own tolerance, in this process."""
    data = LabelledSet.load(path)
    classes = data.classes.tolist()
    unfitted = LogisticRegression(C=_C, solver=solver, max_iter=CLASSIFIER_SETTINGS["max_iter"])
    model, cost = measured(lambda: unfitted.fit(data.vectors, classes))
    return _fit(data, cost, model.classes_, model.predict_proba(data.held_out), optimum)


def _fit(
    data: LabelledSet,
    cost: Cost,
    names: NDArray[np.str_],
    probabilities: Probabilities,
    optimum: Probabilities,
) -> Fit:
    distance = float(np.abs(probabilities - optimum).max())
    return Fit(cost, _accuracy(data, names, probabilities), distance)


def _accuracy(data: LabelledSet, names: NDArray[np.str_], probabilities: Probabilities) -> float:
    return float(np.mean(names[probabilities.argmax(axis=1)] == data.held_out_classes))
