"""Near duplicates of given texts among others, every pair compared; `shingles` says what a near duplicate is.

Pairs are compared by a short sketch first: each shingle flips one bit, so two sketches differ in no more bits than
the sets differ in shingles (odd sketches: Mitzenmacher, Pagh and Pham, WWW 2014). A pair whose sketches differ too much
is therefore no near duplicate for certain, nothing is lost, and only the few pairs that remain are compared in full.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.shingles import ALIKE_FROM, HASH_BITS, Hashes, Positions, ShingleSets, text_blocks

_LEAST_SKETCH_BITS = 256
_MOST_SKETCH_BITS = 2048
# Pairs compared at a time: their differences stay in the processor's cache.
_PAIRS = 1 << 17
# Candidates compared in full at a time: most often the first ones settle it.
_GROUP = 16


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
    others = [(first, _SketchedSets(of[first:stop])) for first, stop in text_blocks([len(text) for text in of])]
    # Texts of one length side by side, for the sketch must be as wide as the sets are large.
    lengths = np.array([len(text) for text in texts], dtype=np.intp)
    by_length = np.argsort(lengths, kind="stable")
    for start, stop in text_blocks(lengths[by_length].tolist()):
        block = by_length[start:stop]
        sets = _SketchedSets([texts[i] for i in block])
        for first, other in others:
            for row, match in _matches(sets, other, alike_from):
                if found[block[row]] < 0:
                    found[block[row]] = first + match
    return found


class _SketchedSets(ShingleSets):
    """Shingles of texts with what compares many of them at once."""

    @cached_property
    def numbered(self) -> tuple[Hashes, NDArray[np.int32]]:
        """The different shingles of all texts in rising order, and the place of each of `hashes` among them."""
        different, places = np.unique(self.hashes, return_inverse=True)
        return different, places.astype(np.int32)

    def sketches(self, bits: int) -> Hashes:
        """`(n, bits / 64)`: bit b is set where an odd number of the text's shingles fall on b."""
        if bits not in self._sketches:
            bit = (self.hashes >> np.uint64(HASH_BITS - bits.bit_length() + 1)).astype(np.intp)
            counts = np.bincount(self.rows * bits + bit, minlength=len(self.sizes) * bits)
            odd = (counts & 1).astype(np.bool_).reshape(-1, bits)
            self._sketches[bits] = np.packbits(odd, axis=1).view(np.uint64)
        return self._sketches[bits]

    @cached_property
    def _sketches(self) -> dict[int, Hashes]:
        return {}


def _matches(sets: _SketchedSets, others: _SketchedSets, alike_from: float) -> Iterator[tuple[int, int]]:
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


def _first_alike(shingles: Hashes, others: _SketchedSets, close: Positions, alike_from: float) -> int | None:
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
