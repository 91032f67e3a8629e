"""Runs of 2 to 4 characters inside words, counted.

The n-grams are those of scikit-learn's `char_wb`: of words in lower case with a space at both ends. An n-gram is one
number here, 16 bits a character, so that numpy counts them all at once: five times as fast as a loop over strings.
Characters are UTF-16 units; a rare one that takes two counts as two.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from lamm_core.model.preparation.rows import chunks

SIZES = (2, 3, 4)
MIN_TEXTS = 2
CHUNK = 2_048

Counts = Any  # a scipy.sparse.csr_matrix of float32; scipy has no types
Keys = NDArray[np.uint64]
_SPACE = ord(" ")


def fit_ngrams(texts: Sequence[str]) -> tuple[Keys, Counts]:
    """The n-grams that at least two of the texts have, and how often each text has them.

    Args:
        texts: n texts.

    Returns:
        Sorted keys `(v,)` and counts `(n, v)`.
    """
    parts = [_count(texts[rows]) for rows in chunks(len(texts), CHUNK)]
    found, place = np.unique(np.concatenate([keys for keys, _ in parts]), return_inverse=True)
    texts_with = np.bincount(
        place, weights=np.concatenate([_texts_with(counts) for _, counts in parts]), minlength=len(found)
    )
    keys = found[texts_with >= MIN_TEXTS]
    return keys, sp.vstack([_onto(keys, *part) for part in parts], format="csr")


def count_ngrams(keys: Keys, texts: Sequence[str]) -> Counts:
    """How often each text has the n-grams with these keys `(v,)`: `(n, v)`."""
    return _onto(keys, *_count(texts))


def _count(texts: Sequence[str]) -> tuple[Keys, Counts]:
    """Every n-gram of the texts, sorted, and its count in each."""
    rows, keys = _ngrams(texts)
    found, columns = np.unique(keys, return_inverse=True)
    ones = np.ones(len(keys), dtype=np.float32)
    return found, sp.csr_matrix((ones, (rows, columns)), shape=(len(texts), len(found)))


def _ngrams(texts: Sequence[str]) -> tuple[NDArray[np.int32], Keys]:
    """Each n-gram where it stands: the row of its text, and its key."""
    encoded = [_padded(text).encode("utf-16-le", "surrogatepass") for text in texts]
    units = np.frombuffer(b"".join(encoded), dtype="<u2")
    row_of = np.repeat(np.arange(len(texts), dtype=np.int32), [len(each) // 2 for each in encoded])
    space, wide = units == _SPACE, units.astype(np.uint64)
    rows, keys = [], []
    for size in SIZES:
        starts = max(len(units) - size + 1, 0)
        inside = row_of[:starts] == row_of[len(units) - starts :]
        for middle in range(1, size - 1):
            inside &= ~space[middle : middle + starts]
        places = np.flatnonzero(inside)
        key = wide[places]
        for step in range(1, size):
            key = (key << np.uint64(16)) | wide[places + step]
        rows.append(row_of[places])
        keys.append(key)
    return np.concatenate(rows), np.concatenate(keys)


def _padded(text: str) -> str:
    """The words in lower case with one space between them and at both ends; nothing for a text without words."""
    words = text.lower().split()
    return f" {' '.join(words)} " if words else ""


def _texts_with(counts: Counts) -> NDArray[np.intp]:
    """The number of texts that have each n-gram."""
    return np.bincount(counts.indices, minlength=counts.shape[1])


def _onto(keys: Keys, found: Keys, counts: Counts) -> Counts:
    """Counts of n-grams `found` as counts of those with `keys`; what is not among them is left out."""
    place = np.searchsorted(keys, found)
    known = np.flatnonzero(keys[np.minimum(place, len(keys) - 1)] == found) if len(keys) else np.empty(0, dtype=np.intp)
    kept, columns = counts[:, known], place[known].astype(np.int32)
    return sp.csr_matrix((kept.data, columns[kept.indices], kept.indptr), shape=(counts.shape[0], len(keys)))
