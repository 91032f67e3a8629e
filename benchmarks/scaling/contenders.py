"""The libraries beside each other: each chooses 100 items of one pool by one model, the way its own guide tells.

Everything that is made once in a project is made before the clock starts: the model, the data set, the strategy.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from lamm_core.model.classifier import fit_logistic_regression
from scaling.lamm_choice import ready_to_choose
from scaling.made import CLASSES, MadePool, Vectors

BUDGET = 100

# Gives the positions of the chosen items.
Choice = Callable[[], NDArray[np.intp]]


@dataclass(frozen=True)
class Contender:
    """A library that chooses.

    Attributes:
        name: what it is called.
        package: Python module that must be importable for it.
        ready: gives its choice from (pool, vectors of the pool, uncertainty).
        uncertainties: what it calls those that we call entropy, margin and least-confidence.
    """

    name: str
    package: str
    ready: Callable[[MadePool, Vectors, str], Choice]
    uncertainties: dict[str, str]

    @property
    def is_installed(self) -> bool:
        """Whether it can be measured here."""
        return importlib.util.find_spec(self.package) is not None


def _lamm(pool: MadePool, vectors: Vectors, uncertainty: str) -> Choice:
    choose = ready_to_choose(pool.model(), vectors, pool.languages(), uncertainty)
    return lambda: choose(BUDGET).indices


def _modal(pool: MadePool, vectors: Vectors, uncertainty: str) -> Choice:
    """`ActiveLearner.query`, with the strategies of `modAL.uncertainty`."""
    from modAL import uncertainty as strategies
    from modAL.models import ActiveLearner

    learner = ActiveLearner(_estimator(pool), query_strategy=getattr(strategies, uncertainty))
    return lambda: learner.query(vectors, n_instances=BUDGET)[0]


def _scikit_activeml(pool: MadePool, vectors: Vectors, uncertainty: str) -> Choice:
    """`UncertaintySampling.query` with a `SklearnClassifier` around a fitted model, and the pool given as candidates.

    Their tutorials hand over the pool as part of X, with missing labels: it is then copied, and no quicker.
    """
    from skactiveml.classifier import SklearnClassifier
    from skactiveml.pool import UncertaintySampling

    known, numbers = _numbered(pool)
    model = SklearnClassifier(_estimator(pool), classes=np.arange(len(CLASSES)))
    strategy = UncertaintySampling(method=uncertainty, random_state=0)
    return lambda: strategy.query(X=known, y=numbers, clf=model, fit_clf=False, candidates=vectors, batch_size=BUDGET)


def _small_text(pool: MadePool, vectors: Vectors, uncertainty: str) -> Choice:
    """A query strategy, as `PoolBasedActiveLearner.query` calls it, on a dense `SklearnDataset`."""
    import small_text

    nothing = np.empty(0, dtype=np.intp)
    unlabelled = np.full(len(vectors), small_text.LABEL_UNLABELED)
    data = small_text.SklearnDataset(vectors, unlabelled, target_labels=np.arange(len(CLASSES)))
    model = small_text.SklearnClassifier(_estimator(pool), len(CLASSES))
    strategy = getattr(small_text, uncertainty)()
    items = np.arange(len(vectors))
    return lambda: strategy.query(model, data, items, nothing, nothing, n=BUDGET)


def _estimator(pool: MadePool) -> LogisticRegression:
    """LAMM's model, as scikit-learn has it, with numbers for classes, which is what all of the others take."""
    return fit_logistic_regression(*_numbered(pool))


def _numbered(pool: MadePool) -> tuple[Vectors, NDArray[np.intp]]:
    """The labelled vectors, and their classes as positions in `CLASSES`."""
    vectors, classes = pool.labelled()
    return vectors, np.searchsorted(CLASSES, classes)


LAMM = "LAMM"
CONTENDERS: dict[str, Contender] = {
    each.name: each
    for each in (
        Contender(
            LAMM,
            "lamm_core",
            _lamm,
            {"entropy": "entropy", "margin": "margin", "least-confidence": "least-confidence"},
        ),
        Contender(
            "modAL",
            "modAL",
            _modal,
            {
                "entropy": "entropy_sampling",
                "margin": "margin_sampling",
                "least-confidence": "uncertainty_sampling",
            },
        ),
        Contender(
            "scikit-activeml",
            "skactiveml",
            _scikit_activeml,
            {"entropy": "entropy", "margin": "margin_sampling", "least-confidence": "least_confident"},
        ),
        Contender(
            "small-text",
            "small_text",
            _small_text,
            {"entropy": "PredictionEntropy", "margin": "BreakingTies", "least-confidence": "LeastConfidence"},
        ),
    )
}
