"""Accuracy per language on the check set, with an honest interval."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from lamm_core.errors import InvalidInput

# Written out here, because importing scipy.stats for it takes a second, and every page and command shows intervals.
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class LanguageAccuracy:
    """How often the model is right in one language.

    Attributes:
        correct: number of check items predicted right.
        checked: number of check items.
    """

    correct: int
    checked: int

    @property
    def accuracy(self) -> float | None:
        """Share of right predictions, 0 to 1; None without check items."""
        return self.correct / self.checked if self.checked else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the accuracy; (0, 1) without check items.

        Source: Wilson (1927), "Probable inference, the law of succession, and statistical inference".
        """
        if not self.checked:
            return (0.0, 1.0)
        n, p = self.checked, self.correct / self.checked
        centre = (2 * n * p + _Z**2) / (2 * (n + _Z**2))
        half = _Z * math.sqrt(4 * n * p * (1 - p) + _Z**2) / (2 * (n + _Z**2))
        # At the ends the two are equal but for their last digits.
        return (0.0 if self.correct == 0 else centre - half, 1.0 if self.correct == n else centre + half)


def accuracy_by_language(
    predicted: Sequence[str] | NDArray[np.str_],
    classes: Sequence[str] | NDArray[np.str_],
    languages: Sequence[str] | NDArray[np.str_],
) -> dict[str, LanguageAccuracy]:
    """Count right predictions per language.

    Args:
        predicted: `(n,)` predicted class of each check item.
        classes: `(n,)` its true class.
        languages: `(n,)` its language.

    Returns:
        language to `LanguageAccuracy`, for the languages that occur.

    Raises:
        InvalidInput: the three do not have the same length.
    """
    if not len(predicted) == len(classes) == len(languages):
        raise InvalidInput(
            f"Each check item needs a prediction, a class and a language; got {len(predicted)} predictions, "
            f"{len(classes)} classes and {len(languages)} languages."
        )
    right = np.asarray(predicted, dtype=str) == np.asarray(classes, dtype=str)
    language_of = np.asarray(languages, dtype=str)
    return {
        str(language): LanguageAccuracy(int(right[language_of == language].sum()), int((language_of == language).sum()))
        for language in np.unique(language_of)
    }


def measured(accuracies: Mapping[str, LanguageAccuracy]) -> dict[str, float]:
    """Accuracy of the languages that have one, as `select_batch` wants it."""
    return {language: figure.accuracy for language, figure in accuracies.items() if figure.accuracy is not None}
