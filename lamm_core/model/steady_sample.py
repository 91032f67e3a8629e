"""A random part of many texts that stays what it was while others come: each text's own number decides."""

import numpy as np
from numpy.typing import NDArray

# The steps and factors of SplitMix64: Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators".
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_STEPS = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))
_LAST = np.uint64(31)
# Neighbouring seeds start far from each other.
_SEEDS = 0xD1342543DE82EF95


def steady_sample(ids: NDArray[np.int64], most: int, seed: int) -> NDArray[np.intp]:
    """Choose so many at random, the same ones whatever the order and, but for a few, whatever else is there.

    Args:
        ids: `(n,)` numbers of the texts, each once.
        most: size of the part; all are chosen where there are no more.
        seed: another one chooses another part.

    Returns:
        `(min(n, most),)` positions of the chosen ones, rising.
    """
    if len(ids) <= most:
        return np.arange(len(ids))
    numbers = (ids.astype(np.uint64) + np.uint64(seed * _SEEDS % 2**64)) * _GOLDEN
    for shift, factor in _STEPS:
        numbers = (numbers ^ (numbers >> shift)) * factor
    return np.sort(np.argpartition(numbers ^ (numbers >> _LAST), most)[:most])
