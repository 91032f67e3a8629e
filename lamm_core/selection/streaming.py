"""A batch chosen while the pool passes by: scores come block after block, and only the best of each language stay.

Chooses what `select_batch` chooses from the same scores. Only strategies that rank items by their own score can be
streamed; one that compares items with each other needs the whole pool.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamm_core.errors import InvalidChoice, InvalidInput, InvalidScores, MissingTarget
from lamm_core.selection.allocation import check_budget
from lamm_core.selection.allocations import checked_weights, find_allocation, or_equal
from lamm_core.selection.arrays import FloatArray, IntArray, LanguageArray
from lamm_core.selection.best_so_far import BestSoFar
from lamm_core.selection.candidates import Candidates
from lamm_core.selection.choosing import LanguagesOf, choose_batch
from lamm_core.selection.diversity import find_diversity
from lamm_core.selection.selected import Selection
from lamm_core.selection.standing import Observation, Standing
from lamm_core.selection.strategies import Strategy, find_strategy
from lamm_core.selection.weights import language_weights


@dataclass(frozen=True, eq=False)
class CodedLanguages:
    """The languages of n items, each as a small number.

    Attributes:
        names: the languages, in the order of the alphabet, each once.
        codes: `(n,)` position of each item's language in `names`; of any type of whole number.

    Raises:
        InvalidInput: the names are not in order, or a code stands for none of them.
    """

    names: tuple[str, ...]
    codes: NDArray[np.integer[Any]]

    def __post_init__(self) -> None:
        if list(self.names) != sorted(set(self.names)):
            raise InvalidInput("The names of coded languages must be in the order of the alphabet, each once.")
        codes = self.codes
        if codes.ndim != 1 or codes.dtype.kind not in "iu":
            raise InvalidInput(f"Codes of languages must be whole numbers, one an item; got {codes.dtype}.")
        if len(codes) and (codes.min() < 0 or codes.max() >= len(self.names)):
            raise InvalidInput(f"A code of a language is not between 0 and {len(self.names) - 1}.")

    def __len__(self) -> int:
        return len(self.codes)

    @classmethod
    def of(cls, languages: Sequence[str] | LanguageArray) -> "CodedLanguages":
        """The languages `(n,)`, coded."""
        names, codes = np.unique(np.asarray(languages, dtype=str), return_inverse=True)
        return cls(tuple(names.tolist()), codes.astype(np.min_scalar_type(max(len(names) - 1, 0))))


def check_streamable(strategy: str | Strategy) -> Strategy:
    """The strategy, if a batch can be chosen by it while the pool passes by.

    Raises:
        UnknownStrategy: no such strategy.
        InvalidChoice: it compares items with each other, or mixes languages into the scores of items.
    """
    found = find_strategy(strategy)
    allocation, diversity = find_allocation(found.allocation), find_diversity(found.diversity)
    if diversity.name != "top" or allocation.combine is not None:
        why = "mixes languages into scores" if diversity.name == "top" else "compares items with each other"
        raise InvalidChoice(
            f"The strategy {found.name!r} {why}, which needs the whole pool at once; one that ranks items by their own "
            "score, such as 'lamm+margin', does not."
        )
    return found


def select_from_scores(
    blocks: Iterable[FloatArray],
    languages: CodedLanguages,
    accuracy: Mapping[str, float],
    targets: Mapping[str, float],
    budget: int,
    strategy: str | Strategy = "lamm",
    *,
    tie_order: IntArray | None = None,
    among: NDArray[np.bool_] | None = None,
    labels: Mapping[str, int] | None = None,
    checked: Mapping[str, int] | None = None,
    history: Sequence[Observation] = (),
) -> Selection:
    """Choose the next items to label from scores that come block after block, in the order of the pool.

    Memory grows with the budget and the number of languages, and by a few bytes an item, not with the blocks.

    Args:
        blocks: scores of the next items, `(b,)` each; together `(n,)`. Larger means label sooner.
        languages: `(n,)` language of each item.
        accuracy, targets, labels, checked, history: as for `select_batch`.
        budget: number of items to choose, at least 1.
        strategy: one that `check_streamable` lets pass.
        tie_order: `(n,)` rank of each item in the order that settles exact ties; None for its position.
        among: `(n,)` the items that may be chosen; None for all.

    Returns:
        A `Selection` of min(budget, items that may be chosen); its indices are positions in the pool.

    Raises:
        InvalidChoice: the strategy cannot be streamed.
        InvalidScores: a score is not finite.
        InvalidInput: there is not one score for each item.
        InvalidBudget, InvalidAccuracy, InvalidWeights, MissingTarget, UnknownStrategy: as for `select_batch`.

    Source: LAMM (CIKM 2023), section 3, Eq. (1).
    """
    check_streamable(strategy)
    check_budget(budget)
    best = BestSoFar(budget, len(languages.names), tie_order)
    for first, scores in _placed(blocks, len(languages)):
        rows = slice(first, first + len(scores))
        places = np.arange(rows.start, rows.stop)
        if among is None:
            best.add(scores, languages.codes[rows], places)
        else:
            free = np.flatnonzero(among[rows])
            best.add(scores[free], languages.codes[rows][free], places[free])
    scores, codes, positions = best.best()
    chosen = select_from_best(
        scores,
        CodedLanguages(languages.names, codes),
        _available(languages, among),
        accuracy,
        targets,
        budget,
        strategy,
        labels=labels,
        checked=checked,
        history=history,
    )
    return replace(chosen, indices=positions[chosen.indices])


def select_from_best(
    scores: FloatArray,
    languages: CodedLanguages,
    available: Mapping[str, int],
    accuracy: Mapping[str, float],
    targets: Mapping[str, float],
    budget: int,
    strategy: str | Strategy = "lamm",
    *,
    labels: Mapping[str, int] | None = None,
    checked: Mapping[str, int] | None = None,
    history: Sequence[Observation] = (),
) -> Selection:
    """Choose the next items to label from the best of each language of a pool.

    Args:
        scores: `(m,)` of the best items, in the order that settles exact ties; of each language as many as the budget,
            or all that it has.
        languages: `(m,)` language of each.
        available: language to the number of items in the whole pool that may be chosen.
        accuracy, targets, labels, checked, history: as for `select_batch`.
        budget: number of items to choose, at least 1.
        strategy: one that `check_streamable` lets pass.

    Returns:
        What `select_batch` gives for the whole pool; its indices are positions among the best items.

    Raises:
        InvalidChoice: the strategy cannot be streamed.
        InvalidBudget, InvalidAccuracy, InvalidWeights, MissingTarget, UnknownStrategy: as for `select_batch`.
    """
    parts = check_streamable(strategy)
    allocation, count = find_allocation(parts.allocation), check_budget(budget)
    every = _of_every_target(available, targets)
    standing = Standing(dict(accuracy), dict(targets), every, labels or {}, checked or {}, tuple(history))
    weights = or_equal(checked_weights(allocation, standing), every)

    code_of = np.searchsorted(np.asarray(list(every), dtype=str), np.asarray(languages.names, dtype=str))
    languages_of = LanguagesOf(every, code_of[languages.codes])
    chosen = choose_batch(
        find_diversity(parts.diversity),
        Candidates(scores, scores[:, None], None, None, tie_order=np.arange(len(scores))),
        languages_of,
        weights,
        parts.splits_budget,
        count,
        None,
        np.random.default_rng(0),  # `top` leaves nothing to chance
    )
    quota = np.bincount(languages_of.codes[chosen], minlength=len(every)).tolist()
    return Selection(
        indices=chosen,
        quota=dict(zip(every, quota, strict=True)),
        weights=weights,
        scores=scores[chosen],
        unmeasured=tuple(sorted(set(targets) - set(accuracy))),
        all_targets_met=not any(language_weights(accuracy, targets).values()),
    )


def _placed(blocks: Iterable[FloatArray], n: int) -> Iterator[tuple[int, FloatArray]]:
    """Each block with the position of its first item.

    Raises:
        InvalidScores: a score is not finite.
        InvalidInput: there are not n scores in all.
    """
    first = 0
    for scores in blocks:
        if scores.ndim != 1 or first + len(scores) > n:
            raise InvalidInput(f"There must be one score for each of the {n} items; a block has shape {scores.shape}.")
        if not np.isfinite(scores).all():
            place = first + int(np.argmin(np.isfinite(scores)))
            raise InvalidScores(f"The score of the item at position {place} is not finite.")
        yield first, scores
        first += len(scores)
    if first < n:
        raise InvalidInput(f"There must be one score for each of the {n} items; there were {first}.")


def _available(languages: CodedLanguages, among: NDArray[np.bool_] | None) -> dict[str, int]:
    """Items that may be chosen, for every language that has any."""
    if among is not None and among.shape != (len(languages),):
        raise InvalidInput(f"There must be one entry in among for each of the {len(languages)} items.")
    codes = languages.codes if among is None else languages.codes[among]
    counts = np.bincount(codes, minlength=len(languages.names)).tolist()
    return {name: count for name, count in zip(languages.names, counts, strict=True) if count}


def _of_every_target(available: Mapping[str, int], targets: Mapping[str, float]) -> dict[str, int]:
    """Items that may be chosen, for every language with a target, in the order of the alphabet."""
    missing = sorted(set(available) - set(targets))
    if missing:
        number = sum(available[name] for name in missing)
        raise MissingTarget(f"{number} items of the pool are in languages without a target: {', '.join(missing)}.")
    return dict.fromkeys(sorted(targets), 0) | dict(available)
