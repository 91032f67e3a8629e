"""How languages count when a batch is chosen: not at all, by splitting the budget, or inside each item's score."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from lamm_core.errors import InvalidScores, InvalidWeights, UnknownStrategy
from lamm_core.selection.allocation import check_weight
from lamm_core.selection.arrays import FloatArray
from lamm_core.selection.gain import gain_weights
from lamm_core.selection.standing import Standing
from lamm_core.selection.weights import equal_weights, language_weights

Weigh = Callable[[Standing], dict[str, float]]
Combine = Callable[[FloatArray, FloatArray], FloatArray]

_POWER = re.compile(r"gap\^(\d+(?:\.\d+)?)")
# How much the language counts in the sum, against the item.
_LANGUAGE_PART = 0.5


@dataclass(frozen=True)
class Allocation:
    """One way in which languages count.

    Attributes:
        name: the name used in composed strategies.
        summary: one sentence for a manager.
        weights: function `Standing -> {language: weight}` with a finite weight of 0 or more for every language that
            has a target; None leaves languages out of account.
        combine: function `(scores (n,), weight of each item's language (n,)) -> scores (n,)` that ranks the whole
            pool at once, the f of Eq. (1); None splits the budget by the weights instead.
    """

    name: str
    summary: str
    weights: Weigh | None = None
    combine: Combine | None = None

    def __post_init__(self) -> None:
        if self.combine is not None and self.weights is None:
            raise InvalidWeights(f"The allocation {self.name!r} combines scores with weights that it does not give.")

    @property
    def splits_budget(self) -> bool:
        """Whether every language gets its own part of the budget."""
        return self.weights is not None and self.combine is None


def _gap(standing: Standing) -> dict[str, float]:
    return language_weights(standing.accuracy, standing.targets)


def _equal(standing: Standing) -> dict[str, float]:
    return equal_weights(standing.accuracy, standing.targets)


def _product(scores: FloatArray, weights: FloatArray) -> FloatArray:
    return scores * weights


def _sum(scores: FloatArray, weights: FloatArray) -> FloatArray:
    return (1 - _LANGUAGE_PART) * _scaled(scores) + _LANGUAGE_PART * _scaled(weights)


def _scaled(values: FloatArray) -> FloatArray:
    """The values as shares of the largest one; as they are where all are 0."""
    largest = values.max(initial=0)
    return values / largest if largest > 0 else values


ALLOCATIONS: dict[str, Allocation] = {
    allocation.name: allocation
    for allocation in (
        Allocation("pooled", "No split: the whole pool at once, whatever the language."),
        Allocation("equal", "The same number of labels to every language.", _equal),
        Allocation("gap", "Labels in proportion to the distance from the target.", _gap),
        Allocation("gain", "Labels where they are expected to close gaps, a third of them equally.", gain_weights),
        Allocation("product", "The whole pool at once, by uncertainty times gap.", _gap, _product),
        Allocation("sum", "The whole pool at once, by uncertainty plus gap, each a share of the largest.", _gap, _sum),
    )
}


@dataclass(frozen=True)
class _GapPower:
    """Weights in proportion to a power of the gap; over 1 favours the largest gap more than LAMM, under 1 less."""

    exponent: float

    def __call__(self, standing: Standing) -> dict[str, float]:
        gaps = _gap(standing)
        # As shares of the largest gap, so that no power makes every weight vanish.
        largest = max(gaps.values(), default=0.0) or 1.0
        return {language: (gap / largest) ** self.exponent for language, gap in gaps.items()}


def find_allocation(allocation: str | Allocation | Weigh) -> Allocation:
    """The registered allocation of that name, `gap^P` with any P above 0, or the allocation itself.

    A function `Standing -> {language: weight}` becomes an allocation that splits the budget by its weights.

    Raises:
        UnknownStrategy: no allocation is registered under the name.
    """
    if isinstance(allocation, Allocation):
        return allocation
    if callable(allocation):
        name = getattr(allocation, "__name__", type(allocation).__name__)
        return Allocation(name, "Labels in proportion to the weights of a function of one's own.", allocation)
    if allocation in ALLOCATIONS:
        return ALLOCATIONS[allocation]
    power = _POWER.fullmatch(allocation) if isinstance(allocation, str) else None
    exponent = float(power[1]) if power else 0.0
    if not 0 < exponent < np.inf:
        known = ", ".join(sorted([*ALLOCATIONS, "gap^P with a P above 0"]))
        raise UnknownStrategy(f"Unknown allocation {allocation!r}; choose one of: {known}.")
    digits = np.format_float_positional(exponent, trim="-")
    return Allocation(
        f"gap^{digits}",
        f"Labels in proportion to the distance from the target to the power of {digits}.",
        _GapPower(exponent),
    )


def checked_weights(allocation: Allocation, standing: Standing) -> dict[str, float]:
    """The weights of an allocation, one for every language with a target; empty where it has none.

    Raises:
        InvalidWeights: a language has no weight, is unknown, or has one that is negative or not finite.
    """
    if allocation.weights is None:
        return {}
    weights = dict(allocation.weights(standing))
    missing, unknown = sorted(set(standing.targets) - set(weights)), sorted(set(weights) - set(standing.targets))
    for language, weight in weights.items():
        check_weight(language, weight)
    if missing or unknown:
        wrong = ", ".join([f"{each} has none" for each in missing] + [f"{each} has no target" for each in unknown])
        raise InvalidWeights(f"The allocation {allocation.name!r} must weigh every language with a target: {wrong}.")
    return {language: float(weights[language]) for language in standing.targets}


def or_equal(weights: dict[str, float], available: Mapping[str, int]) -> dict[str, float]:
    """The weights; where all are zero, equal weights for the languages that have items."""
    if any(weights.values()):
        return weights
    return {language: float(available.get(language, 0) > 0) for language in weights}


def combined_scores(allocation: Allocation, scores: FloatArray, weight_of_item: FloatArray) -> FloatArray:
    """`(n,)` scores of the items with the weights of their languages in them; checked.

    Raises:
        InvalidScores: a score is negative, so that a larger weight would lower it, or the function returned something
            else than one finite number an item.
    """
    if allocation.combine is None or not len(scores):
        return scores
    if scores.min() < 0:
        raise InvalidScores(f"The allocation {allocation.name!r} needs scores from 0; the lowest is {scores.min()}.")
    found = np.asarray(allocation.combine(scores, weight_of_item))
    if found.shape != scores.shape or found.dtype.kind != "f" or not np.isfinite(found).all():
        raise InvalidScores(
            f"The allocation {allocation.name!r} must return a finite score for each of the {len(scores)} items; "
            f"got {found.dtype} of shape {found.shape}."
        )
    return found
