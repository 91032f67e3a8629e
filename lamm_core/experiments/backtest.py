"""Strategies replayed on data whose labels are known, and what came of it."""

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lamm_core.errors import InvalidInput
from lamm_core.experiments import figures
from lamm_core.experiments.kept_replays import KeptReplays, replay_missing
from lamm_core.experiments.preparations import prepared_rows
from lamm_core.experiments.processes import Job, Progress, check_workers
from lamm_core.experiments.replay import Arena, Outline, Plan, Replay
from lamm_core.experiments.targets import Target, as_array, checked_target
from lamm_core.experiments.tasks import TaskData, find_task, load_task
from lamm_core.experiments.translations import Translations
from lamm_core.model.embedding import embed_missing
from lamm_core.model.embedding_store import EmbeddingStore, Vectors, text_key
from lamm_core.model.estimators import Estimator, try_estimator
from lamm_core.model.preparation.names import parse_preparation, short_name
from lamm_core.selection import Strategy
from lamm_core.selection.strategies import find_strategy
from lamm_core.selection.uncertainty import Uncertainty, find_uncertainty


@dataclass(frozen=True, eq=False)
class BacktestResult:
    """What one strategy reached on one task.

    Attributes:
        task, strategy, uncertainty, preparation, encoder: names of what was run; the encoder is empty where the
            caller did not name it.
        target: accuracy to reach in every language; language to its own where they differ.
        seeds: the seeds.
        languages: languages in the order of the arrays.
        labels: labels spent at each round.
        curves: `(seeds, rounds, languages)` accuracy on the test rows.
        label_counts: `(seeds, languages)` labels spent on each language at the end.
        pool_share: share of the pool in each language.
        seconds: working time of the replays, summed over seeds, without embedding.
        right: `(seeds, rounds, t)` whether each test row was predicted right; None unless that was asked for.
        translated: whether translations of the labelled texts were learnt from as well.
    """

    task: str
    strategy: str
    uncertainty: str
    preparation: str
    encoder: str
    target: Target
    seeds: tuple[int, ...]
    languages: tuple[str, ...]
    labels: tuple[int, ...]
    curves: figures.Curves
    label_counts: NDArray[np.int64]
    pool_share: dict[str, float]
    seconds: float
    right: NDArray[np.bool_] | None = None
    translated: bool = False

    @property
    def targets(self) -> NDArray[np.float64]:
        """Target of each language, `(languages,)`."""
        return as_array(self.target, self.languages)

    @property
    def accuracy(self) -> dict[str, list[float]]:
        """Test accuracy of each language at each round, mean over seeds."""
        return dict(zip(self.languages, self.curves.mean(axis=0).T.tolist(), strict=True))

    @functools.cached_property
    def auc(self) -> dict[str, float]:
        """Mean test accuracy over rounds and seeds, per language."""
        return dict(zip(self.languages, figures.auc(self.curves).tolist(), strict=True))

    @property
    def label_share(self) -> dict[str, float]:
        """Share of the labels spent on each language, the first ones included, mean over seeds."""
        return dict(zip(self.languages, figures.label_share(self.label_counts).tolist(), strict=True))

    @property
    def hrl(self) -> float:
        """Area of the language with the largest pool share; `mean` where shares are equal."""
        return figures.hrl(self.auc, self.pool_share)

    @property
    def lrl(self) -> float:
        """Mean area of the other languages; `mean` where shares are equal."""
        return figures.lrl(self.auc, self.pool_share)

    @property
    def mean(self) -> float:
        """Mean area of all languages."""
        return figures.mean(self.auc)

    @property
    def ltt(self) -> float:
        """Labels until every language is at its target, median over seeds; infinite if never."""
        return figures.ltt(self.curves, self.labels, self.targets)

    @property
    def deficit(self) -> float:
        """Points of accuracy missing to the targets, summed over languages, mean over rounds and seeds."""
        return figures.deficit(self.curves, self.targets)


def run_benchmark(
    task_names: Sequence[str],
    data: Path,
    strategies: Sequence[str | Strategy],
    seeds: int,
    labels: int | None,
    target: float | None,
    store_root: Path,
    encoder: str,
    preparation: str | Sequence[str] = "plain",
    workers: int | None = None,
    progress: Progress | None = None,
    uncertainty: str | Uncertainty = "entropy",
    embedding_progress: Progress | None = None,
    kept: KeptReplays | None = None,
    translation_weight: float = 0.0,
) -> list[BacktestResult]:
    """Replay strategies on benchmark tasks; every name is checked before any work starts.

    Args:
        task_names: names in `TASKS`.
        data: folder of the research files.
        strategies: names in `STRATEGIES`, or strategies that can be pickled.
        seeds: number of seeds, 0 to seeds - 1.
        labels: labels in all; None takes each task's own number.
        target: accuracy to reach in every language; None takes each task's own.
        store_root: folder of the embedding stores.
        encoder: name of the encoder.
        preparation: a name as for `parse_preparation`, or several, each run in turn.
        workers: number of processes; None takes one a core.
        progress: called with (replays done, replays to do), over all tasks.
        uncertainty: a name in `UNCERTAINTIES`, or a function that can be pickled.
        embedding_progress: called with (texts done, texts to do), for each task whose texts are not all embedded.
        kept: where finished replays are kept and taken from; None keeps none.
        translation_weight: what a translation of a labelled text counts in training, 0 to 1; with 0 there are none.

    Returns:
        One result a task, preparation and strategy, in that order.

    Raises:
        UnknownTask, UnknownStrategy, UnknownPreparation, InvalidInput, UnreadableFile, MissingColumn,
        EncoderUnavailable, NotEnoughLabels: see the message.
    """
    tasks = [find_task(name) for name in task_names]
    if seeds < 1:
        raise InvalidInput(f"The number of seeds is {seeds}; it must be at least 1.")
    preparations = [preparation] if isinstance(preparation, str) else list(preparation)
    if not preparations:
        raise InvalidInput("A benchmark needs at least 1 preparation; got 0.")
    for name in preparations:
        _check_names(strategies, uncertainty, name)
    check_workers(workers)
    loaded = [load_task(task, data, translate=translation_weight != 0) for task in tasks]
    plans = [
        _plan(task_data, labels, target, uncertainty, translation_weight=translation_weight) for task_data in loaded
    ]
    store = EmbeddingStore(store_root, encoder)
    each = len(strategies) * seeds

    results: list[BacktestResult] = []
    places = itertools.count()
    for task_data, plan in zip(loaded, plans, strict=True):
        embeddings = task_embeddings(task_data, store, embedding_progress)
        for name in preparations:
            results += run_backtest(
                task_data,
                embeddings,
                strategies,
                range(seeds),
                labels=plan.labels,
                target=plan.target,
                uncertainty=uncertainty,
                preparation=name,
                encoder=encoder,
                workers=workers,
                progress=_part_of(progress, next(places) * each, len(loaded) * len(preparations) * each),
                kept=kept,
                translation_weight=translation_weight,
            )
    return results


def task_embeddings(task_data: TaskData, store: EmbeddingStore, progress: Progress | None = None) -> Vectors:
    """Embeddings `(n, d)` of the task's rows, those that the store lacks computed first.

    Args:
        task_data: rows of a task.
        store: the store of one encoder.
        progress: called with (texts done, texts to do).

    Raises:
        EncoderUnavailable: the encoder cannot be loaded, or gives something other than one row a text.
    """
    texts = [str(text) for text in task_data.texts]
    embed_missing(store, texts, progress)
    return store.vectors([text_key(text) for text in texts])


def run_backtest(
    task_data: TaskData,
    embeddings: Vectors,
    strategies: Sequence[str | Strategy],
    seeds: Sequence[int],
    labels: int | None = None,
    target: Target | None = None,
    uncertainty: str | Uncertainty = "entropy",
    preparation: str = "plain",
    encoder: str = "",
    workers: int | None = None,
    progress: Progress | None = None,
    kept: KeptReplays | None = None,
    keep_right: bool = False,
    translation_weight: float = 0.0,
    estimator: Estimator | None = None,
) -> list[BacktestResult]:
    """Replay each strategy with each seed on one task.

    Args:
        task_data: rows of a task.
        embeddings: `(n, d)`, one row for each of the task's rows.
        strategies: names in `STRATEGIES`, or strategies that can be pickled.
        seeds: one replay each.
        labels: labels in all, the first ones included; None takes the task's own number.
        target: accuracy to reach in every language, 0 to 1, or language to its own; None takes the task's own.
        uncertainty: a name in `UNCERTAINTIES`, or a function that can be pickled.
        preparation: a name as for `parse_preparation`; fitted once, on the pool.
        encoder: name to keep in the results.
        workers: number of processes; None takes one a core.
        progress: called with (replays done, replays to do).
        kept: where finished replays are kept and taken from; None keeps none.
        keep_right: also give which test rows were predicted right; such replays are not kept.
        translation_weight: what a translation of a labelled text counts in training, 0 to 1, where a label counts 1;
            with 0 translations are not used.
        estimator: what models are copies of, tried before anything else is done; None for logistic regression. Its
            classes are the numbers from 0 on, and such replays are not kept.

    Returns:
        One result a strategy, in their order. Seeds and rows decide it; the number of workers does not.

    Raises:
        UnknownStrategy, UnknownPreparation: a name is not registered.
        InvalidInput, InvalidAccuracy: no seeds, the labels or the target are out of range, the embeddings do not
            fit the rows, or a language has no check or test rows.
        NotEnoughLabels: the first labels of a seed are all of one class.
        EstimatorUnusable: the estimator cannot be used, or not with the labels of a replay.
    """
    _check_names(strategies, uncertainty, preparation)
    if not len(seeds):
        raise InvalidInput("A backtest needs at least 1 seed; got 0.")
    check_workers(workers)
    plan = _plan(task_data, labels, target, uncertainty, keep_right, translation_weight, estimator)
    if estimator is not None:
        try_estimator(estimator, range(len(set(task_data.classes.tolist()))), saved=False)
    _check_embeddings(task_data, embeddings)
    translations = task_data.translations if translation_weight else None
    order = _order(task_data, translations)
    outline = _outline(task_data, order, translations)

    prepared_as = short_name(parse_preparation(preparation))
    vectors = prepared_rows(task_data, embeddings, preparation)[order]
    jobs: list[Job] = [(strategy, seed) for strategy in strategies for seed in seeds]
    about = (task_data.task.name, prepared_as, encoder)
    replays = replay_missing(kept, about, outline, vectors, plan, jobs, workers, progress)

    shares = figures.pool_share(task_data.languages[task_data.pool], outline.languages)
    results = []
    for place, strategy in enumerate(strategies):
        of_strategy = replays[place * len(seeds) : (place + 1) * len(seeds)]
        results.append(
            BacktestResult(
                task=task_data.task.name,
                strategy=find_strategy(strategy).name,
                uncertainty=uncertainty if isinstance(uncertainty, str) else uncertainty.__name__,
                preparation=prepared_as,
                encoder=encoder,
                target=plan.target,
                seeds=tuple(seeds),
                languages=outline.languages,
                labels=of_strategy[0].labels,
                curves=np.stack([replay.curve for replay in of_strategy]),
                label_counts=np.stack([replay.label_counts for replay in of_strategy]),
                pool_share=shares,
                seconds=sum(replay.seconds for replay in of_strategy),
                right=_right(of_strategy),
                translated=plan.translation_weight > 0,
            )
        )
    return results


def make_arena(task_data: TaskData, embeddings: Vectors, preparation: str) -> Arena:
    """What a replay works on, without translations, for callers that replay one by one.

    Args:
        task_data: rows of a task.
        embeddings: `(n, d)`, one row for each of the task's rows.
        preparation: a name as for `parse_preparation`; fitted on the pool.
    """
    _check_embeddings(task_data, embeddings)
    order = _order(task_data, None)
    return _outline(task_data, order, None).arena(prepared_rows(task_data, embeddings, preparation)[order])


def _check_names(strategies: Sequence[str | Strategy], uncertainty: str | Uncertainty, preparation: str) -> None:
    for strategy in strategies:
        find_strategy(strategy)
    find_uncertainty(uncertainty)
    parse_preparation(preparation)


def _right(replays: Sequence[Replay]) -> NDArray[np.bool_] | None:
    found = [replay.right for replay in replays if replay.right is not None]
    return np.stack(found) if len(found) == len(replays) else None


def _plan(
    task_data: TaskData,
    labels: int | None,
    target: Target | None,
    uncertainty: str | Uncertainty,
    keep_right: bool = False,
    translation_weight: float = 0.0,
    estimator: Estimator | None = None,
) -> Plan:
    task = task_data.task
    spend = task.labels if labels is None else labels
    aim: Target = task.target if target is None else target
    if spend < task.first:
        raise InvalidInput(f"{spend} labels are fewer than the {task.first} first labels of {task.name!r}.")
    if task.first > len(task_data.pool):
        raise InvalidInput(f"The pool of {task.name!r} has {len(task_data.pool)} items for {task.first} first labels.")
    if not 0 <= translation_weight <= 1:
        raise InvalidInput(f"The weight of a translation is {translation_weight}; it must be a number from 0 to 1.")
    if translation_weight and task_data.translations is None:
        raise InvalidInput(f"The task {task.name!r} was read without the translations of its pool.")
    aim = checked_target(aim, task.languages)
    return Plan(aim, spend, task.first, task.batch, uncertainty, keep_right, translation_weight, estimator)


def _check_embeddings(task_data: TaskData, embeddings: Vectors) -> None:
    rows = len(task_data.rows)
    if embeddings.ndim != 2 or len(embeddings) != rows:
        raise InvalidInput(f"The task has {rows} rows, but the embeddings have the shape {embeddings.shape}.")
    if not np.isfinite(embeddings).all():
        raise InvalidInput(f"The embeddings of {rows} rows hold numbers that are not finite.")


def _order(task_data: TaskData, translations: Translations | None) -> NDArray[np.intp]:
    """The rows as an outline has them: what can be learnt from first, then check, then test."""
    extra = [] if translations is None else [translations.extra]
    return np.concatenate([task_data.pool, *extra, task_data.check, task_data.test])


def _outline(task_data: TaskData, order: NDArray[np.intp], translations: Translations | None) -> Outline:
    """The task's rows as numbers, in that order."""
    languages = task_data.task.languages
    for part, positions in (("pool", task_data.pool), ("check", task_data.check), ("test", task_data.test)):
        absent = sorted(set(languages) - set(task_data.languages[positions].tolist()))
        if absent:
            raise InvalidInput(f"The task {task_data.task.name!r} has no {part} rows in: {', '.join(absent)}.")
    check_start = len(task_data.pool)
    if translations is not None:
        check_start += len(translations.extra)
        place_of = np.full(len(task_data.rows), len(order))
        place_of[order[::-1]] = np.arange(len(order))[::-1]  # check rows may stand there twice: the first place counts
        translations = translations.moved(place_of)
        if (translations.rows >= check_start).any() or (translations.originals >= len(task_data.pool)).any():
            raise InvalidInput(f"The task {task_data.task.name!r} has translations from or into rows outside its pool.")
    number = {language: code for code, language in enumerate(languages)}
    return Outline(
        languages=languages,
        ids=task_data.rows[task_data.pool],
        classes=np.unique(task_data.classes, return_inverse=True)[1][order],
        language_codes=np.asarray([number[name] for name in task_data.languages[order].tolist()], dtype=np.intp),
        check_start=check_start,
        test_start=check_start + len(task_data.check),
        translations=translations,
    )


def _part_of(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Progress of one task, told as progress of all tasks."""
    if progress is None:
        return None
    return lambda done, _: progress(before + done, total)
