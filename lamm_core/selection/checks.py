"""Checks of what a caller hands in, once, at the public edge."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lamm_core.errors import InvalidInput, InvalidProbabilities, MissingTarget, MissingVectors
from lamm_core.selection import distances
from lamm_core.selection.arrays import FloatArray, IntArray, LanguageArray

_SUM_TOLERANCE = 1e-3


def checked_probabilities(probabilities: ArrayLike) -> FloatArray:
    """`(n, k)` floats in one memory layout.

    Raises:
        InvalidProbabilities: not `(n, k)`, not finite, negative, or a row that does not sum to 1 within 1e-3.
    """
    try:
        table = np.asarray(probabilities)
    except ValueError as error:
        raise InvalidProbabilities(f"Probabilities must be a table of (items, classes): {error}.") from error
    if table.ndim != 2 or table.shape[1] == 0 or table.dtype.kind not in "fiu":
        raise InvalidProbabilities(
            f"Probabilities must be numbers of shape (items, classes); got {table.dtype} of shape {table.shape}."
        )
    if table.dtype.kind != "f" or table.dtype.itemsize < 4:
        table = table.astype(np.float64)
    # One memory layout: sums over a row differ in the last digit between layouts, and ties would break differently.
    table = np.ascontiguousarray(table)
    finite = np.isfinite(table).all(axis=1)
    if not finite.all():
        raise InvalidProbabilities(
            f"{np.count_nonzero(~finite)} of {len(table)} items have probabilities that are not finite, "
            f"the first at position {np.argmin(finite)}."
        )
    if len(table) and table.min() < 0:
        position = int(np.argmax((table < 0).any(axis=1)))
        raise InvalidProbabilities(f"The item at position {position} has the negative probability {table.min()}.")
    sums = table.sum(axis=1)
    off = np.abs(sums - 1) > _SUM_TOLERANCE
    if off.any():
        position = int(np.argmax(off))
        raise InvalidProbabilities(
            f"The probabilities of {np.count_nonzero(off)} of {len(table)} items do not sum to 1 within "
            f"{_SUM_TOLERANCE}; the first, at position {position}, sums to {sums[position]:.6g}."
        )
    return table


def checked_languages(languages: Sequence[str] | NDArray[np.str_], n: int | None = None) -> LanguageArray:
    """`(n,)` language of each item; without n, of as many items as there are entries."""
    found = np.asarray(languages, dtype=str)
    _one_each("languages", found.shape, found.size if n is None else n)
    return found


def tie_order(ids: ArrayLike | None, n: int) -> IntArray:
    """`(n,)` positions in the order that settles exact ties: by id, then by position.

    Raises:
        InvalidInput: there is not one id for each item.
    """
    if ids is None:
        return np.arange(n)
    keys = np.asarray(ids)
    _one_each("ids", keys.shape, n)
    return np.argsort(keys, kind="stable")


def count_languages(language_of: LanguageArray, targets: Mapping[str, float]) -> dict[str, int]:
    """Number of items per language, zero for languages with a target and no item.

    Raises:
        MissingTarget: items are in a language that has no target.
    """
    names, counts = np.unique(language_of, return_counts=True)
    missing = sorted(set(names.tolist()) - set(targets))
    if missing:
        number = int(counts[np.isin(names, missing)].sum())
        raise MissingTarget(f"{number} items of the pool are in languages without a target: {', '.join(missing)}.")
    return dict.fromkeys(sorted(targets), 0) | dict(zip(names.tolist(), counts.tolist(), strict=True))


def checked_vectors(who: str, vectors: ArrayLike | None, n: int) -> FloatArray:
    """`(n, d)` embeddings for a way to choose that needs them.

    Raises:
        MissingVectors: none were given.
        InvalidInput: not `(n, d)`, or not finite.
    """
    if vectors is None:
        raise MissingVectors(f"{who!r} needs the embedding of every item, and none were given.")
    return _finite_rows("vectors", vectors, (n, None))


def checked_labelled_vectors(labelled_vectors: ArrayLike | None, vectors: FloatArray) -> FloatArray | None:
    """`(m, d)` embeddings of the labelled items, in the precision of the others; None where none were given.

    Raises:
        InvalidInput: not `(m, d)` with the d of the others, or not finite.
    """
    if labelled_vectors is None:
        return None
    return _finite_rows("labelled_vectors", labelled_vectors, (None, vectors.shape[1])).astype(
        vectors.dtype, copy=False
    )


def _finite_rows(name: str, values: ArrayLike, shape: tuple[int | None, int | None]) -> FloatArray:
    table = np.asarray(values)
    wanted = f"({shape[0] if shape[0] is not None else 'items'}, {shape[1] if shape[1] is not None else 'numbers'})"
    fits = table.ndim == 2 and all(want in (None, got) for want, got in zip(shape, table.shape, strict=True))
    if not fits or table.dtype.kind not in "fiu" or table.shape[1] == 0:
        raise InvalidInput(f"There must be numbers of shape {wanted} in {name}; got {table.dtype} of {table.shape}.")
    if table.dtype.kind != "f" or table.dtype.itemsize < 4:
        table = table.astype(np.float32)
    # Lengths tell, without a second table, what is not finite or too large to be compared.
    with np.errstate(over="ignore", invalid="ignore"):
        usable = np.isfinite(distances.squares(table))
    if not usable.all():
        raise InvalidInput(
            f"{np.count_nonzero(~usable)} of {len(table)} rows in {name} are not finite or too large, "
            f"the first at position {np.argmin(usable)}."
        )
    return table


def _one_each(name: str, shape: tuple[int, ...], n: int) -> None:
    if shape != (n,):
        raise InvalidInput(f"There must be one entry in {name} for each of the {n} items; got shape {shape}.")
