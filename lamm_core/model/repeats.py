"""Which texts nearly repeat an earlier one, found by their signatures and compared in full.

Texts are taken in their order. A text repeats the earliest one before it that is alike and repeats none itself; where
there is none, it stands, and later ones may repeat it. So of a chain of which only neighbours are alike, the first
stands, the second repeats it, and the third stands again, for the text that it is like is not there to be labelled;
and it does not count whether texts come in one file or in many.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.minhash import BANDS, Signatures, agreement, band_keys
from lamm_core.model.shingles import ALIKE_FROM, Positions, ShingleSets, similarities

# Signatures of near duplicates agree in 0.75 of their bytes, give or take 0.04: one in 700 at the limit is lost below
# this. Texts of one mould, which are half alike, are compared in full for the most part where it is 0.6.
_WORTH_COMPARING = 0.63
# Texts decided at a time. Those of one block are compared in pairs, so that large families want small blocks.
_BLOCK = 512
# Texts that a text is held against in one bucket, the earliest ones. So many share a bucket by accident only where
# thousands of texts are of one mould, and would be compared in pairs without end.
_MOST = 64
# Pairs compared in full at a time, whose texts fit one `ShingleSets`; fewer where texts are long.
_PAIRS = 1_024
_CHARACTERS = 1 << 21
_ROW_BITS = np.uint64(32)
# Whether a new text can share a bucket is asked of a table of so many bits before anything is sorted.
_TABLE_BITS = 20

TextsOf = Callable[[Positions], Sequence[str]]
_Pairs = tuple[Positions, Positions]


def find_repeats(
    found: Signatures,
    first_new: int,
    repeating: NDArray[np.bool_],
    texts_of: TextsOf,
    report: Callable[[int, int], None] | None = None,
) -> dict[int, int]:
    """Each new text that nearly repeats an earlier one, with that one.

    Memory grows by some 100 to 300 bytes a text, beside the signatures.

    Args:
        found: `(n, 120)`, signatures of texts of one language in their order.
        first_new: from this row on texts are new; those before were held against each other already.
        repeating: `(n,)`, texts that are known to repeat another one, and that nothing is held against.
        texts_of: gives the texts of some rows; an empty one where a text is there no more.
        report: called with the new texts done and all of them.

    Returns:
        row to the row that it repeats, which itself repeats none.
    """
    buckets = _Buckets(found, first_new, repeating)
    search = _Search(found, texts_of, buckets)
    for start in range(first_new, len(found), _BLOCK):
        stop = min(start + _BLOCK, len(found))
        search.take(start, stop)
        if report is not None:
            report(stop - first_new, len(found) - first_new)
    return search.repeats


class _Buckets:
    """Texts with the same bytes in a band; of each bucket those that stand so far.

    Only buckets of a new text and at least one other are kept.
    """

    def __init__(self, found: Signatures, first_new: int, repeating: NDArray[np.bool_]) -> None:
        # Blank texts have no shingle, and are like no text.
        alive = np.flatnonzero(~repeating & found.any(axis=1))
        sorted_rows, sizes = [], []
        for band in range(BANDS):
            rows, counts = _shared(band_keys(found, band)[alive], alive, first_new)
            sorted_rows.append(rows)
            sizes.append(counts)
        self._slots = np.concatenate(sorted_rows)
        counts = np.concatenate(sizes)
        self._starts = np.cumsum(counts) - counts
        bucket_of = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        is_new = self._slots >= first_new
        # In each bucket the earliest come first: what stood before is in its place.
        self._standing = counts - np.bincount(bucket_of[is_new], minlength=len(counts))
        by_row = np.argsort(self._slots[is_new], kind="stable")
        self._rows = self._slots[is_new][by_row]
        self._buckets = bucket_of[is_new][by_row]

    def of_rows(self, start: int, stop: int) -> _Pairs:
        """The new texts from `start` to `stop` with their buckets, each pair of them once."""
        first, last = np.searchsorted(self._rows, np.array([start, stop], dtype=self._rows.dtype))
        return self._rows[first:last].astype(np.intp), self._buckets[first:last].astype(np.intp)

    def standing(self, rows: Positions, buckets: Positions) -> _Pairs:
        """Each text with each text that stands in one of its buckets, once."""
        counts = np.minimum(self._standing[buckets], _MOST)
        others = self._slots[np.repeat(self._starts[buckets], counts) + _numbered(counts)]
        return _distinct(np.repeat(rows, counts), others.astype(np.intp))

    def add(self, rows: Positions, buckets: Positions) -> None:
        """Let texts stand; rows rise within each bucket."""
        order = np.argsort(buckets, kind="stable")
        rows, buckets = rows[order], buckets[order]
        different, counts = np.unique(buckets, return_counts=True)
        # A bucket has room for all its texts, and never more stand than have been taken.
        places = self._starts[buckets] + self._standing[buckets] + _numbered(counts)
        self._slots[places] = rows
        self._standing[different] += counts


def _shared(keys: NDArray[np.uint64], rows: Positions, first_new: int) -> tuple[NDArray[np.int32], Positions]:
    """Rows bucket by bucket, rising within each, and the size of each bucket, of those that are worth keeping."""
    places = (keys * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(64 - _TABLE_BITS)).astype(np.intp)
    table = np.zeros(1 << _TABLE_BITS, dtype=np.bool_)
    table[places[rows >= first_new]] = True
    keys, rows = keys[table[places]], rows[table[places]]
    order = np.argsort(keys, kind="stable")
    keys, rows = keys[order], rows[order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else np.empty(0, np.intp)
    counts = np.diff(np.append(starts, len(keys)))
    worth = (counts > 1) & (rows[starts + counts - 1] >= first_new)
    return rows[np.repeat(worth, counts)].astype(np.int32), counts[worth]


class _Search:
    """Takes new texts block by block, each held against those that stand before it.

    Attributes:
        repeats: row to the row that it repeats, so far.
    """

    def __init__(self, found: Signatures, texts_of: TextsOf, buckets: _Buckets) -> None:
        self.repeats: dict[int, int] = {}
        self._found = found
        self._texts_of = texts_of
        self._buckets = buckets

    def take(self, start: int, stop: int) -> None:
        """Decide about the texts of a block: first by what stood before it, then by those of the block itself."""
        rows, buckets = self._buckets.of_rows(start, stop)
        self._decide(*self._buckets.standing(rows, buckets))
        rows, buckets = self._left(rows, buckets)
        self._decide(*_within(rows, buckets))
        self._buckets.add(*self._left(rows, buckets))

    def _left(self, rows: Positions, buckets: Positions) -> _Pairs:
        left = np.array([row not in self.repeats for row in rows.tolist()], dtype=np.bool_)
        return rows[left], buckets[left]

    def _decide(self, rows: Positions, others: Positions) -> None:
        """Pairs of a text and an earlier one; they are taken in order, so that what is earlier is decided."""
        rows, others = self._worth_comparing(rows, others)
        for first in range(0, len(rows), _PAIRS):
            pairs = rows[first : first + _PAIRS], others[first : first + _PAIRS]
            alike = self._compare(*pairs) >= ALIKE_FROM
            for row, other in zip(*(each[alike].tolist() for each in pairs), strict=True):
                if row not in self.repeats and other not in self.repeats:
                    self.repeats[row] = other

    def _worth_comparing(self, rows: Positions, others: Positions) -> _Pairs:
        """The pairs whose signatures agree nearly enough."""
        kept = [
            agreement(self._found, rows[first : first + _PAIRS], others[first : first + _PAIRS]) >= _WORTH_COMPARING
            for first in range(0, len(rows), _PAIRS)
        ]
        worth = np.concatenate(kept) if kept else np.empty(0, dtype=np.bool_)
        return rows[worth], others[worth]

    def _compare(self, rows: Positions, others: Positions) -> NDArray[np.float64]:
        """Similarity of pairs, by their texts."""
        wanted, places = np.unique(np.concatenate([rows, others]), return_inverse=True)
        texts = self._texts_of(wanted)
        if len(rows) > 1 and sum(map(len, texts)) > _CHARACTERS:
            half = len(rows) // 2
            return np.concatenate(
                [self._compare(rows[:half], others[:half]), self._compare(rows[half:], others[half:])]
            )
        sets = ShingleSets(texts)
        return similarities(sets, places[: len(rows)], sets, places[len(rows) :])


def _within(rows: Positions, buckets: Positions) -> _Pairs:
    """Each text with the earlier ones that share a bucket with it, once."""
    order = np.argsort(buckets, kind="stable")
    rows, buckets = rows[order], buckets[order]
    _, counts = np.unique(buckets, return_counts=True)
    before = np.minimum(_numbered(counts), _MOST)
    firsts = np.repeat(np.cumsum(counts) - counts, counts)
    others = rows[np.repeat(firsts, before) + _numbered(before)]
    return _distinct(np.repeat(rows, before), others)


def _distinct(rows: Positions, others: Positions) -> _Pairs:
    """The pairs in rising order, each once."""
    packed = np.unique(rows.astype(np.uint64) << _ROW_BITS | others.astype(np.uint64))
    low = np.uint64((1 << 32) - 1)
    return (packed >> _ROW_BITS).astype(np.intp), (packed & low).astype(np.intp)


def _numbered(counts: Positions) -> Positions:
    """0, 1, ... for each count, one after the other."""
    numbers: Positions = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return numbers
