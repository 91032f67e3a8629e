"""What each diversity chooses, against slow references, and what a diversity of one's own may return."""

import numpy as np
import pytest

from lamm_core.errors import InvalidChoice, MissingVectors
from lamm_core.selection import DIVERSITIES, Candidates, Diversity, Strategy, select_batch
from lamm_core.selection.clusters import draw, k_means
from lamm_core.selection.diversity import choose_items, design_batch


def candidates_of(vectors: object, scores: object = None, probabilities: object = None, labelled: object = None):
    points = np.asarray(vectors, dtype=np.float64)
    n = len(points)
    return Candidates(
        np.ones(n) if scores is None else np.asarray(scores, dtype=np.float64),
        np.full((n, 2), 0.5) if probabilities is None else np.asarray(probabilities),
        points,
        None if labelled is None else np.asarray(labelled, dtype=np.float64),
        np.arange(n),
    )


def choose(name: str, candidates: Candidates, count: int, seed: int = 0) -> list[int]:
    diversity, rng = DIVERSITIES[name], np.random.default_rng(seed)
    if diversity.whole_batch:
        one_language = np.zeros(len(candidates), dtype=np.intp)
        return design_batch(diversity, candidates, one_language, np.ones(1), count, rng).tolist()
    return choose_items(diversity, candidates, count, rng).tolist()


BLOBS = np.repeat(10 * np.eye(4), 10, axis=0) + np.random.default_rng(5).normal(scale=0.1, size=(40, 4))


def test_k_means_takes_the_text_nearest_to_the_middle_of_each_cluster():
    chosen = choose("k-means", candidates_of(BLOBS), 4)
    expected = []
    for start in range(0, 40, 10):
        blob = BLOBS[start : start + 10]
        expected.append(start + int(np.argmin(((blob - blob.mean(axis=0)) ** 2).sum(axis=1))))
    assert sorted(chosen) == expected


def test_k_means_looks_at_ten_times_the_batch_and_puts_the_most_uncertain_first():
    scores = np.linspace(1, 0, 100)
    chosen = choose("k-means", candidates_of(np.random.default_rng(1).normal(size=(100, 3)), scores), 5)
    assert max(chosen) < 50
    assert chosen == sorted(chosen)


def test_a_heavier_text_pulls_the_middle_of_its_cluster():
    points = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]])
    chosen = choose("k-means", candidates_of(points, [9, 1, 1, 1, 1, 9]), 2)
    assert sorted(chosen) == [0, 5]


def test_clusters_of_fewer_points_than_clusters_are_the_points():
    found = k_means(np.array([[0.0], [0.0], [5.0]]), np.ones(3), 7, np.random.default_rng(0))
    assert len(found.centres) == 2
    assert sorted(found.medoids(np.array([[0.0], [0.0], [5.0]]))) == [0, 2]


def test_a_position_is_drawn_in_proportion_to_its_chance():
    rng = np.random.default_rng(0)
    times = np.bincount([draw(np.array([0.0, 1, 0, 3, 0]), rng) for _ in range(4000)], minlength=5)
    assert times[[0, 2, 4]].tolist() == [0, 0, 0]
    # 1000 and 3000 on average with a standard deviation of 27
    assert abs(times[1] - 1000) < 150


def core_set_as_the_paper_writes_it(points: np.ndarray, start: np.ndarray, count: int) -> list[int]:
    covered, chosen = list(start), []
    for _ in range(count):
        far = [min(np.linalg.norm(point - other) for other in covered) for point in points]
        chosen.append(int(np.argmax(far)))
        covered.append(points[chosen[-1]])
    return chosen


def test_core_set_is_the_paper():
    rng = np.random.default_rng(3)
    points, labelled = rng.normal(size=(60, 5)), rng.normal(size=(4, 5))
    expected = core_set_as_the_paper_writes_it(points, labelled, 12)
    assert choose("core-set", candidates_of(points, labelled=labelled), 12) == expected


def test_core_set_without_labels_begins_with_the_highest_score():
    points = np.random.default_rng(3).normal(size=(60, 5))
    scores = np.zeros(60)
    scores[17] = 1
    expected = [17, *core_set_as_the_paper_writes_it(points, points[17:18], 5)]
    assert choose("core-set", candidates_of(points, scores), 6) == expected


def badge_as_the_paper_writes_it(points: np.ndarray, table: np.ndarray, count: int, rng: np.random.Generator):
    residual = table - np.eye(table.shape[1])[table.argmax(axis=1)]
    gradients = np.stack([np.outer(r, x).ravel() for r, x in zip(residual, points, strict=True)])
    chosen = [int(np.argmax((gradients**2).sum(axis=1)))]
    while len(chosen) < count:
        far = np.stack([((gradients - gradients[place]) ** 2).sum(axis=1) for place in chosen]).min(axis=0)
        chosen.append(draw(far, rng))
    return chosen


def test_badge_is_the_paper_without_its_large_table():
    rng = np.random.default_rng(4)
    points, table = rng.normal(size=(80, 6)), rng.dirichlet(np.ones(5), size=80)
    expected = badge_as_the_paper_writes_it(points, table, 15, np.random.default_rng(0))
    assert choose("badge", candidates_of(points, probabilities=table), 15) == expected


def test_badge_never_takes_a_text_that_teaches_nothing_before_one_that_does():
    table = np.repeat([[1.0, 0.0], [0.5, 0.5]], 10, axis=0)
    chosen = choose("badge", candidates_of(np.random.default_rng(0).normal(size=(20, 3)), probabilities=table), 10)
    # One text without a gradient may be drawn: it differs from those that have one.
    assert sum(place < 10 for place in chosen) <= 1


def test_no_twins_walks_down_the_scores_and_skips_what_is_nearly_the_same():
    points = [[1, 0], [1, 0.01], [0, 1], [-1, 0], [0.02, 1]]
    candidates = candidates_of(points, [5, 4, 3, 2, 1])
    assert choose("no-twins", candidates, 3) == [0, 2, 3]
    assert choose("no-twins", candidates, 5) == [0, 2, 3, 1, 4]


def test_texts_are_twins_by_direction_and_not_by_length():
    assert choose("no-twins", candidates_of([[1, 0], [9, 0], [0, 1]], [3, 2, 1]), 2) == [0, 2]


@pytest.mark.parametrize("name", sorted(DIVERSITIES))
def test_single_and_double_precision_vectors_choose_alike(name):
    rng = np.random.default_rng(8)
    wide = candidates_of(np.round(rng.normal(size=(50, 4)), 2), np.round(rng.random(50), 2))
    narrow = Candidates(wide.scores, wide.probabilities, wide.vectors.astype(np.float32), None, wide.tie_order)
    assert choose(name, narrow, 6) == choose(name, wide, 6)


@pytest.mark.parametrize("name", [name for name, each in DIVERSITIES.items() if each.needs_vectors])
def test_without_vectors_one_sentence_says_so(name):
    candidates = candidates_of(np.eye(30))
    blind = Candidates(candidates.scores, candidates.probabilities, None, None, candidates.tie_order)
    with pytest.raises(MissingVectors, match="embedding of every item"):
        choose(name, blind, 2)


# of one's own


def test_a_design_gets_the_weights_of_the_languages_and_its_batch_is_the_quota():
    seen = {}

    def design(candidates, language_codes, weights, count, rng):
        seen.update(codes=language_codes.tolist(), weights=weights.tolist(), count=count)
        return np.arange(count)[::-1]

    def select(allocation):
        strategy = Strategy("mine", "Mine.", allocation, Diversity("mine", "Mine.", design=design, needs_vectors=False))
        accuracy, targets = {"a": 0.5, "b": 0.8}, {"a": 0.9, "b": 0.9, "c": 0.0}
        return select_batch(np.full((5, 2), 0.5), ["b", "a", "a", "b", "b"], accuracy, targets, 3, strategy)

    chosen = select("gap")
    assert seen == {"codes": [1, 0, 0, 1, 1], "weights": [0.4, 0.1, 0.0], "count": 3}
    assert chosen.indices.tolist() == [2, 1, 0]
    assert chosen.quota == {"a": 2, "b": 1, "c": 0}
    assert chosen.weights == {"a": 0.4, "b": 0.1, "c": 0.0}
    assert select("pooled").weights == {}
    assert seen["weights"] == [2.0, 3.0, 0.0]


@pytest.mark.parametrize(
    "returned", [[0], [0, 0], [0, 9], [-1, 0], [[0, 1]], [0.0, 1.0], np.array([True, False]), None]
)
def test_a_choice_that_is_not_so_many_distinct_positions_is_refused(returned):
    candidates = candidates_of(np.eye(5))
    rng = np.random.default_rng(0)
    chooser = Diversity("mine", "Mine.", lambda *arguments: returned)
    with pytest.raises(InvalidChoice, match="'mine' must return 2"):
        choose_items(chooser, candidates, 2, rng)
    designer = Diversity("mine", "Mine.", design=lambda *arguments: returned)
    with pytest.raises(InvalidChoice, match="'mine' must return 2"):
        design_batch(designer, candidates, np.zeros(5, dtype=int), np.ones(1), 2, rng)


def test_a_diversity_has_one_function():
    for functions in ({}, {"choose": lambda *a: a, "design": lambda *a: a}):
        with pytest.raises(InvalidChoice, match="'mine' must have one function"):
            Diversity("mine", "Mine.", **functions)
