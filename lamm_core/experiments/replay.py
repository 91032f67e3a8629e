"""One strategy replayed with one seed: the loop of the paper on data whose labels are known.

This is what the worker processes run, so it imports as little as it can.
"""

import itertools
import time
from dataclasses import dataclass

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from lamm_core.model.classifier import fit_logistic_regression
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.threads import with_one_thread
from lamm_core.selection import Strategy, select_batch
from lamm_core.selection.uncertainty import Uncertainty


@dataclass(frozen=True, eq=False)
class Part:
    """One part of the split, ready for the loop.

    Attributes:
        vectors: `(n, d)` prepared embeddings.
        classes: `(n,)` class of each row, as a number.
        language_codes: `(n,)` language of each row, as a position in the list of languages.
    """

    vectors: Vectors
    classes: NDArray[np.intp]
    language_codes: NDArray[np.intp]

    def accuracy(self, predicted: NDArray[np.intp], languages: int) -> NDArray[np.float64]:
        """Share of right predictions in each language, `(languages,)`."""
        right = np.bincount(self.language_codes, weights=predicted == self.classes, minlength=languages)
        return right / np.bincount(self.language_codes, minlength=languages)


@dataclass(frozen=True, eq=False)
class Arena:
    """All that the replays of one task share.

    Attributes:
        languages: languages of the task, in the order of the results.
        ids: `(p,)` global id of each item of the pool.
        pool, check, test: the three parts of the split.
    """

    languages: tuple[str, ...]
    ids: NDArray[np.intp]
    pool: Part
    check: Part
    test: Part


@dataclass(frozen=True, eq=False)
class Outline:
    """An arena without its vectors: small enough to be handed to another process.

    Attributes:
        languages: languages of the task, in the order of the results.
        ids: `(p,)` global id of each item of the pool.
        classes: `(n,)` class of each row as a number; first the pool, then the check rows, then the test rows.
        language_codes: `(n,)` language of each row, as a position in `languages`.
        check_start: position of the first check row.
        test_start: position of the first test row.
    """

    languages: tuple[str, ...]
    ids: NDArray[np.intp]
    classes: NDArray[np.intp]
    language_codes: NDArray[np.intp]
    check_start: int
    test_start: int

    def arena(self, vectors: Vectors) -> Arena:
        """The arena on prepared embeddings `(n, d)`, in the order of the rows; they are not copied."""
        bounds = (0, self.check_start, self.test_start, len(self.classes))
        pool, check, test = (
            Part(vectors[start:stop], self.classes[start:stop], self.language_codes[start:stop])
            for start, stop in itertools.pairwise(bounds)
        )
        return Arena(self.languages, self.ids, pool, check, test)


@dataclass(frozen=True)
class Plan:
    """How the labels are spent.

    Attributes:
        target: accuracy to reach in every language, 0 to 1.
        labels: labels in all, the first ones included.
        first: labels of the first, random batch.
        batch: labels of every later batch.
        uncertainty: a name in `UNCERTAINTIES`, or a function that can be pickled.
    """

    target: float
    labels: int
    first: int
    batch: int
    uncertainty: str | Uncertainty


@dataclass(frozen=True, eq=False)
class Replay:
    """What one strategy did with one seed.

    Attributes:
        labels: labels spent at each round.
        curve: `(rounds, languages)` accuracy on the test rows.
        label_counts: `(languages,)` labels spent on each language at the end.
        seconds: time it took.
    """

    labels: tuple[int, ...]
    curve: NDArray[np.float64]
    label_counts: NDArray[np.int64]
    seconds: float


@with_one_thread
def replay(arena: Arena, plan: Plan, strategy: str | Strategy, seed: int) -> Replay:
    """Label the pool batch by batch and measure after each one.

    The strategy sees the probabilities of the rest of the pool and the accuracy on the check rows, nothing else.

    Args:
        arena: the task's data.
        plan: how the labels are spent.
        strategy: a name in `STRATEGIES`, or a `Strategy`.
        seed: decides the first labels, and every choice of a random strategy.

    Raises:
        NotEnoughLabels: the first labels are all of one class.
    """
    start = time.perf_counter()
    rng = np.random.default_rng(seed)
    targets = dict.fromkeys(arena.languages, plan.target)
    language_of = np.asarray(arena.languages)[arena.pool.language_codes]
    labelled = rng.choice(len(arena.ids), plan.first, replace=False)
    labels: list[int] = []
    curve: list[NDArray[np.float64]] = []
    model: LogisticRegression | None = None

    # The vectors are checked once, before the first replay.
    with sklearn.config_context(assume_finite=True):
        while True:
            model = fit_logistic_regression(arena.pool.vectors[labelled], arena.pool.classes[labelled], seed, model)
            labels.append(len(labelled))
            curve.append(arena.test.accuracy(model.predict(arena.test.vectors), len(arena.languages)))
            rest = _all_but(labelled, len(arena.ids))
            if len(labelled) >= plan.labels or not len(rest):
                break
            seen = arena.check.accuracy(model.predict(arena.check.vectors), len(arena.languages))
            selection = select_batch(
                model.predict_proba(arena.pool.vectors)[rest],
                language_of[rest],
                accuracy=dict(zip(arena.languages, seen.tolist(), strict=True)),
                targets=targets,
                budget=min(plan.batch, plan.labels - len(labelled)),
                strategy=strategy,
                uncertainty=plan.uncertainty,
                ids=arena.ids[rest],
                rng=rng,
            )
            labelled = np.concatenate([labelled, rest[selection.indices]])

    counts = np.bincount(arena.pool.language_codes[labelled], minlength=len(arena.languages))
    return Replay(tuple(labels), np.stack(curve), counts.astype(np.int64), time.perf_counter() - start)


def _all_but(labelled: NDArray[np.intp], size: int) -> NDArray[np.intp]:
    """Positions of the pool that have no label yet, in order."""
    free = np.ones(size, dtype=bool)
    free[labelled] = False
    return np.flatnonzero(free)
