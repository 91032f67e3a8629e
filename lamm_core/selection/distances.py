"""Squared Euclidean distances from inner products, so that no table of differences is ever built."""

import numpy as np

from lamm_core.selection.arrays import FloatArray, IntArray

# Rows whose distances to all of the other rows are held at once.
_CHUNK = 2048


def squares(points: FloatArray) -> FloatArray:
    """`(n,)` squared length of each row."""
    found: FloatArray = np.einsum("ij,ij->i", points, points)
    return found


def cleared(distances: FloatArray, scale: FloatArray) -> FloatArray:
    """The distances, with what is no more than rounding set to 0, so that equal points are at no distance.

    Args:
        distances: squared distances computed from inner products; changed in place.
        scale: sum of the two squared lengths behind each of them.
    """
    # The products behind a distance are rounded in the last digits of the squared lengths.
    distances[distances <= 64 * np.finfo(distances.dtype).eps * scale] = 0
    return distances


def to_point(points: FloatArray, lengths: FloatArray, place: int) -> FloatArray:
    """`(n,)` squared distance of every point to the one at `place`; `lengths` are the `squares` of the points."""
    scale = lengths + lengths[place]
    return cleared(scale - 2 * (points @ points[place]), scale)


def to_nearest(points: FloatArray, others: FloatArray) -> FloatArray:
    """`(n,)` squared distance of every point to the nearest of `(m, d)` others, m at least 1."""
    lengths, other_lengths = squares(points), squares(others)
    found = np.empty(len(points), dtype=lengths.dtype)
    for start in range(0, len(points), _CHUNK):
        rows = slice(start, start + _CHUNK)
        scale = lengths[rows, None] + other_lengths
        found[rows] = cleared(scale - 2 * (points[rows] @ others.T), scale).min(axis=1)
    return found


def nearest(points: FloatArray, centres: FloatArray) -> IntArray:
    """`(n,)` position of the nearest centre of every point; the first one among equals."""
    half_lengths = squares(centres) / 2
    found = np.empty(len(points), dtype=np.intp)
    for start in range(0, len(points), _CHUNK):
        rows = slice(start, start + _CHUNK)
        # The length of the point itself is the same for every centre.
        found[rows] = np.argmax(points[rows] @ centres.T - half_lengths, axis=1)
    return found
