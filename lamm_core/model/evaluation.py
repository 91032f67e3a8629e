"""Plain accuracy per language, where all texts that count are at hand."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lamm_core.errors import InvalidInput


def accuracy_by_language(
    predicted: Sequence[str] | NDArray[np.str_],
    classes: Sequence[str] | NDArray[np.str_],
    languages: Sequence[str] | NDArray[np.str_],
) -> dict[str, float]:
    """Share of right predictions per language.

    Args:
        predicted: `(n,)` predicted class of each item.
        classes: `(n,)` its true class.
        languages: `(n,)` its language.

    Returns:
        language to accuracy, 0 to 1, for the languages that occur.

    Raises:
        InvalidInput: the three do not have the same length.
    """
    if not len(predicted) == len(classes) == len(languages):
        raise InvalidInput(
            f"Each item needs a prediction, a class and a language; got {len(predicted)} predictions, "
            f"{len(classes)} classes and {len(languages)} languages."
        )
    right = np.asarray(predicted, dtype=str) == np.asarray(classes, dtype=str)
    language_of = np.asarray(languages, dtype=str)
    return {str(language): float(right[language_of == language].mean()) for language in np.unique(language_of)}
