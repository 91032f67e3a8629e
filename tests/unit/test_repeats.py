"""Near duplicates are found without comparing all pairs, and it does not count how texts are cut into files."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.model.minhash import signatures
from lamm_core.model.repeats import find_repeats
from lamm_core.model.shingles import ALIKE_FROM, ShingleSets, similarities

WORDS = [f"{first}{second}" for first in ("lumen", "torpa", "quivo", "sarde") for second in ("", "ta", "mik", "olus")]


def similarity(text: str, other: str) -> float:
    sets = ShingleSets([text, other])
    return float(similarities(sets, np.array([0]), sets, np.array([1]))[0])


def plainly(texts: list[str]) -> dict[int, int]:
    """Every text against every earlier one that stands."""
    found: dict[int, int] = {}
    for row, text in enumerate(texts):
        standing = (each for each in range(row) if each not in found)
        match = next((each for each in standing if similarity(text, texts[each]) >= ALIKE_FROM), None)
        if match is not None:
            found[row] = match
    return found


def in_cuts(texts: list[str], cuts: list[int]) -> dict[int, int]:
    """The texts as they come in several files."""
    found: dict[int, int] = {}
    first = 0
    for stop in [*cuts, len(texts)]:
        repeating = np.isin(np.arange(stop), list(found))
        signed = signatures(ShingleSets(texts[:stop]))
        found |= find_repeats(signed, first, repeating, lambda rows: [texts[row] for row in rows])
        first = stop
    return found


@st.composite
def texts_with_copies(draw: st.DrawFn) -> list[str]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    texts = [" ".join(rng.choice(WORDS, size=int(rng.integers(1, 30)))) for _ in range(12)]
    for _ in range(24):
        words = texts[rng.integers(len(texts))].split()
        words[rng.integers(len(words))] = str(rng.choice(WORDS))
        texts.insert(int(rng.integers(len(texts))), " ".join(words).upper())
    return texts


@settings(max_examples=25, deadline=None)
@given(texts_with_copies(), st.sets(st.integers(0, 36)))
def test_cuts_into_files_do_not_count_and_what_is_found_is_alike(texts: list[str], cuts: set[int]) -> None:
    found = in_cuts(texts, sorted(cuts))
    assert found == in_cuts(texts, [])
    for row, first in found.items():
        assert first < row
        assert first not in found
        assert similarity(texts[row], texts[first]) >= ALIKE_FROM


def test_of_a_chain_the_third_stands_again() -> None:
    """Only neighbours are alike; the second is not there to be labelled, so that the third is like nobody."""
    words = [f"word{number:03}x" for number in range(60)]
    chain = [" ".join(words[start : start + 40]) for start in (0, 4, 8)]
    assert similarity(chain[0], chain[1]) >= ALIKE_FROM
    assert similarity(chain[1], chain[2]) >= ALIKE_FROM > similarity(chain[0], chain[2])
    assert in_cuts(chain, []) == plainly(chain) == {1: 0}


def test_nearly_all_are_found_at_the_least_similarity() -> None:
    """At 0.75 to 0.8 at least 95 in 100, above all of them but for a hair; in texts of all lengths."""
    rng = np.random.default_rng(3)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyzäöüß"))
    low = found_low = high = found_high = 0
    for length in (24, 60, 240, 1000):
        originals = ["".join(rng.choice(letters, length)) for _ in range(400)]
        changed = []
        for text in originals:
            characters = list(text)
            # Each changed letter takes up to three shingles away and brings as many.
            for place in rng.integers(0, length, max(1, round(length * rng.uniform(0.02, 0.05)))):
                characters[place] = str(rng.choice(letters))
            changed.append("".join(characters))
        found = in_cuts(originals + changed, [])
        for row, pair in enumerate(zip(originals, changed, strict=True)):
            alike, hit = similarity(*pair), found.get(len(originals) + row) == row
            low, found_low = low + (0.75 <= alike < 0.8), found_low + (hit and 0.75 <= alike < 0.8)
            high, found_high = high + (alike >= 0.85), found_high + (hit and alike >= 0.85)
    assert low > 150
    assert found_low >= 0.95 * low
    assert high > 300
    assert found_high >= 0.995 * high


def test_spaces_repeat_nothing_and_punctuation_does() -> None:
    texts = ["", "  ", "?!?!", "\n", "?!?!", "a"]
    assert in_cuts(texts, []) == {4: 2}
    assert in_cuts([], []) == {}


def test_a_family_larger_than_a_block_has_one_that_stands() -> None:
    texts = [
        f"The package number {number:04} holds the documentation of the library for readers" for number in range(700)
    ]
    assert set(in_cuts(texts, [300]).values()) == {0}
    assert len(in_cuts(texts, [300])) == 699
