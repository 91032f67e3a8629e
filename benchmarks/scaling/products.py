"""The matrix product that every choice by a linear model needs, and nothing else."""

import numpy as np

from lamm_core.model.vector_blocks import BLOCK_ROWS
from scaling.made import Vectors


def multiplied(vectors: Vectors, weights: Vectors) -> None:
    """Multiply vectors `(n, d)` with weights `(d, k)`, in LAMM's blocks, into memory that is used again and again."""
    products = np.empty((BLOCK_ROWS, weights.shape[1]), dtype=np.float32)
    for start in range(0, len(vectors), BLOCK_ROWS):
        block = vectors[start : start + BLOCK_ROWS]
        np.matmul(block, weights, out=products[: len(block)])
