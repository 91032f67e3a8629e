"""Strategies replayed on data whose labels are known, and what came of it."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lamm_core.errors import InvalidAccuracy, InvalidInput
from lamm_core.experiments import figures
from lamm_core.experiments.preparations import find_preparation, prepare
from lamm_core.experiments.processes import Job, Progress, check_workers, replay_all
from lamm_core.experiments.replay import Outline, Plan
from lamm_core.experiments.tasks import TaskData, find_task, load_task
from lamm_core.model.embedding import embed_missing
from lamm_core.model.embedding_store import EmbeddingStore, Vectors, text_key
from lamm_core.selection import Strategy
from lamm_core.selection.strategies import find_strategy
from lamm_core.selection.uncertainty import Uncertainty, find_uncertainty


@dataclass(frozen=True, eq=False)
class BacktestResult:
    """What one strategy reached on one task.

    Attributes:
        task, strategy, uncertainty, preparation, encoder: names of what was run; the encoder is empty where the
            caller did not name it.
        target: accuracy to reach in every language.
        seeds: the seeds.
        languages: languages in the order of the arrays.
        labels: labels spent at each round.
        curves: `(seeds, rounds, languages)` accuracy on the test rows.
        label_counts: `(seeds, languages)` labels spent on each language at the end.
        pool_share: share of the pool in each language.
        seconds: working time of the replays, summed over seeds, without embedding.
    """

    task: str
    strategy: str
    uncertainty: str
    preparation: str
    encoder: str
    target: float
    seeds: tuple[int, ...]
    languages: tuple[str, ...]
    labels: tuple[int, ...]
    curves: figures.Curves
    label_counts: NDArray[np.int64]
    pool_share: dict[str, float]
    seconds: float

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
        return figures.ltt(self.curves, self.labels, self.target)

    @property
    def deficit(self) -> float:
        """Points of accuracy missing to the targets, summed over languages, mean over rounds and seeds."""
        return figures.deficit(self.curves, self.target)


def run_benchmark(
    task_names: Sequence[str],
    data: Path,
    strategies: Sequence[str | Strategy],
    seeds: int,
    labels: int | None,
    target: float | None,
    store_root: Path,
    encoder: str,
    preparation: str = "plain",
    workers: int | None = None,
    progress: Progress | None = None,
    uncertainty: str | Uncertainty = "entropy",
    embedding_progress: Progress | None = None,
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
        preparation: a name in `PREPARATIONS`.
        workers: number of processes; None takes one a core.
        progress: called with (replays done, replays to do), over all tasks.
        uncertainty: a name in `UNCERTAINTIES`, or a function that can be pickled.
        embedding_progress: called with (texts done, texts to do), for each task whose texts are not all embedded.

    Returns:
        One result a task and strategy, in that order.

    Raises:
        UnknownTask, UnknownStrategy, UnknownPreparation, InvalidInput, UnreadableFile, MissingColumn,
        EncoderUnavailable, NotEnoughLabels: see the message.
    """
    tasks = [find_task(name) for name in task_names]
    if seeds < 1:
        raise InvalidInput(f"The number of seeds is {seeds}; it must be at least 1.")
    _check_names(strategies, uncertainty, preparation)
    check_workers(workers)
    loaded = [load_task(task, data) for task in tasks]
    plans = [_plan(task_data, labels, target, uncertainty) for task_data in loaded]
    store = EmbeddingStore(store_root, encoder)
    each = len(strategies) * seeds

    results: list[BacktestResult] = []
    for place, (task_data, plan) in enumerate(zip(loaded, plans, strict=True)):
        results += run_backtest(
            task_data,
            task_embeddings(task_data, store, embedding_progress),
            strategies,
            range(seeds),
            labels=plan.labels,
            target=plan.target,
            uncertainty=uncertainty,
            preparation=preparation,
            encoder=encoder,
            workers=workers,
            progress=_part_of(progress, place * each, len(loaded) * each),
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
    target: float | None = None,
    uncertainty: str | Uncertainty = "entropy",
    preparation: str = "plain",
    encoder: str = "",
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[BacktestResult]:
    """Replay each strategy with each seed on one task.

    Args:
        task_data: rows of a task.
        embeddings: `(n, d)`, one row for each of the task's rows.
        strategies: names in `STRATEGIES`, or strategies that can be pickled.
        seeds: one replay each.
        labels: labels in all, the first ones included; None takes the task's own number.
        target: accuracy to reach in every language, 0 to 1; None takes the task's own.
        uncertainty: a name in `UNCERTAINTIES`, or a function that can be pickled.
        preparation: a name in `PREPARATIONS`; fitted once, on the pool.
        encoder: name to keep in the results.
        workers: number of processes; None takes one a core.
        progress: called with (replays done, replays to do).

    Returns:
        One result a strategy, in their order. Seeds and rows decide it; the number of workers does not.

    Raises:
        UnknownStrategy, UnknownPreparation: a name is not registered.
        InvalidInput, InvalidAccuracy: no seeds, the labels or the target are out of range, the embeddings do not
            fit the rows, or a language has no check or test rows.
        NotEnoughLabels: the first labels of a seed are all of one class.
    """
    _check_names(strategies, uncertainty, preparation)
    if not len(seeds):
        raise InvalidInput("A backtest needs at least 1 seed; got 0.")
    check_workers(workers)
    plan = _plan(task_data, labels, target, uncertainty)
    _check_embeddings(task_data, embeddings)
    outline = _outline(task_data)

    order = np.concatenate([task_data.pool, task_data.check, task_data.test])
    vectors = prepare(preparation, embeddings, task_data.pool)[order]
    jobs: list[Job] = [(strategy, seed) for strategy in strategies for seed in seeds]
    replays = replay_all(outline, vectors, plan, jobs, workers, progress)

    shares = figures.pool_share(task_data.languages[task_data.pool], outline.languages)
    results = []
    for place, strategy in enumerate(strategies):
        of_strategy = replays[place * len(seeds) : (place + 1) * len(seeds)]
        results.append(
            BacktestResult(
                task=task_data.task.name,
                strategy=find_strategy(strategy).name,
                uncertainty=uncertainty if isinstance(uncertainty, str) else uncertainty.__name__,
                preparation=preparation,
                encoder=encoder,
                target=plan.target,
                seeds=tuple(seeds),
                languages=outline.languages,
                labels=of_strategy[0].labels,
                curves=np.stack([replay.curve for replay in of_strategy]),
                label_counts=np.stack([replay.label_counts for replay in of_strategy]),
                pool_share=shares,
                seconds=sum(replay.seconds for replay in of_strategy),
            )
        )
    return results


def _check_names(strategies: Sequence[str | Strategy], uncertainty: str | Uncertainty, preparation: str) -> None:
    for strategy in strategies:
        find_strategy(strategy)
    find_uncertainty(uncertainty)
    find_preparation(preparation)


def _plan(task_data: TaskData, labels: int | None, target: float | None, uncertainty: str | Uncertainty) -> Plan:
    task = task_data.task
    spend = task.labels if labels is None else labels
    aim = task.target if target is None else target
    if spend < task.first:
        raise InvalidInput(f"{spend} labels are fewer than the {task.first} first labels of {task.name!r}.")
    if task.first > len(task_data.pool):
        raise InvalidInput(f"The pool of {task.name!r} has {len(task_data.pool)} items for {task.first} first labels.")
    if not 0 <= aim <= 1:
        raise InvalidAccuracy(f"The target is {aim}; it must lie between 0 and 1.")
    return Plan(aim, spend, task.first, task.batch, uncertainty)


def _check_embeddings(task_data: TaskData, embeddings: Vectors) -> None:
    rows = len(task_data.rows)
    if embeddings.ndim != 2 or len(embeddings) != rows:
        raise InvalidInput(f"The task has {rows} rows, but the embeddings have the shape {embeddings.shape}.")
    if not np.isfinite(embeddings).all():
        raise InvalidInput(f"The embeddings of {rows} rows hold numbers that are not finite.")


def _outline(task_data: TaskData) -> Outline:
    """The task's rows as numbers, pool first, then check, then test."""
    languages = task_data.task.languages
    order = np.concatenate([task_data.pool, task_data.check, task_data.test])
    for part, positions in (("pool", task_data.pool), ("check", task_data.check), ("test", task_data.test)):
        absent = sorted(set(languages) - set(task_data.languages[positions].tolist()))
        if absent:
            raise InvalidInput(f"The task {task_data.task.name!r} has no {part} rows in: {', '.join(absent)}.")
    number = {language: code for code, language in enumerate(languages)}
    return Outline(
        languages=languages,
        ids=task_data.rows[task_data.pool],
        classes=np.unique(task_data.classes, return_inverse=True)[1][order],
        language_codes=np.asarray([number[name] for name in task_data.languages[order].tolist()], dtype=np.intp),
        check_start=len(task_data.pool),
        test_start=len(task_data.pool) + len(task_data.check),
    )


def _part_of(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Progress of one task, told as progress of all tasks."""
    if progress is None:
        return None
    return lambda done, _: progress(before + done, total)
