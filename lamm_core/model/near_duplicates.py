"""Near duplicates: texts that a person would call the same text, found in any language.

A text is reduced to its letters, digits and symbols (NFKC, case folded; spaces, punctuation and invisible marks fall
away), with an end mark on both sides, and then to the set of its shingles: every run of three characters. Two texts
are near duplicates when the Jaccard similarity of their sets, shared shingles divided by all shingles, is at least 0.75
(Broder, "On the resemblance and containment of documents", 1997). So one or two changed words of a long text keep it
the same text, one changed word of a short one makes it another, and a language without spaces needs nothing special.

Every pair is compared, by a short sketch first: each shingle flips one bit, so two sketches differ in no more bits than
the sets differ in shingles (odd sketches: Mitzenmacher, Pagh and Pham, WWW 2014). A pair whose sketches differ too much
is therefore no near duplicate for certain, nothing is lost, and only the few pairs that remain are compared in full.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

# From this similarity on two texts are near duplicates. Of package descriptions of some 200 letters it finds 94 to 99
# in 100 with two words replaced (0.8 finds 89 to 95), and all with a tenth cut off.
ALIKE_FROM = 0.75

_SHINGLE = 3
# Unicode ends at 21 bits, so three characters fit into one number.
_CHARACTER_BITS = 21
_END = "\n"
# The row of a text in its block and the hash of a shingle share one number: 11 + 53 bits.
_BLOCK = 2048
# A block of long texts is shorter: its shingles take tens of megabytes at most.
_BLOCK_CHARACTERS = 1 << 20
_HASH_BITS = 53
_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio: Knuth's multiplicative hash
_LEAST_SKETCH_BITS = 256
_MOST_SKETCH_BITS = 2048
# Pairs compared at a time: their differences stay in the processor's cache.
_PAIRS = 1 << 17
# Candidates compared in full at a time: most often the first ones settle it.
_GROUP = 16

Positions = NDArray[np.intp]
Hashes = NDArray[np.uint64]


def near_duplicates(texts: Sequence[str], of: Sequence[str], alike_from: float = ALIKE_FROM) -> Positions:
    """Find for each text a near duplicate of it among others.

    Args:
        texts: n texts, say a pool.
        of: m texts, say a check set of the same language. Memory grows with these alone, by some 30 bytes a character.
        alike_from: least Jaccard similarity of near duplicates, over 0 and at most 1.

    Returns:
        `(n,)`, the position in `of` of the first near duplicate of each text; -1 where there is none. A text of
        spaces alone has none.

    Raises:
        ValueError: `alike_from` is not over 0 and at most 1.
    """
    if not 0 < alike_from <= 1:
        raise ValueError(f"Near duplicates need a similarity over 0 and at most 1, not {alike_from}.")
    found = np.full(len(texts), -1, dtype=np.intp)
    others = [(first, _ShingleSets(of[first:stop])) for first, stop in _blocks([len(text) for text in of])]
    # Texts of one length side by side, for the sketch must be as wide as the sets are large.
    lengths = np.array([len(text) for text in texts], dtype=np.intp)
    by_length = np.argsort(lengths, kind="stable")
    for start, stop in _blocks(lengths[by_length].tolist()):
        block = by_length[start:stop]
        sets = _ShingleSets([texts[i] for i in block])
        for first, other in others:
            for row, match in _matches(sets, other, alike_from):
                if found[block[row]] < 0:
                    found[block[row]] = first + match
    return found


def _blocks(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where each block of texts begins and ends, given the characters of each text."""
    first = characters = 0
    for place, length in enumerate(lengths):
        if place - first == _BLOCK or (place > first and characters + length > _BLOCK_CHARACTERS):
            yield first, place
            first, characters = place, 0
        characters += length
    if first < len(lengths):
        yield first, len(lengths)


class _Kept(dict[int, int | None]):
    """Which characters count: letters, marks, digits and symbols, as `str.translate` asks for them.

    Marks belong to the letters of Thai and Hindi; symbols tell C++ from C and a smile from a frown.
    """

    def __missing__(self, character: int) -> int | None:
        self[character] = character if unicodedata.category(chr(character))[0] in "LMNS" else None
        return self[character]


_KEPT = _Kept()


def _bare(text: str) -> str:
    """The text without case, spaces and punctuation; with punctuation where it is nothing else."""
    # Folding the case can undo the normal form, hence twice (Unicode's NFKC_Casefold).
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return folded.translate(_KEPT) or "".join(folded.split())


@dataclass
class _ShingleSets:
    """The shingles of up to 2,048 texts.

    Attributes:
        hashes: the shingles of all texts, each text's in rising order and each once.
        rows: the text of each shingle.
        sizes: `(n,)`, shingles of each text.
        ends: `(n + 1,)`, where each text's shingles begin and end in `hashes`.
    """

    texts: Sequence[str]
    hashes: Hashes = field(init=False)
    rows: Positions = field(init=False)
    sizes: Positions = field(init=False)
    ends: Positions = field(init=False)

    def __post_init__(self) -> None:
        marked = [f"{_END}{bare}{_END}" if bare else "" for bare in map(_bare, self.texts)]
        packed = _distinct_shingles(marked)
        self.hashes = packed & np.uint64((1 << _HASH_BITS) - 1)
        self.rows = (packed >> np.uint64(_HASH_BITS)).astype(np.intp)
        self.sizes = np.bincount(self.rows, minlength=len(marked))
        self.ends = np.concatenate(([0], np.cumsum(self.sizes)))
        self._sketches: dict[int, Hashes] = {}

    def of_row(self, row: int) -> Hashes:
        """The shingles of one text."""
        return self.hashes[self.ends[row] : self.ends[row + 1]]

    @cached_property
    def numbered(self) -> tuple[Hashes, NDArray[np.int32]]:
        """The different shingles of all texts in rising order, and the place of each of `hashes` among them."""
        different, places = np.unique(self.hashes, return_inverse=True)
        return different, places.astype(np.int32)

    def sketches(self, bits: int) -> Hashes:
        """`(n, bits / 64)`: bit b is set where an odd number of the text's shingles fall on b."""
        if bits not in self._sketches:
            bit = (self.hashes >> np.uint64(_HASH_BITS - bits.bit_length() + 1)).astype(np.intp)
            counts = np.bincount(self.rows * bits + bit, minlength=len(self.sizes) * bits)
            odd = (counts & 1).astype(np.bool_).reshape(-1, bits)
            self._sketches[bits] = np.packbits(odd, axis=1).view(np.uint64)
        return self._sketches[bits]


def _distinct_shingles(marked: Sequence[str]) -> Hashes:
    """The shingles of these texts, each once a text, as row and hash in one number; in rising order."""
    joined = "".join(marked).encode("utf-32-le", "surrogatepass")
    characters = np.frombuffer(joined, dtype="<u4").astype(np.uint64)
    rows = np.repeat(np.arange(len(marked), dtype=np.uint64), [len(text) for text in marked])
    count = max(0, len(characters) - _SHINGLE + 1)
    shingles = np.zeros(count, dtype=np.uint64)
    for place in range(_SHINGLE):
        shingles = shingles << np.uint64(_CHARACTER_BITS) | characters[place : place + count]
    hashes = shingles * _HASH_FACTOR >> np.uint64(64 - _HASH_BITS)
    inside = rows[:count] == rows[_SHINGLE - 1 :]
    packed = np.sort((rows[:count] << np.uint64(_HASH_BITS) | hashes)[inside])
    return packed[np.concatenate(([True], packed[1:] != packed[:-1]))] if len(packed) else packed


def _matches(sets: _ShingleSets, others: _ShingleSets, alike_from: float) -> Iterator[tuple[int, int]]:
    """Each row of `sets` that has a near duplicate, with the first one's row in `others`."""
    bits = _sketch_bits(int(sets.sizes.max(initial=0)))
    ours, theirs = sets.sketches(bits), others.sketches(bits)
    # |A ∩ B| / |A ∪ B| >= t means |A ∪ B| - |A ∩ B| <= (|A| + |B|) (1 - t) / (1 + t); half a shingle for rounding.
    share = (1 - alike_from) / (1 + alike_from)
    step = max(1, _PAIRS // max(1, len(theirs)))
    for start in range(0, len(ours), step):
        stop = min(start + step, len(ours))
        most = (sets.sizes[start:stop, None] + others.sizes) * share + 0.5
        close = (_differing_bits(ours[start:stop], theirs) <= most) & (others.sizes > 0)
        for row in np.flatnonzero(close.any(axis=1)).tolist():
            match = _first_alike(sets.of_row(start + row), others, np.flatnonzero(close[row]), alike_from)
            if match is not None:
                yield start + row, match


def _first_alike(shingles: Hashes, others: _ShingleSets, close: Positions, alike_from: float) -> int | None:
    """The first of the close rows, none of them empty, that is a near duplicate of a text with these shingles."""
    different, numbers = others.numbered
    known = np.zeros(len(different), dtype=np.bool_)
    place = np.minimum(np.searchsorted(different, shingles), len(different) - 1)
    known[place[different[place] == shingles]] = True
    for first in range(0, len(close), _GROUP):
        rows = close[first : first + _GROUP]
        sizes = others.sizes[rows]
        theirs = np.concatenate([numbers[others.ends[row] : others.ends[row + 1]] for row in rows.tolist()])
        shared = np.add.reduceat(known[theirs], np.cumsum(sizes) - sizes, dtype=np.intp)
        alike = shared / (len(shingles) + sizes - shared) >= alike_from
        if alike.any():
            return int(rows[alike.argmax()])
    return None


def _sketch_bits(size: int) -> int:
    """A power of two, about as many bits as shingles: sketches of different texts then differ in nearly half."""
    return min(max(1 << max(0, size - 1).bit_length(), _LEAST_SKETCH_BITS), _MOST_SKETCH_BITS)


def _differing_bits(left: Hashes, right: Hashes) -> NDArray[np.uint16]:
    differing = np.zeros((len(left), len(right)), dtype=np.uint16)
    for word in range(left.shape[1]):
        differing += np.bitwise_count(left[:, word, None] ^ right[:, word])
    return differing
