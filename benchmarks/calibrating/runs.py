"""Whole replays of a task, with what the model made of every test row at every round."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lamm_core.experiments.models import Model
from lamm_core.experiments.replay import Arena, Plan, replay
from lamm_core.experiments.tasks import TaskData
from lamm_core.files import written_aside

Table = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Run:
    """One replay: what each round's model was worth on the check set, which a project sees, and on the test rows.

    Attributes:
        task: what was replayed.
        languages: order of the columns.
        labels: `(rounds,)` labels in all.
        counts: `(rounds, languages)` labels per language.
        check: `(rounds, languages)` accuracy on the check set.
        test: `(rounds, languages)` accuracy on the test rows.
        checked: `(languages,)` items of the check set.
        tested: `(languages,)` test rows.
        pool: `(languages,)` items of the pool, labelled or not.
        labelled: `(labels,)` positions in the pool, in the order in which they were labelled.
        predicted: `(rounds, t)` class that each round predicts for each test row.
    """

    task: str
    languages: tuple[str, ...]
    labels: Counts
    counts: Counts
    check: Table
    test: Table
    checked: Counts
    tested: Counts
    pool: Counts
    labelled: Counts
    predicted: Counts


def read_or_make_run(
    folder: Path, task: TaskData, arena: Callable[[], Arena], strategy: str, seed: int, key: str
) -> Run:
    """A replay from its file, or a fresh one, which is then kept.

    Args:
        folder: where replays are kept.
        task: rows of the task.
        arena: what the replay works on; asked for only where the file is missing.
        key: says on which encoder, preparation and version of the program the replay depends.
    """
    path = folder / f"{task.task.name}_{strategy}_{seed}_{key}.npz"
    if not path.exists():
        run = _make_run(task, arena(), strategy, seed)
        folder.mkdir(parents=True, exist_ok=True)
        with written_aside(path) as aside, aside.open("wb") as file:
            arrays = {each.name: np.asarray(getattr(run, each.name)) for each in fields(run)}
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    with np.load(path, allow_pickle=False) as data:
        arrays = {each.name: data[each.name] for each in fields(Run) if each.name not in ("task", "languages")}
        return Run(str(data["task"]), tuple(str(each) for each in data["languages"]), **arrays)


def _make_run(task_data: TaskData, arena: Arena, strategy: str, seed: int) -> Run:
    task, languages = task_data.task, len(arena.languages)
    counts, check, predicted, order = [], [], [], np.empty(0, dtype=np.int64)

    def watch(labelled: NDArray[np.intp], model: Model) -> None:
        nonlocal order
        order = labelled.astype(np.int64)
        counts.append(np.bincount(arena.pool.language_codes[labelled], minlength=languages))
        check.append(arena.check.accuracy(model.predict(arena.check.vectors, arena.check.language_codes), languages))
        predicted.append(model.predict(arena.test.vectors, arena.test.language_codes))

    plan = Plan(task.target, task.labels, task.first, task.batch, "entropy")
    done = replay(arena, plan, strategy, seed, watch)
    return Run(
        task=task.name,
        languages=arena.languages,
        labels=np.asarray(done.labels, dtype=np.int64),
        counts=np.stack(counts).astype(np.int64),
        check=np.stack(check),
        test=done.curve,
        checked=np.bincount(arena.check.language_codes, minlength=languages).astype(np.int64),
        tested=np.bincount(arena.test.language_codes, minlength=languages).astype(np.int64),
        pool=np.bincount(arena.pool.language_codes, minlength=languages).astype(np.int64),
        labelled=order,
        predicted=np.stack(predicted).astype(np.int64),
    )
