"""Replays side by side in processes, each with one BLAS thread.

The prepared embeddings go to the workers as a file that each of them maps into memory once.
"""

import itertools
import os
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context, parent_process
from pathlib import Path

import numpy as np

from lamm_core.errors import InvalidInput
from lamm_core.experiments.replay import Arena, Outline, Plan, Replay, replay
from lamm_core.model.embedding_store import Vectors
from lamm_core.selection import Strategy

Progress = Callable[[int, int], None]
Job = tuple[str | Strategy, int]
Finished = Callable[[int, Replay], None]

_arena_of_this_worker: Arena | None = None


def replay_all(
    outline: Outline,
    vectors: Vectors,
    plan: Plan,
    jobs: Sequence[Job],
    workers: int | None = None,
    progress: Progress | None = None,
    finished: Finished | None = None,
) -> list[Replay]:
    """Run every job; the results do not depend on the number of workers.

    Workers are started afresh ("spawn"), so a script that calls this needs the usual `if __name__ == "__main__":`.

    Args:
        outline: the task's rows.
        vectors: `(n, d)` prepared embeddings in the order of the outline's rows.
        plan: how the labels are spent.
        jobs: strategy and seed of each replay.
        workers: number of processes, at least 1; None takes one a core. With 1, all is done in this process.
        progress: called with (replays done, replays to do) before the first replay and after each.
        finished: called with (place of the job, its replay) as soon as a replay is done, before `progress`.

    Returns:
        One `Replay` a job, in the order of the jobs.

    Raises:
        InvalidInput: the number of workers is below 1.
        LammError: the first error that a replay met; the replays that have not begun are dropped.
    """
    count = min(check_workers(workers), len(jobs))
    report = progress or _say_nothing
    report(0, len(jobs))
    finish = _reporting(finished, report, len(jobs))
    if count <= 1:
        return _replay_here(outline.arena(vectors), plan, jobs, finish)
    with tempfile.TemporaryDirectory(prefix="lamm-backtest-") as folder:
        path = Path(folder) / "vectors.npy"
        np.save(path, vectors)
        return _replay_in_processes(path, outline, plan, jobs, count, finish)


def check_workers(workers: int | None) -> int:
    """The number of processes that was asked for, or one a core.

    Raises:
        InvalidInput: it is below 1.
    """
    if workers is not None and workers < 1:
        raise InvalidInput(f"The number of workers is {workers}; it must be at least 1.")
    return workers or os.cpu_count() or 1


def _say_nothing(done: int, total: int) -> None:
    """Progress that nobody asked for."""


def _reporting(finished: Finished | None, report: Progress, total: int) -> Finished:
    """What is done after each replay: hand it over, then say how many there are."""
    done = itertools.count(1)

    def finish(place: int, result: Replay) -> None:
        if finished is not None:
            finished(place, result)
        report(next(done), total)

    return finish


def _replay_here(arena: Arena, plan: Plan, jobs: Sequence[Job], finish: Finished) -> list[Replay]:
    replays = []
    for place, (strategy, seed) in enumerate(jobs):
        replays.append(replay(arena, plan, strategy, seed))
        finish(place, replays[-1])
    return replays


def _replay_in_processes(
    path: Path, outline: Outline, plan: Plan, jobs: Sequence[Job], count: int, finish: Finished
) -> list[Replay]:
    executor = ProcessPoolExecutor(count, get_context("spawn"), _open_arena, (path, outline))
    try:
        futures = [executor.submit(_replay_in_worker, plan, strategy, seed) for strategy, seed in jobs]
        place_of = {future: place for place, future in enumerate(futures)}
        for future in as_completed(futures):
            finish(place_of[future], future.result())
        return [future.result() for future in futures]
    finally:
        executor.shutdown(cancel_futures=True)


def _open_arena(path: Path, outline: Outline) -> None:
    global _arena_of_this_worker
    threading.Thread(target=_end_with_the_parent, name="end-with-the-parent", daemon=True).start()
    _arena_of_this_worker = outline.arena(np.asarray(np.load(path, mmap_mode="r", allow_pickle=False)))


def _end_with_the_parent() -> None:
    """End this worker when its parent is killed; it would wait for the next replay for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _replay_in_worker(plan: Plan, strategy: str | Strategy, seed: int) -> Replay:
    if _arena_of_this_worker is None:
        raise RuntimeError("A worker was given a replay before its data.")
    return replay(_arena_of_this_worker, plan, strategy, seed)
