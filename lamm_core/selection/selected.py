"""A chosen batch."""

from dataclasses import dataclass

from lamm_core.selection.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Selection:
    """A chosen batch.

    Attributes:
        indices: `(m,)` positions in the input, m = min(budget, n), or what the money buys. Inside a language the best
            item comes first; for the diversity `top` that is the one with the highest score. Where the budget is
            split, languages are interleaved so that every beginning of the batch is split about like the whole; where
            it is not, the best item of all comes first.
        quota: number of items chosen per language, for every language with a target.
        weights: the weights of the languages, 0 or more, equal ones when no language has a gap; empty where the
            strategy leaves languages out of account.
        scores: `(m,)` score of each chosen item, in the order of `indices`; larger means label sooner. Where the
            weight of the language is part of the score (`product`, `sum`), it is in here. All 0 in a first batch.
        unmeasured: languages with a target but no accuracy yet, sorted; they counted as accuracy 0.
        all_targets_met: no language with a target has a gap.
    """

    indices: IntArray
    quota: dict[str, int]
    weights: dict[str, float]
    scores: FloatArray
    unmeasured: tuple[str, ...]
    all_targets_met: bool

    def __len__(self) -> int:
        return len(self.indices)
