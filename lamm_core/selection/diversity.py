"""How the items of a batch are told apart: by score alone, or so that they differ from each other.

A diversity either chooses inside each language, where the budget is split, or designs the whole batch at once from
the weights of the languages; then the quotas are what came out.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lamm_core.errors import InvalidChoice, UnknownStrategy
from lamm_core.selection.arrays import FloatArray, IntArray
from lamm_core.selection.badge import choose_badge
from lamm_core.selection.candidates import Candidates, highest
from lamm_core.selection.core_set import choose_core_set
from lamm_core.selection.foresight import design_with_foresight
from lamm_core.selection.k_means import choose_by_clusters
from lamm_core.selection.no_twins import choose_without_twins

Choose = Callable[[Candidates, int, np.random.Generator], IntArray]
Design = Callable[[Candidates, IntArray, FloatArray, int, np.random.Generator], IntArray]


@dataclass(frozen=True)
class Diversity:
    """One way to choose items; exactly one of `choose` and `design` is given.

    Attributes:
        name: the name used in composed strategies.
        summary: one sentence for a manager.
        choose: function `(candidates, count, rng) -> (count,)` distinct positions, best first; count is at most the
            number of candidates.
        design: function `(candidates, language_codes, weights, count, rng) -> (count,)` distinct positions, best
            first. `language_codes` `(n,)` gives each candidate's position in `weights`; `weights` `(languages,)` are
            those of the allocation, or the number of items of each language where it has none.
        needs_vectors: it cannot work without embeddings.
    """

    name: str
    summary: str
    choose: Choose | None = None
    design: Design | None = None
    needs_vectors: bool = True

    def __post_init__(self) -> None:
        if (self.choose is None) == (self.design is None):
            raise InvalidChoice(f"The diversity {self.name!r} must have one function, choose or design.")

    @property
    def whole_batch(self) -> bool:
        """Whether it designs the whole batch at once, so that no language has a quota beforehand."""
        return self.design is not None


def _top(candidates: Candidates, count: int, rng: np.random.Generator) -> IntArray:  # noqa: ARG001
    return highest(candidates.scores, candidates.tie_order, count)


DIVERSITIES: dict[str, Diversity] = {
    diversity.name: diversity
    for diversity in (
        Diversity("top", "The highest scores, whether the texts are alike or not.", _top, needs_vectors=False),
        Diversity("k-means", "One text from each cluster of the most uncertain ones.", choose_by_clusters),
        Diversity("core-set", "Texts that cover the pool, furthest from the labelled ones first.", choose_core_set),
        Diversity("badge", "Texts that would pull the model in different directions, and hard.", choose_badge),
        Diversity(
            "design", "Texts that together teach most about all that is unlabelled.", design=design_with_foresight
        ),
        Diversity("no-twins", "The highest scores without near-duplicates of each other.", choose_without_twins),
    )
}


def find_diversity(diversity: str | Diversity) -> Diversity:
    """The registered diversity of that name, or the diversity itself.

    Raises:
        UnknownStrategy: no diversity is registered under the name.
    """
    if isinstance(diversity, Diversity):
        return diversity
    try:
        return DIVERSITIES[diversity]
    except KeyError:
        known = ", ".join(sorted(DIVERSITIES))
        raise UnknownStrategy(f"Unknown diversity {diversity!r}; choose one of: {known}.") from None


def choose_items(diversity: Diversity, candidates: Candidates, count: int, rng: np.random.Generator) -> IntArray:
    """Positions of the min(count, n) candidates that the diversity chooses, best first.

    Raises:
        InvalidChoice: it designs whole batches, or returned something else than that many distinct positions.
    """
    if diversity.choose is None:
        raise InvalidChoice(f"The diversity {diversity.name!r} designs whole batches and chooses in no language.")
    count = min(count, len(candidates))
    if count == 0:
        return np.empty(0, dtype=np.intp)
    return _checked(diversity, diversity.choose(candidates, count, rng), len(candidates), count)


def design_batch(
    diversity: Diversity,
    candidates: Candidates,
    language_codes: IntArray,
    weights: FloatArray,
    count: int,
    rng: np.random.Generator,
) -> IntArray:
    """Positions of the min(count, n) candidates of a whole batch, best first; see `Diversity.design`.

    Raises:
        InvalidChoice: it designs no whole batches, or returned something else than that many distinct positions.
    """
    if diversity.design is None:
        raise InvalidChoice(f"The diversity {diversity.name!r} chooses inside a language and designs no batch.")
    count = min(count, len(candidates))
    if count == 0:
        return np.empty(0, dtype=np.intp)
    positions = diversity.design(candidates, language_codes, weights, count, rng)
    return _checked(diversity, positions, len(candidates), count)


def _checked(diversity: Diversity, positions: IntArray, n: int, count: int) -> IntArray:
    found = np.asarray(positions)
    if found.shape != (count,) or found.dtype.kind not in "iu":
        raise InvalidChoice(
            f"The diversity {diversity.name!r} must return {count} positions; got {found.dtype} of {found.shape}."
        )
    if found.min() < 0 or found.max() >= n or len(np.unique(found)) < count:
        raise InvalidChoice(f"The diversity {diversity.name!r} must return {count} distinct positions below {n}.")
    return found.astype(np.intp, copy=False)
