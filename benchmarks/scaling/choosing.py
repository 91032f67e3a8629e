"""Measurement `select`: 100 items of a pool in memory, chosen by LAMM and by the other libraries."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lamm_core.selection import UNCERTAINTIES
from scaling.contenders import BUDGET, CONTENDERS, LAMM
from scaling.costs import Cost, measured
from scaling.errors import BenchmarkStopped
from scaling.fresh import in_fresh_process
from scaling.lamm_choice import plainly_chosen
from scaling.made import MadePool
from scaling.products import multiplied

UNCERTAINTIES_MEASURED = ("entropy", "margin", "least-confidence")
_ENOUGH = 0.98  # of the batch: in single precision the last places may be swapped


@dataclass(frozen=True)
class ChoiceCost:
    """What one library took for one choice.

    Attributes:
        agreement: the share of the batch that is what it has to be: for LAMM the batch by way of a table of
            probabilities, for the others the highest scores of the pool.
    """

    cost: Cost
    agreement: float


def choice_costs(pool: MadePool, uncertainty: str, names: Sequence[str], repeats: int) -> dict[str, list[Cost]]:
    """Costs of each repeat by library. The libraries take turns, each time in a fresh process.

    Raises:
        BenchmarkStopped: a library did not choose what it should have.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in names}
    for _repeat in range(repeats):
        for name in names:
            found = in_fresh_process(choice_cost, name, pool, uncertainty)
            if found.agreement < _ENOUGH:
                raise BenchmarkStopped(f"{name} chose {found.agreement:.0%} of what it should have by {uncertainty}.")
            costs[name].append(found.cost)
    return costs


def product_costs(pool: MadePool, repeats: int) -> list[Cost]:
    """What the product of the vectors with the model's weights takes by itself: the least that any choice needs."""
    return [in_fresh_process(product_cost, pool) for _repeat in range(repeats)]


def product_cost(pool: MadePool) -> Cost:
    """The product in blocks, in this process."""
    vectors, weights = pool.vectors(), pool.weights()
    return measured(lambda: multiplied(vectors, weights))[1]


def choice_cost(name: str, pool: MadePool, uncertainty: str) -> ChoiceCost:
    """One choice by one library, in this process."""
    contender = CONTENDERS[name]
    vectors = pool.vectors()
    choose = contender.ready(pool, vectors, contender.uncertainties[uncertainty])
    chosen, cost = measured(choose)
    if name == LAMM:
        wanted = plainly_chosen(pool.model(), vectors, pool.languages(), uncertainty, BUDGET).indices
    else:
        scores = UNCERTAINTIES[uncertainty](pool.model().predict_proba(vectors))
        wanted = np.argpartition(-scores, BUDGET)[:BUDGET]
    return ChoiceCost(cost, len(np.intersect1d(chosen, wanted)) / BUDGET)
