"""How far accuracy curves would move with other seeds and other check items: a bootstrap over both.

Pure functions; numpy only. All strategies are drawn with the same seeds and the same items, so that what moves all of
them alike, such as an easy check set, falls out of their differences.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

DRAWS = 1_000
_CHUNK = 50


def resampled_curves(
    right: Sequence[NDArray[np.bool_]],
    language_codes: NDArray[np.intp],
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> NDArray[np.float64]:
    """Mean accuracy of all languages, `(strategies, draws, rounds)`, each draw from other seeds and other items.

    Of n seeds, and of the n items of each language, n - 1 are drawn with replacement: with n, the spread of few would
    come out too small (Rao and Wu, 1988, "Resampling inference with complex survey data").

    Args:
        right: for each strategy `(seeds, rounds, t)`, whether each test row was predicted right; at least two seeds
            and two rows a language.
        language_codes: `(t,)` language of each test row.
        rng: draws.
        draws: how often.
    """
    seeds = right[0].shape[0]
    of_seed = rng.multinomial(seeds - 1, np.full(seeds, 1 / seeds), size=draws) / (seeds - 1)
    of_row = _row_weights(language_codes, rng, draws)
    curves = np.empty((len(right), draws, right[0].shape[1]))
    for place, answers in enumerate(right):
        flat = answers.reshape(seeds, -1).astype(np.float64)
        for start in range(0, draws, _CHUNK):
            part = slice(start, start + _CHUNK)
            shares = (of_seed[part] @ flat).reshape(-1, *answers.shape[1:])
            curves[place, part] = np.einsum("drt,dt->dr", shares, of_row[part])
    return curves


def _row_weights(language_codes: NDArray[np.intp], rng: np.random.Generator, draws: int) -> NDArray[np.float64]:
    """What each test row counts in each draw, `(draws, t)`; each language has the same part of 1."""
    codes = np.unique(language_codes)
    weights = np.zeros((draws, len(language_codes)))
    for code in codes:
        rows = np.flatnonzero(language_codes == code)
        drawn = rng.multinomial(len(rows) - 1, np.full(len(rows), 1 / len(rows)), size=draws)
        weights[:, rows] = drawn / ((len(rows) - 1) * len(codes))
    return weights
