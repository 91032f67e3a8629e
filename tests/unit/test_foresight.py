"""Foresight: the greedy design of a batch, held against its formula written out pair by pair."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.selection import foresight, select_batch
from lamm_core.selection.candidates import Candidates
from lamm_core.selection.foresight import design_with_foresight
from lamm_core.selection.uncertainty import margin


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def candidates_of(
    vectors: np.ndarray, labelled: np.ndarray | None = None, seed: int = 0, classes: int = 4
) -> Candidates:
    table = np.random.default_rng(seed).dirichlet(np.ones(classes), size=len(vectors))
    return Candidates(margin(table), table, vectors, labelled, np.arange(len(vectors)))


def random_candidates(n: int, d: int, labelled: int = 6, seed: int = 0) -> Candidates:
    rng = np.random.default_rng(seed)
    return candidates_of(unit(rng.normal(size=(n, d))), unit(rng.normal(size=(labelled, d))), seed)


def design(
    candidates: Candidates, codes: np.ndarray, weights: tuple[float, ...], count: int, seed: int = 0
) -> list[int]:
    rng = np.random.default_rng(seed)
    chosen = design_with_foresight(candidates, codes, np.array(weights, dtype=float), count, rng)
    assert chosen.shape == (count,)
    assert len(set(chosen.tolist())) == count
    return [int(each) for each in chosen]


class SlowDesign:
    """The formula of the module, one pair of texts at a time, in double precision.

    `S = (I + sum_labelled x x^T)^-1`; a label of c lowers what is unknown of i by
    `h_c (x_i^T S x_c)^2 / (1 + h_c x_c^T S x_c)`; the text with the largest weighted sum of that, times `h_c^2`, is
    chosen, and S updated as if `h_c` of a label had been seen.
    """

    def __init__(self, candidates: Candidates, codes: np.ndarray, weights: tuple[float, ...]) -> None:
        self.texts = candidates.known_vectors.astype(np.float64)
        self.doubt = _shares(candidates.scores)
        sizes = [int((codes == code).sum()) for code in range(len(weights))]
        gibbs = [1 - sum(float(p) ** 2 for p in row) for row in candidates.probabilities]
        self.importance = _shares(
            np.array([weights[code] / sizes[code] * error for code, error in zip(codes, gibbs, strict=True)])
        )
        precision = np.eye(self.texts.shape[1])
        for text in candidates.labelled.astype(np.float64):
            precision += np.outer(text, text)
        self._precision = precision

    def promises(self) -> list[float]:
        covariance = np.linalg.inv(self._precision)
        found = []
        for text, doubt in zip(self.texts, self.doubt, strict=True):
            unknown = text @ covariance @ text
            lowered = [doubt * (other @ covariance @ text) ** 2 / (1 + doubt * unknown) for other in self.texts]
            found.append(doubt**3 * sum(w * each for w, each in zip(self.importance, lowered, strict=True)))
        return found

    def choose(self, position: int) -> None:
        self._precision = self._precision + self.doubt[position] * np.outer(self.texts[position], self.texts[position])


def _shares(values: np.ndarray) -> np.ndarray:
    return values / values.max() if values.max() > 0 else np.ones(len(values))


def assert_every_choice_promised_most(
    candidates: Candidates, codes: np.ndarray, weights: tuple[float, ...], chosen: list[int]
) -> None:
    slow = SlowDesign(candidates, codes, weights)
    taken: list[int] = []
    for position in chosen:
        promises = slow.promises()
        best = max(promise for place, promise in enumerate(promises) if place not in taken)
        assert promises[position] >= best - 1e-4 * max(promises) - 1e-9, (position, taken)
        slow.choose(position)
        taken.append(position)


@pytest.mark.parametrize("labelled", [0, 6])
@pytest.mark.parametrize("seed", range(3))
def test_it_chooses_what_the_formula_written_out_chooses(seed: int, labelled: int):
    candidates = random_candidates(40, 8, labelled, seed)
    codes = np.random.default_rng(seed).integers(3, size=40)
    weights = (0.6, 0.1, 0.3)
    slow, expected = SlowDesign(candidates, codes, weights), []
    for _ in range(15):
        promises = [-np.inf if place in expected else promise for place, promise in enumerate(slow.promises())]
        expected.append(int(np.argmax(promises)))
        slow.choose(expected[-1])
    assert design(candidates, codes, weights, 15) == expected


@settings(deadline=None, max_examples=40)
@given(
    copies=st.lists(st.integers(0, 5), min_size=2, max_size=24),
    weights=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    seed=st.integers(0, 2**32 - 1),
    part=st.floats(0.1, 1),
)
def test_every_choice_promises_most_also_where_texts_are_there_several_times(
    copies: list[int], weights: tuple[float, float], seed: int, part: float
):
    rng = np.random.default_rng(seed)
    candidates = candidates_of(unit(rng.normal(size=(6, 4)))[copies], seed=seed)
    codes = rng.integers(2, size=len(copies))
    codes[:2] = [0, 1]  # no language without a text
    chosen = design(candidates, codes, weights, max(1, int(part * len(copies))))
    assert_every_choice_promised_most(candidates, codes, weights, chosen)


def test_the_copy_of_a_chosen_text_comes_after_a_text_that_teaches_more():
    x, y, z = np.eye(3, dtype=np.float32)
    candidates = replace(candidates_of(np.stack([x, x, y, z])), scores=np.ones(4), probabilities=np.full((4, 2), 0.5))
    first, second, third, last = design(candidates, np.zeros(4, dtype=int), (1.0,), 4)
    assert {first, last} == {0, 1}
    assert {second, third} == {2, 3}


def test_what_is_labelled_already_is_not_learnt_again():
    x, y = np.eye(2, dtype=np.float32)
    for known, expected in ((x, 1), (y, 0)):
        candidates = candidates_of(np.stack([x, y]), np.stack([known] * 5))
        candidates = replace(candidates, scores=np.ones(2), probabilities=np.full((2, 2), 0.5))
        assert design(candidates, np.zeros(2, dtype=int), (1.0,), 1) == [expected]


def test_texts_of_a_language_that_does_not_count_are_chosen_only_for_what_they_teach_the_others():
    x, y = np.eye(2, dtype=np.float32)
    # Two languages; the second one counts nothing. Its first text lies where the first language lies, and is more
    # doubtful than the texts there; its others teach that language nothing, however doubtful they are.
    candidates = candidates_of(np.stack([x, x, x, x, y, y, y]))
    candidates = replace(candidates, scores=np.array([0.5, 0.5, 0.5, 1, 1, 1, 1]), probabilities=np.full((7, 2), 0.5))
    codes = np.array([0, 0, 0, 1, 1, 1, 1])
    assert design(candidates, codes, (1.0, 0.0), 4)[0] == 3
    assert set(design(candidates, codes, (1.0, 0.0), 4)) == {0, 1, 2, 3}
    assert set(design(candidates, codes, (0.0, 1.0), 1)) & {4, 5, 6}


def test_a_heavier_language_gets_more_of_the_batch():
    candidates = random_candidates(200, 16, seed=5)
    codes = np.repeat([0, 1], 100)
    counts = [
        sum(codes[each] == 0 for each in design(candidates, codes, (weight, 1 - weight), 30))
        for weight in (0.1, 0.5, 0.9)
    ]
    assert counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize("kind", ["identical vectors", "zero vectors", "zero scores", "one class", "zero weights"])
def test_where_nothing_tells_texts_apart_a_batch_is_chosen_all_the_same(kind: str):
    candidates, weights = random_candidates(30, 6), (0.5, 0.5)
    if kind == "identical vectors":
        candidates = replace(candidates, vectors=np.repeat(candidates.known_vectors[:1], 30, axis=0))
    elif kind == "zero vectors":
        candidates = replace(candidates, vectors=np.zeros((30, 6), dtype=np.float32))
    elif kind == "zero scores":
        candidates = replace(candidates, scores=np.zeros(30))
    elif kind == "one class":
        candidates = replace(candidates, scores=np.zeros(30), probabilities=np.ones((30, 1)))
    else:
        weights = (0.0, 0.0)
    with np.errstate(all="raise", under="ignore"):
        chosen = design(candidates, np.repeat([0, 1], 15), weights, 12)
    assert_every_choice_promised_most(candidates, np.repeat([0, 1], 15), weights, chosen)


def test_without_any_doubt_the_texts_that_stand_for_most_of_the_pool_come_first():
    x, y = np.eye(2, dtype=np.float32)
    candidates = replace(
        candidates_of(np.stack([y, x, x, x])), scores=np.zeros(4), probabilities=np.tile([1.0, 0.0], (4, 1))
    )
    assert design(candidates, np.zeros(4, dtype=int), (1.0,), 1) == [1]


@pytest.mark.parametrize(("n", "d"), [(1, 3), (60, 5), (300, 300)])
def test_the_whole_pool_can_be_asked_for(n: int, d: int):
    with np.errstate(all="raise", under="ignore"):
        assert sorted(design(random_candidates(n, d), np.zeros(n, dtype=int), (1.0,), n)) == list(range(n))


def test_more_numbers_than_it_looks_at_change_nothing_where_the_texts_vary_in_few_directions():
    small = random_candidates(60, 8, seed=2)
    turn = np.linalg.qr(np.random.default_rng(9).normal(size=(300, 8)))[0].astype(np.float32)
    large = replace(small, vectors=small.known_vectors @ turn.T, labelled_vectors=small.labelled @ turn.T)
    codes = np.arange(60) % 3
    weights = (0.5, 0.3, 0.2)
    assert design(large, codes, weights, 20) == design(small, codes, weights, 20)


def test_of_many_directions_those_in_which_the_texts_vary_most_are_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(foresight, "_DIRECTIONS", 3)
    rng = np.random.default_rng(4)
    # Three strong directions and nine faint ones.
    rows = rng.normal(size=(80, 12)) * np.array([5.0, 4.0, 3.0, *[0.01] * 9])
    candidates = candidates_of(unit(rows), seed=4)
    short = replace(candidates, vectors=candidates.known_vectors[:, :3])
    assert design(candidates, np.zeros(80, dtype=int), (1.0,), 10) == design(short, np.zeros(80, dtype=int), (1.0,), 10)


def test_a_large_pool_is_represented_by_a_part_of_it_and_short_lists_still_fill_the_batch(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(foresight, "_POOL", 50)
    monkeypatch.setattr(foresight, "_SHORTLIST", 20)
    monkeypatch.setattr(foresight, "_SAMPLE", 40)
    monkeypatch.setattr(foresight, "_DIRECTIONS", 6)
    candidates = random_candidates(400, 16, seed=7)
    codes = np.arange(400) % 2
    few, many, all_of_them = (design(candidates, codes, (0.5, 0.5), count) for count in (10, 120, 400))
    most_doubtful = set(np.argsort(-candidates.scores)[:50].tolist())
    assert set(few) <= most_doubtful
    assert len(many) == 120
    assert sorted(all_of_them) == list(range(400))


def test_the_same_chance_gives_the_same_batch():
    candidates, codes = random_candidates(300, 280, seed=3), np.arange(300) % 3
    weights = (0.2, 0.3, 0.5)
    assert design(candidates, codes, weights, 25, seed=1) == design(candidates, codes, weights, 25, seed=1)


def test_the_arrays_given_are_not_changed():
    candidates = random_candidates(50, 8)
    arrays = (candidates.scores, candidates.probabilities, candidates.known_vectors, candidates.labelled)
    before = [each.copy() for each in arrays]
    design(candidates, np.zeros(50, dtype=int), (1.0,), 10)
    for was, now in zip(before, arrays, strict=True):
        np.testing.assert_array_equal(was, now)


@pytest.mark.parametrize("d", [8, 280])
def test_with_ids_the_order_of_the_rows_decides_nothing(d: int):
    candidates = random_candidates(90, d, seed=8)
    languages = np.array(["da", "de", "sk"])[np.arange(90) % 3]
    ids = np.random.default_rng(8).permutation(1000)[:90]

    def chosen(order: np.ndarray) -> list[int]:
        selection = select_batch(
            candidates.probabilities[order],
            languages[order],
            {"da": 0.5, "de": 0.7, "sk": 0.9},
            dict.fromkeys(("da", "de", "sk"), 0.9),
            20,
            "foresight",
            ids=ids[order],
            rng=np.random.default_rng(1),
            vectors=candidates.known_vectors[order],
            labelled_vectors=candidates.labelled,
            labels={"da": 3, "de": 2, "sk": 1},
        )
        return [int(each) for each in ids[order][selection.indices]]

    assert chosen(np.arange(90)) == chosen(np.random.default_rng(2).permutation(90))
