"""Replays kept on disk, so that a benchmark that was interrupted goes on where it stopped.

One file a replay, named by a digest of all that decides it: whatever changes, the name changes with it.
"""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from filelock import FileLock

from lamm_core.errors import StorageUnavailable
from lamm_core.experiments.digest import CannotBeNamed, digest, source_digest
from lamm_core.experiments.environment import versions
from lamm_core.experiments.processes import Job, Progress, replay_all
from lamm_core.experiments.replay import Outline, Plan, Replay
from lamm_core.files import written_aside
from lamm_core.model.embedding_store import Vectors
from lamm_core.paths import inside
from lamm_core.selection.strategies import find_strategy
from lamm_core.selection.uncertainty import find_uncertainty

# To be raised when the files, or what decides a replay outside the sources in `digest`, change their meaning.
ALGORITHM = 1


class KeptReplays:
    """A folder of finished replays.

    Attributes:
        folder: where they lie.
        taken: how many were taken from there so far instead of being run.
    """

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        """Open the folder, and make it where it is missing.

        Args:
            folder: where the replays lie.
            fresh: ignore those that are there; new ones are kept all the same.

        Raises:
            StorageUnavailable: the folder cannot be made.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageUnavailable(f"The folder {str(folder)!r} cannot be made: {error.strerror}.") from error
        self.folder = folder
        self.taken = 0
        self._fresh = fresh

    def take(self, name: str) -> Replay | None:
        """The replay of that name; None where there is none, or none that can be read."""
        found = None if self._fresh else _read(self._path(name))
        self.taken += found is not None
        return found

    def keep(self, name: str, replay: Replay) -> None:
        """Write a finished replay, whole or not at all.

        Raises:
            StorageUnavailable: it cannot be written.
        """
        path = self._path(name)
        try:
            # Two benchmarks may finish the same replay at the same moment.
            with FileLock(self.folder / "write.lock"), written_aside(path) as aside, aside.open("wb") as file:
                np.savez(
                    file,
                    labels=np.asarray(replay.labels, dtype=np.int64),
                    curve=replay.curve,
                    label_counts=replay.label_counts,
                    seconds=np.float64(replay.seconds),
                )
        except OSError as error:
            raise StorageUnavailable(f"{str(path)!r} cannot be written: {error.strerror or error}.") from error

    def _path(self, name: str) -> Path:
        return inside(self.folder, f"{name}.npz")


def replay_missing(
    kept: KeptReplays | None,
    about: Sequence[object],
    outline: Outline,
    vectors: Vectors,
    plan: Plan,
    jobs: Sequence[Job],
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[Replay]:
    """Take the replays that are kept, run the others, and keep each of them as soon as it is finished.

    Args:
        kept: where replays are kept; None, and a plan with `keep_right` or an estimator, runs all and keeps none.
        about: what else decides a replay or has a part in its name: names of task, preparation and encoder.
        outline, vectors, plan, jobs, workers: as for `replay_all`.
        progress: called with (replays done, replays to do); those that were kept count as done from the start.

    Returns:
        One `Replay` a job, in the order of the jobs; the same as `replay_all` gives.

    Raises:
        StorageUnavailable: a replay cannot be kept.
        LammError: as for `replay_all`.
    """
    # What is kept does not say which rows were right, nor can an estimator of the caller's be told from others.
    if kept is None or plan.keep_right or plan.estimator is not None:
        return replay_all(outline, vectors, plan, jobs, workers, progress)
    names = _names(about, outline, vectors, plan, jobs)
    replays = {place: found for place, name in enumerate(names) if name and (found := kept.take(name))}
    missing = [place for place in range(len(jobs)) if place not in replays]

    def finish(number: int, replay: Replay) -> None:
        place = missing[number]
        replays[place] = replay
        if name := names[place]:
            kept.keep(name, replay)

    def report(done: int, _: int) -> None:
        if progress is not None:
            progress(len(jobs) - len(missing) + done, len(jobs))

    replay_all(outline, vectors, plan, [jobs[place] for place in missing], workers, report, finish)
    return [replays[place] for place in range(len(jobs))]


def _names(
    about: Sequence[object], outline: Outline, vectors: Vectors, plan: Plan, jobs: Sequence[Job]
) -> list[str | None]:
    """A name for each replay; None for one that cannot be kept."""
    if not isinstance(plan.uncertainty, str):
        return [None] * len(jobs)
    try:
        shared = digest(
            ALGORITHM, source_digest(), versions(), about, outline, vectors, plan, find_uncertainty(plan.uncertainty)
        )
    except CannotBeNamed:
        return [None] * len(jobs)
    return [_name(shared, *job) for job in jobs]


def _name(shared: str, strategy: object, seed: int) -> str | None:
    """The name of one replay; None where the strategy came as code, which may be other code tomorrow."""
    if not isinstance(strategy, str):
        return None
    try:
        return digest(shared, strategy, find_strategy(strategy), seed)
    except CannotBeNamed:
        return None


def _read(path: Path) -> Replay | None:
    """The replay in a file; None where there is no file, or a damaged one, which is then written anew."""
    try:
        with np.load(path, allow_pickle=False) as file:
            labels, curve = file["labels"], file["curve"]
            label_counts, seconds = file["label_counts"], float(file["seconds"])
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None
    fits = labels.ndim == 1 and curve.shape == (len(labels), *label_counts.shape) and bool(np.isfinite(curve).all())
    return Replay(tuple(labels.tolist()), curve, label_counts, seconds) if fits else None
