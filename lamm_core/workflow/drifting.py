"""What a round does about drift: each language's texts are held against its check set.

Held against the labelled check texts are all other texts of the language, whoever labelled and whatever chose them,
and by themselves those that came last: a few days of other texts would drown among all. What the round before has seen
already tells nothing new: its result is repeated, and no chance of a false notice is spent on it.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from lamm_core.actors import Role
from lamm_core.model.drift import compare, found_at
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.steady_sample import steady_sample
from lamm_core.records import DriftPart, Project, RoundDrift
from lamm_core.storage import drift
from lamm_core.workflow.rights import needs
from lamm_core.workflow.round_data import RoundData
from lamm_core.workflow.workspace import Workspace

# The newest texts are those of the newest imports, as many imports as it takes to have so many texts.
_NEWEST = 100
# Where they are most of the language, they tell what all of it tells.
_MOST_NEWEST = 0.8
# More texts than these hardly make the means more exact, and take longer.
_MOST_CHECKED, _MOST_COMPARED = 1_000, 2_000
# Drift that was found is told until there is no sign of it any more, and not until a look needs less proof.
_NO_SIGN = 0.05

_Rows = NDArray[np.intp]


@needs(Role.MANAGER)
def watch_drift(workspace: Workspace, project: Project, data: RoundData) -> list[RoundDrift]:
    """Hold the texts of each language, and the newest of them, against its check set.

    Args:
        data: what the round works on.

    Returns:
        One entry a language for all its texts, and one for the newest where these are not nearly all; none where the
        pool holds only what was chosen, which is like nothing but itself.
    """
    if data.pool_is_chosen:
        return []
    with workspace.database.read() as connection:
        before = {(each.language, each.part): each for each in drift.newest_drift(connection, project.id)}
        look = drift.count_looks(connection, project.id) + 1
        groups = [group for language in project.languages for group in _groups(connection, data, language)]
    compared = [_compared(project, data, group, before) for group in groups]
    fresh = [place for place, each in enumerate(compared) if not each.look and each.p_value is not None]
    found = found_at(look, [compared[place].p_value or 0.0 for place in fresh])
    for place, is_found in zip(fresh, found, strict=True):
        each = compared[place]
        earlier = before.get((each.language, each.part))
        goes_on = earlier is not None and earlier.found and (each.p_value or 0.0) <= _NO_SIGN
        is_found = is_found or goes_on
        compared[place] = replace(each, look=look, found=is_found, unlike=each.unlike if is_found else ())
    return compared


@dataclass(frozen=True, eq=False)
class _Group:
    """Texts of a language that are held against its check set.

    Attributes:
        language, part, since: as in `RoundDrift`.
        check: their rows among the check items.
        texts: their rows among the items of the pool and, after these, of the reserve.
        ids: ids of these items.
    """

    language: str
    part: DriftPart
    since: datetime | None
    check: _Rows
    texts: _Rows
    ids: NDArray[np.int64]

    def is_same(self, other: RoundDrift | None) -> bool:
        """Whether an earlier round has compared the same: check items and texts come and go, but are not exchanged."""
        if other is None:
            return False
        return (other.checked, other.texts, other.since) == (len(self.check), len(self.texts), self.since)


def _groups(connection: Connection, data: RoundData, language: str) -> Iterator[_Group]:
    check = np.flatnonzero(data.check.languages == language)
    in_pool = np.flatnonzero(data.pool.languages == language)
    in_reserve = np.flatnonzero(data.reserve.languages == language)
    ids = np.concatenate([data.pool.ids[in_pool], data.reserve.ids[in_reserve]])
    oldest_first = np.argsort(ids)
    ids = ids[oldest_first]
    rows = np.concatenate([in_pool, in_reserve + len(data.pool)])[oldest_first]
    yield _Group(language, DriftPart.ALL, None, check, rows, ids)
    if len(ids) <= _NEWEST:
        return
    # Items of one import came at one moment, and ids rise with the imports.
    since = drift.came_at(connection, int(ids[-_NEWEST]))
    first = bisect_left(ids, since, key=lambda item_id: drift.came_at(connection, int(item_id)))
    if len(ids) - first <= _MOST_NEWEST * len(ids):
        yield _Group(language, DriftPart.NEWEST, since, check, rows[first:], ids[first:])


def _compared(
    project: Project, data: RoundData, group: _Group, before: Mapping[tuple[str, DriftPart], RoundDrift]
) -> RoundDrift:
    """The comparison of one group; what an earlier round has seen has the look of that round."""
    earlier = before.get((group.language, group.part))
    if earlier is not None and group.is_same(earlier):
        return earlier
    seed = project.settings.seed
    check = group.check[steady_sample(data.check.ids[group.check], _MOST_CHECKED, seed)]
    chosen = steady_sample(group.ids, _MOST_COMPARED, seed)
    result = RoundDrift(group.language, group.part, len(group.check), len(group.texts), group.since)
    found = compare(data.check_vectors[check], _vectors(data, group.texts[chosen]))
    if found is None:
        return result
    return replace(
        result,
        p_value=found.p_value,
        share=found.share,
        low=found.low,
        high=found.high,
        unlike=tuple(group.ids[chosen[found.unlike]].tolist()),
    )


def _vectors(data: RoundData, rows: _Rows) -> Vectors:
    """Embeddings `(n, d)` of items of the pool and, after these, of the reserve; no others are read."""
    own = len(data.pool)
    return data.store.vectors([data.pool.keys[row] if row < own else data.reserve.keys[row - own] for row in rows])
