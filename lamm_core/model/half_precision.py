"""Vectors in half precision: half the disk and half the reading, for a rounding of one part in 2,000 of each number.

numpy turns them into single precision one number at a time, which takes longer than the product they are read for.
Here the bits are moved for many numbers at once: a half-precision number has the same form as one of single precision
with a smaller exponent, so sign, exponent and fraction are put into their places, and a product mends the exponent.
"""

import numpy as np
from numpy.typing import NDArray

Halves = NDArray[np.float16]

# Largest number that half precision holds.
LARGEST = float(np.finfo(np.float16).max)
_SHIFT = 13  # bits by which the fraction of single precision is longer
_SIGN_EXPONENT_FRACTION = np.int32(-0x80000000 | 0x0FFFE000)
_PIECE = 1 << 16  # numbers moved at a time: they stay in the nearest cache
_MEND = np.float32(2.0**112)  # 2 to the difference of the two exponent biases, 127 - 15


def widen(halves: Halves, out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """The same numbers in single precision, to the last bit.

    Args:
        halves: any shape, contiguous; finite numbers.
        out: where to write them, of the same shape and contiguous; None for a new array.
    """
    wide = np.empty(halves.shape, dtype=np.float32) if out is None else out
    source, target = halves.reshape(-1).view(np.int16), wide.reshape(-1)
    for start in range(0, len(target), _PIECE):
        numbers = target[start : start + _PIECE]
        bits = numbers.view(np.int32)
        np.copyto(bits, source[start : start + _PIECE])  # spreads the sign over the upper half
        np.left_shift(bits, _SHIFT, out=bits)
        np.bitwise_and(bits, _SIGN_EXPONENT_FRACTION, out=bits)
        np.multiply(numbers, _MEND, out=numbers)
    return wide
