"""The first texts of a pool by some order, of each language or of all: the one way in which parts are cut down."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from lamm_core.selection.arrays import IntArray

# Rows that wait until they are sorted together: often would cost time, never would cost memory.
_WAITING = 8192


@dataclass(frozen=True, eq=False)
class Shortlist:
    """The first texts of what was looked at, by language, then order, then id.

    Attributes:
        limit: how many are kept of each group.
        ids: `(m,)`.
        languages: `(m,)`.
        texts: `(m,)` of `str`.
        counts: language to the number of texts among which these were chosen.
    """

    ROWS: ClassVar[tuple[str, ...]] = ("ids", "languages", "texts")

    limit: int
    ids: NDArray[np.str_]
    languages: NDArray[np.str_]
    texts: NDArray[np.object_]
    counts: dict[str, int]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def order(self) -> NDArray[Any]:
        """`(m,)` numbers, lower means sooner."""
        raise NotImplementedError

    @property
    def groups(self) -> NDArray[Any]:
        """`(m,)` of which `limit` each are kept: the languages."""
        return self.languages


Some = TypeVar("Some", bound=Shortlist)


def merge(shortlists: Iterable[Some]) -> Some:
    """One shortlist of all, at least one; their order plays no part, nor what was merged before.

    Source: a selection of the first k is a commutative monoid, as the sum is; so it may be done on each part alone, and
    then again on what that gave.
    """
    waiting: list[Some] = []
    rows, kept = 0, 0
    for each in shortlists:
        waiting.append(each)
        rows += len(each)
        if rows > 2 * kept + _WAITING:
            waiting = [_joined(waiting)]
            rows = kept = len(waiting[0])
    return _joined(waiting)


def first_of_each_group(groups: NDArray[Any], order: NDArray[Any], ids: NDArray[np.str_], limit: int) -> IntArray:
    """Positions of the `limit` lowest of each group by `order`, exact ties by id; sorted by group, order, id.

    Args:
        groups: `(n,)` names or numbers.
        order: `(n,)` numbers.
        ids: `(n,)`.
    """
    place = np.lexsort((ids, order, groups))
    sorted_groups = groups[place]
    begins = np.flatnonzero(np.r_[True, sorted_groups[1:] != sorted_groups[:-1]][: len(place)])
    rank = np.arange(len(place)) - np.repeat(begins, np.diff(np.append(begins, len(place))))
    first: IntArray = place[rank < limit]
    return first


def hopeful(groups: NDArray[np.integer[Any]], order: NDArray[Any], limit: int) -> IntArray:
    """Positions of what may be among the `limit` lowest of its group: these, and all that equals the last of them.

    Takes linear time, and leaves few rows, of which alone ids and texts are looked at.

    Args:
        groups: `(n,)` numbers from 0.
        order: `(n,)` numbers.
    """
    kept = []
    for group in np.flatnonzero(np.bincount(groups)):
        rows = np.flatnonzero(groups == group)
        if len(rows) > limit:
            rows = rows[order[rows] <= np.partition(order[rows], limit - 1)[limit - 1]]
        kept.append(rows)
    return np.concatenate(kept) if kept else np.empty(0, dtype=np.intp)


def _joined(shortlists: list[Some]) -> Some:
    counts: Counter[str] = Counter()
    for each in shortlists:
        counts.update(each.counts)
    filled = [each for each in shortlists if len(each)] or shortlists[:1]  # what is empty knows no dimension
    rows: dict[str, Any] = {name: np.concatenate([getattr(each, name) for each in filled]) for name in filled[0].ROWS}
    whole = replace(filled[0], counts=dict(sorted(counts.items())), **rows)
    kept = first_of_each_group(whole.groups, whole.order, whole.ids, whole.limit)
    first: dict[str, Any] = {name: values[kept] for name, values in rows.items()}
    return replace(whole, **first)
