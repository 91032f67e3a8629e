"""Array types shared by the selection functions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]
IntArray = NDArray[np.intp]
LanguageArray = NDArray[np.str_]
