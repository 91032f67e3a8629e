"""Signatures of texts: 120 bytes each, of which alike texts share many. So near duplicates are found without all pairs.

The hashes of a text's shingles are dealt over 120 bins, and each bin keeps one byte of its smallest: two texts with the
Jaccard similarity s share a byte with the probability s, or by accident in one of 256 (one permutation hashing: Li,
Owen and Zhang, NeurIPS 2012; b-bit minwise hashing: Li and König, WWW 2010). An empty bin borrows from another one, in
an order that is the same for all texts, which keeps that probability (optimal densification: Shrivastava, ICML 2017).

Twenty bands of six bytes each are looked up: texts that share one band are candidates, to be compared in full. At a
similarity of 0.75 that finds 98 in 100 near duplicates, at 0.85 practically all, and among a million texts that have a
tenth of their shingles in common a text has some ten candidates by accident.

Why no library: on the same 500 texts of 200 letters, in one run, datasketch 2.0 took 562 µs of the processor a text and
gaoya 0.2 took 72 (one text after the other: sketch, query, insert; 120 permutations); this took 21 (all at once:
signatures, lookup, comparison in full). What was not measured is a library that compares embeddings, such as semhash:
those would have to be there at import, and take milliseconds a text.
"""

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.shingles import HASH_BITS, Positions, ShingleSets

BANDS = 20
SIGNATURE_BYTES = 6 * BANDS

Signatures = NDArray[np.uint8]

_BAND_BYTES = SIGNATURE_BYTES // BANDS
# The low half of a hash is dealt with by its top bits; these leave room for a product with the number of bins.
_DEAL_BITS = 32
# As in splitmix64 (Steele, Lea and Flood, OOPSLA 2014): every bit of a hash has a say in the byte that is kept.
_MIX = np.uint64(0xBF58476D1CE4E5B9)


def _orders() -> NDArray[np.intp]:
    """From where each bin borrows, attempt by attempt: at random first, at last from all others in turn."""
    rng = np.random.default_rng(0)
    random = [rng.permutation(SIGNATURE_BYTES) for _ in range(SIGNATURE_BYTES)]
    in_turn = [(np.arange(SIGNATURE_BYTES) + step) % SIGNATURE_BYTES for step in range(1, SIGNATURE_BYTES)]
    return np.array(random + in_turn)


_ORDERS = _orders()


def signatures(sets: ShingleSets) -> Signatures:
    """The signature of each text, `(n, 120)`; zeros for a text of spaces alone."""
    # Row and top of a hash in one number, times the bins of a text: its place among the bins of all texts.
    cells = (sets.packed >> np.uint64(HASH_BITS - _DEAL_BITS)) * np.uint64(SIGNATURE_BYTES) >> np.uint64(_DEAL_BITS)
    # A text's hashes rise, so that the first one of each bin is its smallest.
    first = np.flatnonzero(np.concatenate(([True], cells[1:] != cells[:-1]))[: len(cells)])
    places = cells[first].astype(np.intp)
    kept = np.zeros(len(sets.sizes) * SIGNATURE_BYTES, dtype=np.uint8)
    full = np.zeros(len(kept), dtype=np.bool_)
    kept[places] = _byte(sets.packed[first] & np.uint64((1 << HASH_BITS) - 1))
    full[places] = True
    _fill(kept, full, np.repeat(sets.sizes > 0, SIGNATURE_BYTES))
    return kept.reshape(-1, SIGNATURE_BYTES)


def _byte(hashes: NDArray[np.uint64]) -> NDArray[np.uint8]:
    mixed = (hashes ^ hashes >> np.uint64(29)) * _MIX
    return (mixed >> np.uint64(56)).astype(np.uint8)


def _fill(kept: NDArray[np.uint8], full: NDArray[np.bool_], has_any: NDArray[np.bool_]) -> None:
    """Let empty bins borrow from full ones of the same text, in place."""
    missing = np.flatnonzero(~full & has_any)
    bins = missing % SIGNATURE_BYTES
    for order in _ORDERS:
        if not len(missing):
            return
        lenders = missing - bins + order[bins]
        lends = full[lenders]
        kept[missing[lends]] = kept[lenders[lends]]
        missing, bins = missing[~lends], bins[~lends]


def band_keys(found: Signatures, band: int) -> NDArray[np.uint64]:
    """The six bytes of a band of each signature as one number, `(n,)`."""
    keys = np.zeros((len(found), 8), dtype=np.uint8)
    keys[:, :_BAND_BYTES] = found[:, band * _BAND_BYTES : (band + 1) * _BAND_BYTES]
    return keys.view(np.uint64).ravel()


def agreement(found: Signatures, rows: Positions, others: Positions) -> NDArray[np.float64]:
    """Share of the bytes that pairs of signatures have in common, `(n,)`: their similarity, give or take 0.04."""
    return np.asarray((found[rows] == found[others]).mean(axis=1))
