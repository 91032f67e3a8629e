"""One strategy replayed with one seed: the loop of the paper on data whose labels are known.

This is what the worker processes run, so it imports as little as it can.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sklearn
from numpy.typing import NDArray

from lamm_core.experiments.models import JointModel, Model, SeparateModels
from lamm_core.experiments.targets import Target, target_of
from lamm_core.experiments.translations import Translations
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.estimators import Estimator
from lamm_core.model.threads import with_one_thread
from lamm_core.selection import Strategy, select_batch
from lamm_core.selection.diversity import find_diversity
from lamm_core.selection.first_batch import find_first_batch, select_first_batch
from lamm_core.selection.standing import Observation
from lamm_core.selection.strategies import find_strategy
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
        trainable: the pool, and after it the rows that are there only as translations.
        translations: which rows of `trainable` translate which; None where translations are not used.
    """

    languages: tuple[str, ...]
    ids: NDArray[np.intp]
    pool: Part
    check: Part
    test: Part
    trainable: Part
    translations: Translations | None = None


@dataclass(frozen=True, eq=False)
class Outline:
    """An arena without its vectors: small enough to be handed to another process.

    Attributes:
        languages: languages of the task, in the order of the results.
        ids: `(p,)` global id of each item of the pool.
        classes: `(n,)` class of each row as a number; first the pool, then the rows that are there only as
            translations, then the check rows, then the test rows.
        language_codes: `(n,)` language of each row, as a position in `languages`.
        check_start: position of the first check row.
        test_start: position of the first test row.
        translations: which of the rows before the check rows translate which; None where translations are not used.
    """

    languages: tuple[str, ...]
    ids: NDArray[np.intp]
    classes: NDArray[np.intp]
    language_codes: NDArray[np.intp]
    check_start: int
    test_start: int
    translations: Translations | None = None

    def arena(self, vectors: Vectors) -> Arena:
        """The arena on prepared embeddings `(n, d)`, in the order of the rows; they are not copied."""
        check, test = self.check_start, self.test_start
        pool, checked, tested, trainable = (
            Part(vectors[part], self.classes[part], self.language_codes[part])
            for part in (slice(len(self.ids)), slice(check, test), slice(test, None), slice(check))
        )
        return Arena(self.languages, self.ids, pool, checked, tested, trainable, self.translations)


@dataclass(frozen=True)
class Plan:
    """How the labels are spent.

    Attributes:
        target: accuracy to reach in every language, 0 to 1, or language to its own.
        labels: labels in all, the first ones included.
        first: labels of the first, random batch.
        batch: labels of every later batch.
        uncertainty: a name in `UNCERTAINTIES`, or a function that can be pickled.
        keep_right: whether a replay says which test rows were right.
        translation_weight: what a translation of a labelled text counts in training, where a label counts 1; with 0,
            translations are not used.
        estimator: what models are copies of, for which classes are the numbers from 0 on; None for logistic
            regression.
    """

    target: Target
    labels: int
    first: int
    batch: int
    uncertainty: str | Uncertainty
    keep_right: bool = False
    translation_weight: float = 0.0
    estimator: Estimator | None = None


@dataclass(frozen=True, eq=False)
class Replay:
    """What one strategy did with one seed.

    Attributes:
        labels: labels spent at each round.
        curve: `(rounds, languages)` accuracy on the test rows.
        label_counts: `(languages,)` labels spent on each language at the end.
        seconds: time it took.
        right: `(rounds, t)` whether each test row was predicted right; None unless the plan asks for it.
    """

    labels: tuple[int, ...]
    curve: NDArray[np.float64]
    label_counts: NDArray[np.int64]
    seconds: float
    right: NDArray[np.bool_] | None = None


Watch = Callable[[NDArray[np.intp], Model], None]


@with_one_thread
def replay(arena: Arena, plan: Plan, strategy: str | Strategy, seed: int, watch: Watch | None = None) -> Replay:
    """Label the pool batch by batch and measure after each one.

    The strategy sees the rest of the pool with its probabilities, the labelled items, and the accuracy on the check
    rows after this and earlier rounds, nothing else.

    Args:
        arena: the task's data.
        plan: how the labels are spent.
        strategy: a name as for `find_strategy`, or a `Strategy`.
        seed: decides the first labels, and every later choice that is left to chance.
        watch: called at each round with the positions of the labelled items and the model fitted on them.

    Raises:
        NotEnoughLabels: the first labels are all of one class.
    """
    start = time.perf_counter()
    chosen = find_strategy(strategy)
    rng = np.random.default_rng(seed)
    run = _Run(arena, plan, chosen, rng, _first_labels(arena, plan, chosen, rng))
    labels: list[int] = []
    curve: list[NDArray[np.float64]] = []
    right: list[NDArray[np.bool_]] = []
    model: Model | None = None

    # The vectors are checked once, before the first replay.
    with sklearn.config_context(assume_finite=True):
        while True:
            model = _fit(arena, plan, chosen, run.labelled, seed, model)
            if watch is not None:
                watch(run.labelled, model)
            labels.append(len(run.labelled))
            predicted = model.predict(arena.test.vectors, arena.test.language_codes)
            curve.append(arena.test.accuracy(predicted, len(arena.languages)))
            right.append(predicted == arena.test.classes)
            if len(run.labelled) >= min(plan.labels, len(arena.ids)):
                break
            run.label_next_batch(model)

    counts = np.bincount(arena.pool.language_codes[run.labelled], minlength=len(arena.languages))
    seconds = time.perf_counter() - start
    which = np.stack(right) if plan.keep_right else None
    return Replay(tuple(labels), np.stack(curve), counts.astype(np.int64), seconds, which)


class _Run:
    """The labels of a replay so far, and what a strategy may know of them."""

    def __init__(
        self, arena: Arena, plan: Plan, strategy: Strategy, rng: np.random.Generator, first: NDArray[np.intp]
    ) -> None:
        self.labelled = first
        self._arena, self._plan, self._strategy, self._rng = arena, plan, strategy, rng
        self._language_of = np.asarray(arena.languages)[arena.pool.language_codes]
        self._targets = {language: target_of(plan.target, language) for language in arena.languages}
        self._checked = _by_language(arena, np.bincount(arena.check.language_codes, minlength=len(arena.languages)))
        self._history: list[Observation] = []

    def label_next_batch(self, model: Model) -> None:
        """Let the strategy choose, and label what it chose."""
        arena, pool, check = self._arena, self._arena.pool, self._arena.check
        seen = check.accuracy(model.predict(check.vectors, check.language_codes), len(arena.languages))
        accuracy = dict(zip(arena.languages, seen.tolist(), strict=True))
        labels = _by_language(arena, np.bincount(pool.language_codes[self.labelled], minlength=len(arena.languages)))
        self._history.append(Observation(labels, accuracy))
        rest = _all_but(self.labelled, len(arena.ids))
        looks_at_vectors = find_diversity(self._strategy.diversity).needs_vectors
        selection = select_batch(
            model.predict_proba(pool.vectors, pool.language_codes)[rest],
            self._language_of[rest],
            accuracy=accuracy,
            targets=self._targets,
            budget=min(self._plan.batch, self._plan.labels - len(self.labelled)),
            strategy=self._strategy,
            uncertainty=self._plan.uncertainty,
            ids=arena.ids[rest],
            rng=self._rng,
            vectors=pool.vectors[rest] if looks_at_vectors else None,
            labelled_vectors=pool.vectors[self.labelled] if looks_at_vectors else None,
            labels=labels,
            checked=self._checked,
            history=self._history,
        )
        self.labelled = np.concatenate([self.labelled, rest[selection.indices]])


def _first_labels(arena: Arena, plan: Plan, strategy: Strategy, rng: np.random.Generator) -> NDArray[np.intp]:
    """Positions of the first labels. By chance, all strategies of one seed begin with the same ones."""
    method = find_first_batch(strategy.first_batch)
    if method.name == "random":
        return rng.choice(len(arena.ids), plan.first, replace=False)
    languages = np.asarray(arena.languages)[arena.pool.language_codes]
    targets = {language: target_of(plan.target, language) for language in arena.languages}
    return select_first_batch(languages, targets, plan.first, method, arena.pool.vectors, arena.ids, rng).indices


def _fit(
    arena: Arena, plan: Plan, strategy: Strategy, labelled: NDArray[np.intp], seed: int, earlier: Model | None
) -> JointModel | SeparateModels:
    rows, classes, weights = _training_rows(arena, plan, labelled)
    vectors = arena.trainable.vectors[rows]
    if strategy.separate_models:
        codes = arena.trainable.language_codes[rows]
        return SeparateModels(vectors, classes, codes, len(arena.languages), seed, weights, plan.estimator)
    start = earlier if isinstance(earlier, JointModel) else None
    return JointModel(vectors, classes, seed, start, weights, plan.estimator)


def _training_rows(
    arena: Arena, plan: Plan, labelled: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64] | None]:
    """Positions, classes and weights of what a model learns from: the labels, and after them their translations."""
    if arena.translations is None or plan.translation_weight == 0:
        return labelled, arena.pool.classes[labelled], None
    rows, originals = arena.translations.of(labelled)
    # A translation has the class of the label it comes from: its own would be a label that nobody has given.
    classes = arena.pool.classes[np.concatenate([labelled, originals])]
    weights = np.repeat([1.0, plan.translation_weight], [len(labelled), len(rows)])
    return np.concatenate([labelled, rows]), classes, weights


def _by_language(arena: Arena, counts: NDArray[np.intp]) -> dict[str, int]:
    return dict(zip(arena.languages, counts.tolist(), strict=True))


def _all_but(labelled: NDArray[np.intp], size: int) -> NDArray[np.intp]:
    """Positions of the pool that have no label yet, in order."""
    free = np.ones(size, dtype=bool)
    free[labelled] = False
    return np.flatnonzero(free)
