"""Measurement `disk`: a batch of a million vectors on disk, against what the machine needs for the least of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lamm_core.model.vector_blocks import VectorFile
from scaling.contenders import BUDGET
from scaling.costs import Cost, measured
from scaling.fresh import in_fresh_process
from scaling.lamm_choice import ready_to_choose
from scaling.made import DIMENSION, MadePool
from scaling.page_cache import read_through, throw_out
from scaling.products import multiplied

_BUDGETS = (100, 1_000, 10_000)
_MODELS = 2


@dataclass(frozen=True)
class DiskCosts:
    """Costs of each repeat.

    Attributes:
        product: the product of all vectors with the model's weights and no more, the file in the system's memory.
        warm: a batch, likewise.
        half: a batch from vectors in half precision, likewise.
        small: a batch from the small pool, likewise.
        read: the file read from beginning to end, from the disk.
        cold: a batch, from the disk.
    """

    product: list[Cost]
    warm: list[Cost]
    half: list[Cost]
    small: list[Cost]
    read: list[Cost]
    cold: list[Cost]


@dataclass(frozen=True)
class Agreement:
    """How far batches from half precision are those from single precision, over budgets and models.

    Attributes:
        rows: the smallest share of the pool's items that are in both batches or in neither.
        picks: the smallest share of a batch that is in both.
    """

    rows: float
    picks: float


def disk_costs(pool: MadePool, small: MadePool, repeats: int) -> DiskCosts:
    """Everything in turn, each time in a fresh process.

    Raises:
        BenchmarkStopped: the file cannot be thrown out of memory.
    """
    runs: dict[str, tuple[Callable[[MadePool], Cost], MadePool]] = {
        "product": (product, pool),
        "warm": (warm, pool),
        "half": (half, pool),
        "small": (warm, small),
        "read": (read, pool),
        "cold": (cold, pool),
    }
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    for _repeat in range(repeats):
        for name, (call, of_pool) in runs.items():
            costs[name].append(in_fresh_process(call, of_pool))
    return DiskCosts(**costs)


def product(pool: MadePool) -> Cost:
    """The product of the mapped vectors, block by block, with the model's weights."""
    mapped, weights = pool.mapped(), pool.weights()
    read_through(pool.path)
    return measured(lambda: multiplied(mapped, weights))[1]


def warm(pool: MadePool) -> Cost:
    """A batch from the file, which the system holds in memory."""
    choose = _choice(pool, single_precision(pool))
    read_through(pool.path)
    return measured(choose)[1]


def half(pool: MadePool) -> Cost:
    """A batch from the file in half precision, which the system holds in memory."""
    choose = _choice(pool, half_precision(pool))
    read_through(pool.half_path)
    return measured(choose)[1]


def read(pool: MadePool) -> Cost:
    """The file, read from the disk."""
    throw_out(pool.path)
    return measured(lambda: read_through(pool.path))[1]


def cold(pool: MadePool) -> Cost:
    """A batch from the file, which lies on the disk alone."""
    choose = _choice(pool, single_precision(pool))
    throw_out(pool.path)
    return measured(choose)[1]


def agreement(pool: MadePool, budgets: Sequence[int] = _BUDGETS, models: int = _MODELS) -> Agreement:
    """Batches from half precision held against those from single precision."""
    rows, picks = 1.0, 1.0
    for draw in range(models):
        model, languages = pool.model(draw), pool.languages()
        choose, choose_half = (
            ready_to_choose(model, vectors, languages, "entropy")
            for vectors in (single_precision(pool), half_precision(pool))
        )
        for budget in budgets:
            both = len(np.intersect1d(choose(budget).indices, choose_half(budget).indices))
            rows = min(rows, 1 - 2 * (budget - both) / pool.rows)
            picks = min(picks, both / budget)
    return Agreement(rows, picks)


def single_precision(pool: MadePool) -> VectorFile:
    return VectorFile(pool.path, pool.rows, DIMENSION)


def half_precision(pool: MadePool) -> VectorFile:
    return VectorFile(pool.half_path, pool.rows, DIMENSION, "<f2")


def _choice(pool: MadePool, vectors: VectorFile) -> Callable[[], object]:
    choose = ready_to_choose(pool.model(), vectors, pool.languages(), "entropy")
    return lambda: choose(BUDGET)
