"""The first batch: nothing is labelled and there is no model yet, so nothing is uncertain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lamm_core.errors import InvalidChoice, MissingVectors, UnknownStrategy
from lamm_core.selection import distances
from lamm_core.selection.allocation import allocate, check_budget
from lamm_core.selection.arrays import FloatArray, IntArray
from lamm_core.selection.candidates import highest, in_order
from lamm_core.selection.checks import checked_languages, checked_vectors, count_languages, tie_order
from lamm_core.selection.choosing import LanguagesOf
from lamm_core.selection.clusters import Clusters, k_means
from lamm_core.selection.selected import Selection
from lamm_core.selection.weights import language_weights

# Clusters are made of a sample of at most this many texts, and at most this many for each cluster.
_SAMPLE = 10_000
_SAMPLE_OF_CLUSTER = 1_000
# How many neighbours say how typical a text is.
_NEIGHBOURS = 20
_CHUNK = 1024


@dataclass(frozen=True, eq=False)
class FirstPool:
    """The items of which a first batch is chosen, in the order of their ids.

    Attributes:
        languages: their languages.
        vectors: `(n, d)` embeddings; None where the method needs none.
    """

    languages: LanguagesOf
    vectors: FloatArray | None

    def __len__(self) -> int:
        return len(self.languages.codes)

    @property
    def known_vectors(self) -> FloatArray:
        """`(n, d)` embeddings.

        Raises:
            MissingVectors: none were given.
        """
        if self.vectors is None:
            raise MissingVectors("This first batch needs the embedding of every item, and none were given.")
        return self.vectors


ChooseFirst = Callable[[FirstPool, int, np.random.Generator], IntArray]


@dataclass(frozen=True)
class FirstBatch:
    """One way to choose a first batch.

    Attributes:
        name: the name used in composed strategies.
        summary: one sentence for a manager.
        choose: function `(pool, count, rng) -> (m,)` distinct positions, m at most count; chance fills up to count.
        needs_vectors: it cannot work without embeddings.
    """

    name: str
    summary: str
    choose: ChooseFirst
    needs_vectors: bool = False


def select_first_batch(
    languages: Sequence[str] | NDArray[np.str_],
    targets: Mapping[str, float],
    budget: int,
    method: str | FirstBatch = "medoids",
    vectors: ArrayLike | None = None,
    ids: ArrayLike | None = None,
    rng: np.random.Generator | None = None,
) -> Selection:
    """Choose the items to label first, before there is any model.

    Args:
        languages: `(n,)` language of each item.
        targets: accuracy to reach per language, 0 to 1; every language of the pool needs one.
        budget: number of items to choose, at least 1.
        method: a name in `FIRST_BATCHES`, or a `FirstBatch`.
        vectors: `(n, d)` embeddings; only methods that tell items apart by them look at them.
        ids: `(n,)` identifiers that make the choice independent of the order of the rows.
        rng: source of chance; None takes fresh entropy.

    Returns:
        A `Selection` of min(budget, n) items in random order, with scores of 0 and no weights.

    Raises:
        InvalidBudget, InvalidAccuracy, UnknownStrategy: see the message.
        MissingTarget: a language of the pool has no target.
        MissingVectors: the method needs embeddings, and none were given.
        InvalidInput: an array does not have one entry for each item, or embeddings are not finite.
    """
    chosen_method = find_first_batch(method)
    count = check_budget(budget)
    targets = dict(targets)
    generator = np.random.default_rng() if rng is None else rng
    gaps = language_weights({}, targets)
    language_of = checked_languages(languages)
    n = len(language_of)
    order = tie_order(ids, n)
    available = count_languages(language_of, targets)
    codes = np.searchsorted(np.asarray(list(available), dtype=str), language_of[order])
    points = checked_vectors(chosen_method.name, vectors, n) if chosen_method.needs_vectors else None
    pool = FirstPool(LanguagesOf(available, codes), in_order(points, order))
    indices = order[_filled_by_chance(chosen_method, pool, min(count, n), generator)]
    return Selection(
        indices=indices,
        quota=count_languages(language_of[indices], targets),
        weights={},
        scores=np.zeros(len(indices)),
        unmeasured=tuple(sorted(targets)),
        all_targets_met=not any(gaps.values()),
    )


def _filled_by_chance(method: FirstBatch, pool: FirstPool, count: int, rng: np.random.Generator) -> IntArray:
    """What the method chooses, and others by chance where it finds fewer."""
    if count == 0:
        return np.empty(0, dtype=np.intp)
    chosen = np.asarray(method.choose(pool, count, rng))
    if chosen.ndim != 1 or chosen.dtype.kind not in "iu" or len(chosen) > count:
        raise InvalidChoice(f"The first batch {method.name!r} must return at most {count} positions; got {chosen}.")
    others = np.setdiff1d(np.arange(len(pool)), chosen)
    if len(others) != len(pool) - len(chosen):
        raise InvalidChoice(f"The first batch {method.name!r} must return distinct positions below {len(pool)}.")
    if len(chosen) < count:
        chosen = np.concatenate([chosen, rng.choice(others, count - len(chosen), replace=False)])
    return chosen.astype(np.intp, copy=False)


def _random(pool: FirstPool, count: int, rng: np.random.Generator) -> IntArray:
    # The very draw of the strategy `random`, so that both begin alike.
    return highest(rng.random(len(pool)), np.arange(len(pool)), count)


def _stratified(pool: FirstPool, count: int, rng: np.random.Generator) -> IntArray:
    return rng.permutation(_drawn_by_language(pool, count, dict.fromkeys(pool.languages.available, 1.0), rng))


def _medoids(pool: FirstPool, count: int, rng: np.random.Generator) -> IntArray:
    sample, points, clusters = _clusters(pool, count, rng)
    return rng.permutation(sample[clusters.medoids(points)])


def _typicality(pool: FirstPool, count: int, rng: np.random.Generator) -> IntArray:
    sample, points, clusters = _clusters(pool, count, rng)
    typical = [inside[_most_typical(points[inside])] for _, inside in clusters.members()]
    return rng.permutation(sample[typical])


def _clusters(pool: FirstPool, count: int, rng: np.random.Generator) -> tuple[IntArray, FloatArray, Clusters]:
    """Positions of a sample, their vectors, and `count` clusters.

    A language counts as much as the square root of its number of texts: half-way between the pool, in which small
    languages drown, and equality, under which the first labels teach little about most of the pool.
    """
    size = min(_SAMPLE, _SAMPLE_OF_CLUSTER * count)
    importance = {name: float(np.sqrt(texts)) for name, texts in pool.languages.available.items()}
    sample = np.arange(len(pool)) if len(pool) <= size else np.sort(_drawn_by_language(pool, size, importance, rng))
    points, codes = pool.known_vectors[sample], pool.languages.codes[sample]
    of_language = pool.languages.each(importance) / np.maximum(np.bincount(codes, minlength=len(importance)), 1)
    return sample, points, k_means(points, of_language[codes], count, rng)


def _drawn_by_language(pool: FirstPool, count: int, weights: Mapping[str, float], rng: np.random.Generator) -> IntArray:
    """Positions by chance, split over the languages by weight; a language with fewer gives the rest away."""
    quota = allocate(weights, count, pool.languages.available)
    return np.concatenate(
        [
            rng.choice(np.flatnonzero(pool.languages.codes == code), quota[name], replace=False)
            for code, name in enumerate(pool.languages.available)
        ]
    )


def _most_typical(points: FloatArray) -> int:
    """The point with the shortest mean distance to its nearest neighbours; the first one among equals."""
    neighbours = min(_NEIGHBOURS, len(points) - 1)
    if neighbours == 0:
        return 0
    lengths = distances.squares(points)
    means = np.empty(len(points))
    for start in range(0, len(points), _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, len(points)))
        scale = lengths[rows, None] + lengths
        far = distances.cleared(scale - 2 * (points[rows] @ points.T), scale)
        far[np.arange(len(rows)), rows] = np.inf
        means[rows] = np.sqrt(np.partition(far, neighbours - 1, axis=1)[:, :neighbours]).mean(axis=1)
    return int(np.argmin(means))


FIRST_BATCHES: dict[str, FirstBatch] = {
    method.name: method
    for method in (
        FirstBatch("random", "Texts by chance.", _random),
        FirstBatch("stratified", "By chance, the same number of every language.", _stratified),
        FirstBatch("medoids", "The text nearest to the middle of each cluster.", _medoids, needs_vectors=True),
        FirstBatch("typicality", "The text with the nearest neighbours of each cluster.", _typicality, True),
    )
}


def find_first_batch(method: str | FirstBatch) -> FirstBatch:
    """The registered method of that name, or the method itself.

    Raises:
        UnknownStrategy: no method is registered under the name.
    """
    if isinstance(method, FirstBatch):
        return method
    try:
        return FIRST_BATCHES[method]
    except KeyError:
        known = ", ".join(sorted(FIRST_BATCHES))
        raise UnknownStrategy(f"Unknown first batch {method!r}; choose one of: {known}.") from None
