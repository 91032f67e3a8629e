"""Small pools for tests of the selection, and what every batch chosen from one must hold."""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from lamm_core.selection import UNCERTAINTIES, Selection, select_batch

NAMES = ["da", "de", "sk", "uk"]


@dataclass(frozen=True)
class Pool:
    """A pool with its languages, figures, unique ids and embeddings."""

    table: np.ndarray
    languages: np.ndarray
    accuracy: dict[str, float]
    targets: dict[str, float]
    ids: np.ndarray
    vectors: np.ndarray

    def select(self, budget: int, order: np.ndarray | None = None, **options: object) -> Selection:
        order = np.arange(len(self.table)) if order is None else order
        return select_batch(
            self.table[order],
            self.languages[order],
            self.accuracy,
            self.targets,
            budget,
            ids=self.ids[order],
            vectors=self.vectors[order],
            **options,
        )


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """Pools with many exact ties: rows and embeddings are drawn from a few, ids are in no order."""
    n = draw(st.integers(0, 30))
    classes = draw(st.integers(1, 4))
    present = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = rng.dirichlet(np.ones(classes), size=draw(st.integers(1, 40)))
    table = rows[rng.integers(len(rows), size=n)]
    if draw(st.booleans()):
        table = table.astype(np.float32)
    tenths = st.integers(0, 10).map(lambda number: number / 10)
    return Pool(
        table=table,
        languages=rng.choice(np.asarray(present), size=n),
        accuracy={name: draw(tenths) for name in NAMES if draw(st.booleans())},
        targets={name: draw(tenths) for name in NAMES},
        ids=rng.permutation(1000)[:n],
        vectors=rng.normal(size=(12, 3)).astype(np.float32)[rng.integers(12, size=n)],
    )


def assert_sizes_and_quota(pool: Pool, chosen: Selection, budget: int) -> None:
    n = len(pool.table)
    assert len(chosen) == len(chosen.indices) == len(chosen.scores) == min(budget, n)
    assert len(set(chosen.indices.tolist())) == len(chosen)
    assert all(0 <= position < n for position in chosen.indices)
    counts = Counter(pool.languages[chosen.indices].tolist())
    assert chosen.quota == {name: counts[name] for name in pool.targets}
    assert all(type(count) is int for count in chosen.quota.values())


def assert_highest_first(pool: Pool, chosen: Selection) -> None:
    assert np.isfinite(chosen.scores).all()
    for name in pool.targets:
        here = pool.languages[chosen.indices] == name
        assert (np.diff(chosen.scores[here]) <= 0).all()


def assert_nothing_better_is_left(pool: Pool, chosen: Selection, uncertainty: str, by_language: bool) -> None:
    """Every chosen item comes before every other of its group, by score and then by id."""
    scores = UNCERTAINTIES[uncertainty](pool.table)
    np.testing.assert_array_equal(chosen.scores, scores[chosen.indices])
    taken = np.isin(np.arange(len(pool.table)), chosen.indices)
    for group in pool.targets if by_language else [""]:
        inside = pool.languages == group if by_language else np.full(len(taken), True)
        last_taken = max(((-scores[i], pool.ids[i]) for i in np.flatnonzero(inside & taken)), default=(-math.inf, 0))
        first_left = min(((-scores[i], pool.ids[i]) for i in np.flatnonzero(inside & ~taken)), default=(math.inf, 0))
        assert last_taken < first_left


def assert_every_beginning_is_split_like_the_whole(pool: Pool, chosen: Selection) -> None:
    in_batch = sum(count > 0 for count in chosen.quota.values())
    for length in range(1, len(chosen) + 1):
        start = Counter(pool.languages[chosen.indices[:length]].tolist())
        for name, count in chosen.quota.items():
            part = count / len(chosen)
            assert abs(start[name] - part * length) <= 0.5 + part * in_batch / 2 + 1e-9
